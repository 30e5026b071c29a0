/** The history of a run: metrics.jsonl, one object a step or epoch, and the same numbers for TensorBoard. */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { counted, someOf } from '../data/data-error.ts';
import type { DataMessage } from './open-data.ts';
import { parseObject } from './parse-json.ts';
import { EventFile } from './tensorboard.ts';

/** Before the update of this step. */
export interface StepRecord {
  readonly kind: 'step';
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
}

export interface EpochRecord {
  readonly kind: 'epoch';
  readonly epoch: number;
  /** Steps taken by its end. */
  readonly step: number;
  /** Means over the epoch's training batches, each measured before its update. */
  readonly loss: number;
  readonly accuracy: number;
  readonly validation: { readonly loss: number; readonly accuracy: number; readonly mcc: number } | null;
  readonly learningRate: number;
  /** Whether the monitored value is the best so far. */
  readonly best: boolean;
  /** Time spent training and validating since the run began. */
  readonly seconds: number;
  /** Training speed in this epoch, without validation. */
  readonly imagesPerSecond: number;
  /** Share of this time in which the engine waited for the next batch; runs of before do not say. */
  readonly waitingForData?: number;
}

export type HistoryRecord = StepRecord | EpochRecord;

export class History {
  readonly #file: number;
  readonly #events: EventFile;
  #length: number;

  /**
   * Opens the history of the run in `folder` for writing.
   *
   * @param from where to go on: what was written after the checkpoint of this position is dropped
   */
  constructor(folder: string, from: { readonly history: number; readonly step: number }) {
    const path = historyPath(folder);
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'w+');
    // A file that is shorter than the checkpoint says was tampered with; the whole lines that are left of it are kept.
    this.#length = from.history <= fstatSync(this.#file).size ? from.history : wholeLines(path);
    ftruncateSync(this.#file, this.#length);
    this.#events = new EventFile(folder, from.step + 1);
  }

  add(record: HistoryRecord): void {
    const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    writeSync(this.#file, line, 0, line.length, this.#length);
    this.#length += line.length;
    this.#events.scalars(record.step, scalarsOf(record));
  }

  /** Puts everything on the disk and returns the length in bytes, for a checkpoint. */
  sync(): number {
    fsyncSync(this.#file);
    return this.#length;
  }

  close(): void {
    closeSync(this.#file);
    this.#events.close();
  }
}

function scalarsOf(record: HistoryRecord): Record<string, number> {
  if (record.kind === 'step') {
    return { 'loss/step': record.loss, 'accuracy/step': record.accuracy, learning_rate: record.learningRate };
  }
  const { validation } = record;
  return {
    'loss/train': record.loss,
    'accuracy/train': record.accuracy,
    ...(validation && {
      'loss/validation': validation.loss,
      'accuracy/validation': validation.accuracy,
      'mcc/validation': validation.mcc,
    }),
    images_per_second: record.imagesPerSecond,
    ...(record.waitingForData !== undefined && { waiting_for_data: record.waitingForData }),
  };
}

/** A run's history, as far as it can be read. */
export interface ReadHistory {
  readonly records: readonly HistoryRecord[];
  /** Numbers, from 1, of lines that are no records, as after a failure of the disk. */
  readonly damaged: readonly number[];
}

/** Reads a run's history; a last line that a crash cut short is left out, and so are lines that are no records. */
export function readHistory(folder: string): readonly HistoryRecord[] {
  return readHistoryWithDamage(folder).records;
}

export function readHistoryWithDamage(folder: string): ReadHistory {
  if (!existsSync(historyPath(folder))) return { records: [], damaged: [] };
  const lines = readFileSync(historyPath(folder), 'utf8').split('\n').slice(0, -1).map(recordIn);
  return {
    records: lines.filter((record) => record !== undefined),
    damaged: lines.flatMap((record, at) => (record === undefined ? [at + 1] : [])),
  };
}

/** What to tell of a damaged history; undefined if it is whole. */
export function damageMessage(folder: string): DataMessage | undefined {
  const { damaged } = readHistoryWithDamage(folder);
  if (damaged.length === 0) return undefined;
  return {
    severity: 'warning',
    text: `${counted(damaged.length, 'line')} of '${historyPath(folder)}' cannot be read and ${damaged.length === 1 ? 'is' : 'are'} left out (${damaged.length === 1 ? 'line' : 'lines'} ${someOf(damaged.map(String))})`,
    help: 'curves and tables lack these steps; checkpoints and weights do not depend on this file',
  };
}

function recordIn(line: string): HistoryRecord | undefined {
  const record = parseObject<HistoryRecord>(line);
  const numbers = [record?.epoch, record?.step, record?.loss, record?.accuracy];
  const whole = (record?.kind === 'step' || record?.kind === 'epoch') && numbers.every(Number.isFinite);
  return whole ? (record as HistoryRecord) : undefined;
}

/** Bytes up to the end of the last whole line. */
function wholeLines(path: string): number {
  return readFileSync(path).lastIndexOf('\n') + 1;
}

function historyPath(folder: string): string {
  return join(folder, 'metrics.jsonl');
}
