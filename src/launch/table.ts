/**
 * The table of an ablation: in, the plan and what became of its runs; out, a row a variant. Nothing in it is measured
 * time, so that it is the same to the last byte however often training was interrupted.
 */
import { METRIC_NAMES, type MetricName } from './metrics.ts';
import type { RunState } from './outcome.ts';
import type { AblationPlan, PlannedVariant } from './plan.ts';
import { type PairedDifference, pairedDifference, type Spread, spreadOf } from './statistics.ts';

export interface AblationTable {
  readonly name: string;
  readonly ablation: string;
  readonly model: string;
  readonly doc: string;
  readonly seeds: readonly number[];
  readonly epochs: number;
  readonly images: { readonly train: number; readonly validation: number };
  /** Of the intervals of differences. */
  readonly level: number;
  readonly engines: readonly string[];
  /** The base first. */
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly variant: string;
  readonly isBase: boolean;
  readonly changes: readonly string[];
  readonly parameters: number | null;
  readonly macs: number | null;
  /** Over the seeds that finished; null where none did. */
  readonly metrics: Readonly<Record<MetricName, Spread | null>>;
  /** To the base, over the seeds that finished on both sides; null for the base, and where there are none. */
  readonly differences: Readonly<Record<MetricName, PairedDifference | null>>;
  readonly runs: readonly TableRun[];
  /** Why there is no network, if there is none. */
  readonly problem: string | null;
}

export interface TableRun {
  readonly id: string;
  readonly seed: number;
  readonly state: RunState['kind'];
  readonly metrics: Readonly<Record<MetricName, number>> | null;
  readonly bestEpoch: number | null;
  readonly failure: string | null;
}

export const LEVEL = 0.95;

/** @param states of the runs by their identity */
export function ablationTable(plan: AblationPlan, states: ReadonlyMap<string, RunState>): AblationTable {
  const { name, ablation, model, doc, seeds, epochs, images } = plan;
  const base = plan.variants.find(({ isBase }) => isBase);
  const engines = [...states.values()].flatMap((state) => (state.kind === 'finished' ? [state.result.engine] : []));
  return {
    name,
    ablation,
    model,
    doc,
    seeds,
    epochs,
    images: { train: images.train, validation: images.validation },
    level: LEVEL,
    engines: [...new Set(engines)].sort(),
    rows: plan.variants.map((variant) => rowOf(variant, base, states)),
  };
}

function rowOf(
  variant: PlannedVariant,
  base: PlannedVariant | undefined,
  states: ReadonlyMap<string, RunState>,
): TableRow {
  const { name, isBase, changes, parameters, macs, problem } = variant;
  const runs = runsOf(variant, states);
  const baseRuns = base === undefined || isBase ? [] : runsOf(base, states);
  const each = <T>(make: (metric: MetricName) => T) =>
    Object.fromEntries(METRIC_NAMES.map((metric) => [metric, make(metric)])) as Record<MetricName, T>;
  return {
    variant: name,
    isBase,
    changes,
    parameters,
    macs,
    metrics: each((metric) => spreadOf(runs.flatMap(({ metrics }) => metrics?.[metric] ?? [])) ?? null),
    differences: each((metric) => pairedDifference(pairsOf(runs, baseRuns, metric), LEVEL) ?? null),
    runs,
    problem,
  };
}

function runsOf({ runs }: PlannedVariant, states: ReadonlyMap<string, RunState>): TableRun[] {
  return runs.map(({ id, seed }) => {
    const state = states.get(id) ?? { kind: 'missing' };
    const result = state.kind === 'finished' ? state.result : undefined;
    return {
      id,
      seed,
      state: state.kind,
      metrics: result?.metrics ?? null,
      bestEpoch: result?.bestEpoch ?? null,
      failure: state.kind === 'failed' ? state.failure.message : null,
    };
  });
}

function pairsOf(
  runs: readonly TableRun[],
  baseRuns: readonly TableRun[],
  metric: MetricName,
): (readonly [number, number])[] {
  return runs.flatMap(({ seed, metrics }) => {
    const other = baseRuns.find((run) => run.seed === seed)?.metrics;
    return metrics === null || other === null || other === undefined
      ? []
      : ([[metrics[metric], other[metric]]] as const);
  });
}

/** Whether every run that was planned has finished, and every variant has a network. */
export function isComplete({ rows }: AblationTable): boolean {
  return rows.every(({ problem, runs }) => problem === null && runs.every(({ state }) => state === 'finished'));
}
