/**
 * Run folders: everything about one training run, so that it can be resumed, evaluated and compared after its sources
 * were edited.
 *
 *   runs/NAME/plan.json      the plan, the --set arguments, which engine, hashes of the sources
 *   runs/NAME/sources/       the configuration and the specifications as they were
 *   runs/NAME/metrics.jsonl, events.out.tfevents.*, checkpoints/, report.html
 *   runs/NAME/claims/        which process trains it
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { closest } from 'fastest-levenshtein';
import type { Plan } from '../config/plan.ts';
import { makeFolder } from '../data/make-folder.ts';
import { CheckpointStore } from './checkpoint.ts';
import { writeDurably } from './durable-file.ts';
import { TrainingError } from './training-error.ts';

/** A file that a run was made from. */
export interface SourceText {
  /** As it was reached when the run was made. */
  readonly path: string;
  readonly text: string;
}

/** What `plan.json` holds. */
export interface RunRecord {
  readonly version: 1;
  readonly plan: Plan;
  /** The configuration's path, and the `--set` arguments that were given with it. */
  readonly config: string;
  readonly overrides: readonly string[];
  /** In the order of the model's outputs. */
  readonly classes: readonly string[];
  readonly engine: { readonly name: string; readonly device: string };
  /** ISO 8601. */
  readonly created: string;
  /** SHA-256 of the configuration, the specifications and the `--set` arguments. */
  readonly hash: string;
  /** The copies in `sources/`, the configuration first. */
  readonly sources: readonly { readonly path: string; readonly copy: string; readonly sha256: string }[];
}

export interface Run {
  readonly folder: string;
  readonly record: RunRecord;
  /** The configuration first. */
  readonly sources: readonly SourceText[];
  readonly checkpoints: CheckpointStore;
}

export type NewRun = Pick<RunRecord, 'plan' | 'config' | 'overrides' | 'classes' | 'engine'> & {
  readonly sources: readonly SourceText[];
};

/** Makes `OUTPUT/NAME`, or `OUTPUT/NAME-2` and so on where that exists. */
export function createRun(made: NewRun): Run {
  const { output, name } = made.plan;
  makeFolder(output);
  return createRunAt(makeFreeFolder(output, name), made);
}

/** Makes a run in this folder. It is one once its `plan.json` is there, which is written last. */
export function createRunAt(folder: string, { sources, ...described }: NewRun): Run {
  makeFolder(join(folder, 'sources'));
  const taken = new Set<string>();
  const copies = sources.map(({ path, text }) => {
    const copy = `sources/${freeName(basename(path), taken)}`;
    writeDurably(join(folder, copy), text);
    return { path, copy, sha256: sha256(text) };
  });
  const record: RunRecord = {
    version: 1,
    ...described,
    created: new Date().toISOString(),
    hash: sourceHash(sources, described.overrides),
    sources: copies,
  };
  writeRecord(folder, record);
  return { folder, record, sources, checkpoints: new CheckpointStore(join(folder, 'checkpoints')) };
}

