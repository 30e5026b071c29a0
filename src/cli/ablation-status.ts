/** How an ablation stands: a line a run. */
import { holderOf } from '../launch/holder.ts';
import type { RunState } from '../launch/outcome.ts';
import { type AblationPlan, type PlannedRun, runsInOrder } from '../launch/plan.ts';
import type { TaskState } from '../launch/slurm.ts';
import { duration, percent } from '../training/report/report.ts';
import { table } from './metrics-table.ts';
import type { Colours } from './terminal.ts';

interface StatusPlace {
  readonly folder: string;
  /** What Slurm has, by run. */
  readonly queued: ReadonlyMap<string, TaskState>;
  readonly colours: Colours;
}

export function statusText(plan: AblationPlan, states: ReadonlyMap<string, RunState>, place: StatusPlace): string {
  const runs = runsInOrder(plan);
  const rows = runs.map((run) => {
    const state = states.get(run.id) ?? { kind: 'missing' };
    return [run.variant, `${run.seed}`, run.id, stateText(run, state, plan, place)];
  });
  const finished = runs.filter(({ id }) => states.get(id)?.kind === 'finished').length;
  const without = plan.variants.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]));
  return [
    leftAligned([['variant', 'seed', 'run', 'state'], ...rows], place.colours),
    ...without,
    '',
    `${finished} of ${runs.length} runs finished`,
  ].join('\n');
}

function stateText(run: PlannedRun, state: RunState, plan: AblationPlan, { folder, queued }: StatusPlace): string {
  const task = queued.get(run.id);
  const inQueue = task && `, Slurm ${task.job}_${task.task} ${task.state.toLowerCase()}`;
  if (state.kind === 'finished') {
    return `finished, accuracy ${percent(state.result.metrics.accuracy)} in ${duration(state.result.seconds)}`;
  }
  const holder = holderOf(folder, plan, run);
  const epochs = 'epochs' in state ? state.epochs.length : 0;
  const after = epochs === 0 ? '' : ` after epoch ${epochs} of ${plan.epochs}`;
  if (holder !== undefined) return `training${after} on ${holder.host}${inQueue ?? ''}`;
  if (task !== undefined) return `waiting${after}${inQueue}${task.reason === 'None' ? '' : ` (${task.reason})`}`;
  if (state.kind === 'failed') return `failed: ${state.failure.message}`;
  return state.kind === 'begun' ? `stopped${after || ' in its first epoch'}` : 'not trained';
}

function leftAligned(rows: readonly (readonly string[])[], colours: Colours): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const padded = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)));
  return table(padded, colours).replace(/ +$/gm, '');
}
