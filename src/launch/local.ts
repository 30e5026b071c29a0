/**
 * Runs in processes of their own on this machine: a crash is one run's failure. Each writes to a log, tells its progress
 * to the process that started it, and ends with a checkpoint when that one asks for it or is gone.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../data/make-folder.ts';
import type { EpochRecord } from '../training/history.ts';
import type { StepProgress } from '../training/loop.ts';
import type { DataMessage } from '../training/open-data.ts';
import type { StartRun } from './coordinate.ts';
import { failed, type RunReporter, type Workplace } from './execute.ts';
import { withHugePages } from './huge-pages.ts';
import { stateOf } from './outcome.ts';
import { type PlannedRun, runFolderOf } from './plan.ts';
import type { WarmStartAccount } from './warm-start.ts';

/** What a run's process tells. */
export type RunMessage =
  | { readonly kind: 'message'; readonly message: DataMessage }
  | { readonly kind: 'warm-start'; readonly account: WarmStartAccount }
  | { readonly kind: 'step'; readonly progress: StepProgress }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly epochs: number };

/** How a run's process ends, beside 0 for finished and 1 for a failure that it wrote down. */
export const RUN_EXIT = { interrupted: 130, busy: 75 } as const;

export interface ProcessOptions {
  /** The program and its first arguments, to which `ablate-run PLAN RUN` is added. */
  readonly command: readonly string[];
  readonly planPath: string;
  readonly engine: string;
  /** Of each process. */
  readonly threads: number;
}

/** Starts a run in a process. */
export function startProcess(place: Pick<Workplace, 'folder' | 'plan'>, options: ProcessOptions): StartRun {
  return async (run, reporter, signal) => {
    const folder = runFolderOf(place.folder, place.plan, run);
    const log = join(place.folder, 'logs', `${basename(folder)}.log`);
    const { code, killedBy } = await runToEnd(run, log, options, reporter, signal);
    if (code === 0 && stateOf(folder, run.id).kind === 'finished') return { kind: 'finished' };
    if (code === RUN_EXIT.busy) return { kind: 'busy' };
    if (code === RUN_EXIT.interrupted || signal.aborted) return { kind: 'interrupted' };
    const state = stateOf(folder, run.id);
    if (state.kind === 'failed') return { kind: 'failed', message: state.failure.message };
    return failed(folder, run.id, new Error(`its process ended with ${killedBy ?? `exit code ${code}`}; see ${log}`));
  };
}

interface Ended {
  readonly code: number | null;
  readonly killedBy: string | null;
}

function runToEnd(
  run: PlannedRun,
  log: string,
  { command, planPath, engine, threads }: ProcessOptions,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<Ended> {
  makeFolder(dirname(log));
  const output = openSync(log, 'a');
  const [program, ...first] = command;
  const options = ['--engine', engine, '--threads', `${threads}`];
  const child = spawn(program!, [...first, 'ablate-run', planPath, run.id, ...options], {
    stdio: ['ignore', output, output, 'ipc'],
    env: withHugePages(process.env),
    // A group of its own: Ctrl-C in the terminal is told once, by the process that has the plan.
    detached: true,
  });
  closeSync(output);
  child.on('message', (message: RunMessage) => hear(message, reporter));
  const ask = (): void => void child.kill('SIGTERM');
  if (signal.aborted) ask();
  signal.addEventListener('abort', ask);
  const killAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', killAlong);
  return new Promise((resolve) => {
    const end = (ended: Ended): void => {
      signal.removeEventListener('abort', ask);
      process.off('exit', killAlong);
      resolve(ended);
    };
    child.once('error', (error) => end({ code: null, killedBy: error.message }));
    child.once('close', (code, killedBy) => end({ code, killedBy }));
  });
}

function hear(message: RunMessage, reporter: RunReporter): void {
  switch (message.kind) {
    case 'message':
      reporter.message?.(message.message);
      break;
    case 'warm-start':
      reporter.warmStart(message.account);
      break;
    case 'step':
      reporter.step(message.progress);
      break;
    case 'epoch':
      reporter.epoch(message.record, message.epochs);
      break;
  }
}

/** Steps are told this often, in milliseconds. */
const STEP_EVERY = 200;

/** Tells the process that started this one, if one listens. */
export function tellParent(): RunReporter {
  const send = (message: RunMessage): void => {
    if (process.connected) process.send?.(message);
  };
  let told = 0;
  return {
    resume: () => {},
    message: (message) => send({ kind: 'message', message }),
    warmStart: (account) => send({ kind: 'warm-start', account }),
    step: (progress) => {
      if (performance.now() - told < STEP_EVERY) return;
      told = performance.now();
      send({ kind: 'step', progress });
    },
    validating: () => {},
    epoch: (record, epochs) => send({ kind: 'epoch', record, epochs }),
  };
}
