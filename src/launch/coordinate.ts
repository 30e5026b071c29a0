/**
 * Trains what is missing of a plan, so many runs at a time, each by whatever `start` does with it: in this process, or
 * in one of its own.
 *
 * A run that another process has is waited for; one that has to start from the base's weights waits for that.
 */
import { setTimeout } from 'node:timers/promises';
import type { RunEnd, RunReporter, Workplace } from './execute.ts';
import { holderOf } from './holder.ts';
import { type RunState, stateOf } from './outcome.ts';
import { type AblationPlan, baseRunOf, type PlannedRun, runFolderOf, runFolders, runsInOrder } from './plan.ts';

/** Hears of a plan's runs as they go. */
export interface PlanReporter {
  /** A run starts; what is returned hears of its training. */
  start(run: PlannedRun): RunReporter;
  end(run: PlannedRun, end: RunEnd): void;
  /** Nothing is left but runs that other processes have. */
  waiting(runs: readonly PlannedRun[]): void;
}

export type StartRun = (run: PlannedRun, reporter: RunReporter, signal: AbortSignal) => Promise<RunEnd>;

const POLL = 500;

/** @returns whether it went through to the end; false if the signal came */
export async function trainMissing(
  { folder, plan }: Pick<Workplace, 'folder' | 'plan'>,
  { start, lanes }: { readonly start: StartRun; readonly lanes: number },
  reporter: PlanReporter,
  signal: AbortSignal,
): Promise<boolean> {
  const states = statesOf(folder, plan);
  const open = runsInOrder(plan).filter(({ id }) => states.get(id)?.kind !== 'finished');
  const busy = new Map<string, PlannedRun>();
  const underway = new Map<string, Promise<void>>();
  const launch = async (run: PlannedRun): Promise<void> => {
    const end = await start(run, reporter.start(run), signal);
    if (end.kind === 'busy') busy.set(run.id, run);
    reporter.end(run, end);
  };
  while (!signal.aborted && open.length + underway.size + busy.size > 0) {
    const next = underway.size < lanes ? takeReady(open, plan, underway, busy) : undefined;
    if (next !== undefined) {
      underway.set(
        next.id,
        launch(next).finally(() => underway.delete(next.id)),
      );
    } else if (underway.size > 0) await Promise.race(underway.values());
    else {
      reporter.waiting([...busy.values()]);
      await setTimeout(POLL);
      for (const run of busy.values()) {
        if (holderOf(folder, plan, run) !== undefined) continue;
        busy.delete(run.id);
        if (stateOf(runFolderOf(folder, plan, run), run.id).kind !== 'finished') open.unshift(run);
      }
    }
  }
  await Promise.allSettled(underway.values());
  return !signal.aborted;
}

/** The first run whose base, if it starts from that, is through. */
function takeReady(
  open: PlannedRun[],
  plan: AblationPlan,
  underway: ReadonlyMap<string, unknown>,
  busy: ReadonlyMap<string, unknown>,
): PlannedRun | undefined {
  const at = open.findIndex((run) => {
    if (plan.warmStart?.kind !== 'base') return true;
    const base = baseRunOf(plan, run);
    return base === undefined || !(underway.has(base.id) || busy.has(base.id) || open.some(({ id }) => id === base.id));
  });
  return at < 0 ? undefined : open.splice(at, 1)[0];
}

/** What became of every run of a plan so far, by identity. */
export function statesOf(folder: string, plan: AblationPlan): Map<string, RunState> {
  const folders = runFolders(folder, plan);
  return new Map(runsInOrder(plan).map(({ id }) => [id, stateOf(folders.get(id), id)]));
}
