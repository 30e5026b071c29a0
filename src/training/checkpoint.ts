/**
 * Checkpoints: the complete state of a training run, so that a resumed run continues bit for bit.
 *
 *   checkpoints/last.json                         where the run stands, and the tensors that belong to it
 *   checkpoints/best.json                         the same of the epoch with the best validation value
 *   checkpoints/step-00000120-1f0c22ab.safetensors   weights, running statistics, optimizer slots
 *
 * Tensor files are never changed, and the JSON that names them is replaced in one step: whenever the process is
 * killed, `last.json` names a whole file. A file that no JSON names is removed by the next save.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../data/make-folder.ts';
import type { NamedTensors } from '../engines/engine.ts';
import { UNFINISHED, writeDurably } from './durable-file.ts';
import { differences, type Identity } from './identity.ts';
import { parseObject } from './parse-json.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import { TrainingError } from './training-error.ts';

/** Where a run stands. Dropout masks, shuffles and augmentations follow from the plan's seed and these numbers. */
export interface TrainingState {
  /** Optimizer steps taken. */
  readonly step: number;
  /** The epoch in progress, from 1; after the last epoch one more than there are. */
  readonly epoch: number;
  /** Batches of this epoch that were trained on. */
  readonly batch: number;
  /** Sums over these batches, for the epoch's means. */
  readonly running: RunningSums;
  /** The best epoch so far by the plan's monitor. */
  readonly best: { readonly epoch: number; readonly step: number; readonly value: number } | null;
  /** Images computed at once, where that is less than the batch. */
  readonly microBatch?: number;
  /** Length of metrics.jsonl in bytes; what was written after it is written again. */
  readonly history: number;
  /** Time spent training and validating. */
  readonly seconds: number;
}

export interface RunningSums {
  /** Σ loss · images. */
  readonly loss: number;
  readonly correct: number;
  readonly images: number;
}

export type CheckpointName = 'last' | 'best';

export interface Checkpoint {
  readonly state: TrainingState;
  readonly tensors: NamedTensors;
  readonly identity: Identity;
  /** The engine that wrote it; another may continue, but then not bit for bit. */
  readonly engine: string;
}

/** The JSON file of a checkpoint. */
interface Manifest {
  readonly format: 1;
  readonly tensors: string;
  readonly sha256: string;
  readonly engine: string;
  readonly state: TrainingState;
  readonly identity: Identity;
}

/** What a run goes on from. */
export interface ResumePoint extends Checkpoint {
  /** Why it is not the newest, if it is not. */
  readonly fallback: string | undefined;
}

export class CheckpointStore {
  /** Tensor files of this process. */
  readonly #written = new Set<string>();

  constructor(readonly folder: string) {}

  /** Whether there is something to go on from. */
  get begun(): boolean {
    return this.has('last') || this.has('best');
  }