function writeRecord(folder: string, record: RunRecord): void {
  writeDurably(join(folder, 'plan.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Writes down how long a run is trained from now on, which is all that may change when it is resumed: a further
 * resumption goes on to there, and the report says so.
 */
export function extendRun(run: Run, { epochs, patience }: Plan['training']): Run {
  const { plan, overrides: before } = run.record;
  if (plan.training.epochs === epochs && plan.training.patience === patience) return run;
  const lasting = before.filter((each) => !/^\s*training\.(epochs|early_stopping)\s*=/.test(each));
  const overrides = [...lasting, `training.epochs=${epochs}`, `training.early_stopping=${patience ?? ''}`];
  const record: RunRecord = {
    ...run.record,
    plan: { ...plan, training: { ...plan.training, epochs, patience } },
    overrides,
    hash: sourceHash(run.sources, overrides),
  };
  writeRecord(run.folder, record);
  return { ...run, record };
}

/** Removes a run in which nothing was trained: it failed before its first step. */
export function discardUnused({ folder }: Run): void {
  const written = statSync(join(folder, 'metrics.jsonl'), { throwIfNoEntry: false })?.size ?? 0;
  if (written === 0) rmSync(folder, { recursive: true, force: true });
}

/** The name that two runs share exactly when they were made from the same texts. */
export function sourceHash(sources: readonly SourceText[], overrides: readonly string[]): string {
  return sha256(JSON.stringify([sources.map(({ path, text }) => [path, text]), overrides]));
}

/**
 * Opens a run by its folder, or by its name below `runs/`.
 *
 * @throws TrainingError if there is no such run, or it is not one
 */
export function openRun(given: string, output = 'runs'): Run {
  const folder = [given, join(output, given)].find((path) => existsSync(join(path, 'plan.json')));
  if (folder === undefined) throw notARun(given, output);
  const record = readRecord(folder);
  const sources = record.sources.map(({ path, copy, sha256: expected }) => {
    const text = readCopy(folder, copy);
    if (sha256(text) !== expected) {
      throw new TrainingError(
        `'${join(folder, copy)}' was edited after the run was made`,
        'the weights belong to the text as it was; restore it, or train again',
      );
    }
    return { path, text };
  });
  return { folder, record, sources, checkpoints: new CheckpointStore(join(folder, 'checkpoints')) };
}

function readRecord(folder: string): RunRecord {
  const path = join(folder, 'plan.json');
  const help = 'it is written once and not meant to be edited; restore it, or train again';
  let record: RunRecord | null;
  try {
    record = JSON.parse(readFileSync(path, 'utf8')) as RunRecord | null;
  } catch (error) {
    throw new TrainingError(`'${path}' cannot be read: ${(error as Error).message}`, help);
  }
  if (typeof record?.version === 'number' && record.version !== 1) {
    throw new TrainingError(`'${folder}' was written by another version of specc`, 'use that version, or train again');
  }
  const { plan, classes, overrides, sources } = record ?? {};
  const whole =
    plan?.data !== undefined && plan.training !== undefined && [classes, overrides, sources].every(Array.isArray);
  if (record?.version !== 1 || !whole) throw new TrainingError(`'${path}' is not the plan of a run`, help);
  return record;
}

/** The newest run of this name (`NAME`, `NAME-2`, …) that has a checkpoint; undefined if there is none. */
export function latestRun(output: string, name: string): string | undefined {
  const candidates = listRuns(output)
    .filter((run) => run === name || (run.startsWith(`${name}-`) && /^\d+$/.test(run.slice(name.length + 1))))
    .map((run) => ({ folder: join(output, run), saved: savedAt(join(output, run)) }))
    .filter(({ saved }) => saved > 0);
  return candidates.sort((a, b) => b.saved - a.saved)[0]?.folder;
}

function savedAt(folder: string): number {
  const times = ['last.json', 'best.json'].map(
    (name) => statSync(join(folder, 'checkpoints', name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...times);
}

function makeFreeFolder(output: string, name: string): string {
  for (let number = 1; ; number++) {
    const folder = join(output, number === 1 ? name : `${name}-${number}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function freeName(name: string, taken: Set<string>): string {
  const extension = extname(name);
  const stem = basename(name, extension);
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem}-${number}${extension}`;
  taken.add(free);
  return free;
}

function readCopy(folder: string, copy: string): string {
  try {
    return readFileSync(join(folder, copy), 'utf8');
  } catch {
    throw new TrainingError(
      `the run's copy '${join(folder, copy)}' is missing`,
      'it is needed to rebuild the model; restore it, or train again',
    );
  }
}

function listRuns(output: string): string[] {
  if (!existsSync(output)) return [];
  return readdirSync(output)
    .filter((name) => existsSync(join(output, name, 'plan.json')))
    .sort();
}

function notARun(given: string, output: string): TrainingError {
  const folder = listRuns(dirname(given)).length > 0 ? dirname(given) : output;
  const names = listRuns(folder);
  const known =
    names.length === 0
      ? `there are no runs in '${folder}' yet: specc train CONFIG makes one`
      : `did you mean '${join(folder, closest(basename(given), names))}'? The runs are ${names.slice(-8).join(', ')}`;
  const what = existsSync(given) ? 'is not a run: it has no plan.json' : 'does not exist';
  return new TrainingError(`'${given}' ${what}`, known);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
