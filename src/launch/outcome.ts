/** What became of a run of an ablation: `result.json` or `failure.json` in its folder. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../training/durable-file.ts';
import type { Evaluation } from '../training/evaluate.ts';
import { type EpochRecord, readHistory } from '../training/history.ts';
import { parseObject } from '../training/parse-json.ts';
import { METRIC_NAMES } from './metrics.ts';

/** What is compared, of the best epoch on the validation images. */
export interface Metrics {
  readonly accuracy: number;
  readonly mcc: number;
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
  readonly loss: number;
}

export interface RunResult {
  readonly id: string;
  readonly reason: 'finished' | 'stopped early';
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly metrics: Metrics;
  /** Validation images that the metrics are of. */
  readonly images: number;
  readonly engine: string;
  /** Spent training and validating; measured, and so never in what is compared byte by byte. */
  readonly seconds: number;
}

export interface RunFailure {
  readonly id: string;
  readonly message: string;
  readonly help: string | null;
}

export type RunState =
  | { readonly kind: 'finished'; readonly result: RunResult; readonly epochs: readonly EpochRecord[] }
  | { readonly kind: 'failed'; readonly failure: RunFailure; readonly epochs: readonly EpochRecord[] }
  | { readonly kind: 'begun'; readonly epochs: readonly EpochRecord[] }
  | { readonly kind: 'missing' };

const RESULT = 'result.json';
const FAILURE = 'failure.json';

export function metricsOf({ accuracy, mcc, macro, loss }: Evaluation): Metrics {
  return { accuracy, mcc, f1: macro.f1, precision: macro.precision, recall: macro.recall, loss };
}

/**
 * A result or failure of another run, which someone copied here, is none of this one.
 *
 * @param folder of the run; undefined if it has none yet
 */
export function stateOf(folder: string | undefined, id: string): RunState {
  if (folder === undefined || !existsSync(folder)) return { kind: 'missing' };
  const epochs = readHistory(folder).filter((record) => record.kind === 'epoch');
  const result = read(join(folder, RESULT), isResult);
  if (result?.id === id) return { kind: 'finished', result, epochs };
  const failure = read(join(folder, FAILURE), isFailure);
  return failure?.id !== id ? { kind: 'begun', epochs } : { kind: 'failed', failure, epochs };
}

/** The run that a folder's result is of, if that is another one than the folder's. */
export function strangerIn(folder: string, id: string): string | undefined {
  const result = read(join(folder, RESULT), isResult);
  return result === undefined || result.id === id ? undefined : result.id;
}

export function recordResult(folder: string, result: RunResult): void {
  write(join(folder, RESULT), result);
  rmSync(join(folder, FAILURE), { force: true });
}

export function recordFailure(folder: string, failure: RunFailure): void {
  write(join(folder, FAILURE), failure);
}

export function forgetFailure(folder: string): void {
  rmSync(join(folder, FAILURE), { force: true });
}

/** One that is damaged counts for absent: a run without a result is evaluated again, from its checkpoints. */
function read<T extends object>(path: string, isWhole: (found: Partial<T>) => found is T): T | undefined {
  const found = existsSync(path) ? parseObject<T>(readFileSync(path, 'utf8')) : undefined;
  return found !== undefined && isWhole(found) ? found : undefined;
}

function isResult(found: Partial<RunResult>): found is RunResult {
  const { id, engine, seconds, metrics } = found;
  if (typeof id !== 'string' || typeof engine !== 'string' || typeof seconds !== 'number') return false;
  return METRIC_NAMES.every((name) => typeof metrics?.[name] === 'number');
}

function isFailure(found: Partial<RunFailure>): found is RunFailure {
  const { id, message } = found;
  return typeof id === 'string' && typeof message === 'string';
}

function write(path: string, value: object): void {
  writeDurably(path, `${JSON.stringify(value, null, 2)}\n`);
}