  has(name: CheckpointName): boolean {
    return existsSync(this.#manifestPath(name));
  }

  /** Writes the tensors once and makes each of `names` point to them. */
  save(checkpoint: Checkpoint, names: readonly CheckpointName[]): void {
    makeFolder(this.folder);
    const { state, identity, engine } = checkpoint;
    const bytes = encodeSafetensors(checkpoint.tensors, { step: `${state.step}`, producer: 'specc' });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const tensors = `step-${`${state.step}`.padStart(8, '0')}-${sha256.slice(0, 8)}.safetensors`;
    // One of this name that has another length was cut short by someone else.
    const found = statSync(join(this.folder, tensors), { throwIfNoEntry: false });
    if (found?.size !== bytes.length) writeDurably(join(this.folder, tensors), bytes);
    this.#written.add(tensors);
    const manifest: Manifest = { format: 1, tensors, sha256, engine, state, identity };
    // `best` before `last`: killed in between, the run resumes before this epoch's end and finds the same best again.
    for (const name of [...names].sort())
      writeDurably(this.#manifestPath(name), `${JSON.stringify(manifest, null, 2)}\n`);
    this.#removeUnnamed();
  }

  /** @throws TrainingError if there is none or it is damaged */
  load(name: CheckpointName): Checkpoint {
    const { tensors, sha256, state, identity, engine } = this.#manifest(name);
    const path = join(this.folder, tensors);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch {
      throw new TrainingError(
        `the tensors of '${this.#manifestPath(name)}' are missing: there is no '${path}'`,
        this.#otherThan(name),
      );
    }
    const decoded = decodeSafetensors(bytes, path);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw new TrainingError(
        `'${path}' was changed after it was written: its checksum is not the one in ${name}.json`,
        this.#otherThan(name),
      );
    }
    return { state, identity, engine, tensors: decoded.tensors };
  }

  /**
   * The checkpoint to continue from: the last, or where that is damaged or lost the best.
   *
   * @throws TrainingError if neither can be read, or it was written under settings that give other numbers
   */
  resume(identity: Identity): ResumePoint {
    const checkpoint = this.#newest();
    const changed = differences(checkpoint.identity, identity);
    if (changed.length > 0) {
      throw new TrainingError(
        `'${this.folder}' belongs to another plan:\n${changed.map((line) => `  ${line}`).join('\n')}`,
        'put these back to resume this run, or train without --resume to start a new one',
      );
    }
    return checkpoint;
  }

  #newest(): ResumePoint {
    try {
      return { ...this.load('last'), fallback: undefined };
    } catch (error) {
      if (!(error instanceof TrainingError) || !this.has('best')) throw error;
      try {
        return { ...this.load('best'), fallback: error.message };
      } catch {
        throw error; // of two that are damaged, the newer is told
      }
    }
  }

  #manifest(name: CheckpointName): Manifest {
    const path = this.#manifestPath(name);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      throw new TrainingError(`there is no checkpoint '${path}'`, this.#otherThan(name));
    }
    const manifest = parseObject<Manifest>(text);
    if (isManifest(manifest)) return manifest;
    throw new TrainingError(`'${path}' is not a checkpoint of this version, or damaged`, this.#otherThan(name));
  }

  #otherThan(name: CheckpointName): string {
    const other = name === 'last' ? 'best' : 'last';
    if (this.has(other)) return `the run also has the checkpoint '${other}'`;
    return 'the run has no other checkpoint; restore it from a backup, or train again';
  }

  #removeUnnamed(): void {
    const named = new Set<string>();
    let damaged = false;
    for (const name of ['last', 'best'] as const) {
      try {
        if (this.has(name)) named.add(this.#manifest(name).tensors);
      } catch (error) {
        if (!(error instanceof TrainingError)) throw error;
        damaged = true;
      }
    }
    for (const file of readdirSync(this.folder)) {
      // What a damaged checkpoint once named may be all that is left of it.
      const known = !damaged || this.#written.has(file);
      const orphan = file.endsWith('.safetensors') && !named.has(file) && known;
      if (orphan || file.endsWith(UNFINISHED)) rmSync(join(this.folder, file), { force: true });
    }
  }

  #manifestPath(name: CheckpointName): string {
    return join(this.folder, `${name}.json`);
  }
}

/** `… was changed …; resuming from the checkpoint of step 120 (epoch 3) instead` */
export function fallbackText({ fallback, state }: ResumePoint): string {
  return `${fallback}; going on from the best checkpoint instead, of step ${state.step} (epoch ${state.epoch}): what was trained after it is trained again`;
}

function isManifest(found: Partial<Manifest> | undefined): found is Manifest {
  return (
    found?.format === 1 &&
    [found.tensors, found.sha256].every((each) => typeof each === 'string') &&
    Number.isInteger(found.state?.step) &&
    typeof found.identity === 'object'
  );
}

/** The weights and running statistics alone, without the optimizer's slots (`PATH:slot`). */
export function weightsOnly(tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].filter(([path]) => !path.includes(':')));
}
