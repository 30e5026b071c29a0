/**
 * Trains one planned run to its result, from wherever it stands:
 *
 *   claim ─▶ done already? ─▶ experiment ─▶ images ─▶ same identity? ─▶ run folder ─▶ training ─▶ result.json
 *
 * Whatever goes wrong with it is its own failure, written beside it, and no other run's.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../config/experiment.ts';
import type { Plan } from '../config/plan.ts';
import { makeFolder } from '../data/make-folder.ts';
import type { Engine, NamedTensors } from '../engines/engine.ts';
import { initialWeights } from '../engines/initialize.ts';
import { fallbackText, type TrainingState, weightsOnly } from '../training/checkpoint.ts';
import { claim, isClaim } from '../training/claim.ts';
import { identityOf } from '../training/identity.ts';
import type { TrainingReporter } from '../training/loop.ts';
import type { TrainingImages } from '../training/open-data.ts';
import { readWeights } from '../training/read-weights.ts';
import { evaluateRun, writeReport } from '../training/report/write-report.ts';
import { claimRun } from '../training/run-claim.ts';
import { experimentOf, experimentOfRun } from '../training/run-experiment.ts';
import { createRunAt, openRun, type Run } from '../training/run-folder.ts';
import { endingText, trainRun } from '../training/train-run.ts';
import { TrainingError } from '../training/training-error.ts';
import { startingWeights } from '../training/weights/starting-weights.ts';
import { forgetFailure, metricsOf, recordFailure, recordResult, stateOf, strangerIn } from './outcome.ts';
import { type AblationPlan, baseRunOf, claimsFolder, type PlannedRun, runFolderOf } from './plan.ts';
import { digestOfWeights, runIdentity, type StartIdentity } from './run-identity.ts';
import { recordWarmStart, type WarmStartAccount, warmWeights } from './warm-start.ts';

/** What the runs of a process share. */
export interface Workplace {
  /** The ablation's folder. */
  readonly folder: string;
  readonly plan: AblationPlan;
  readonly engine: Engine;
  readonly device: string;
  /** Of a plan's data; opened once for all runs whose data is the same. */
  readonly images: (plan: Plan) => Promise<TrainingImages>;
  /** Of the engine; all that there are unless told. */
  readonly threads?: number | undefined;
}

export type RunEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly message: string; readonly cause?: unknown }
  | { readonly kind: 'interrupted' }
  /** Another process has it. */
  | { readonly kind: 'busy' };

/** Hears of a run what training tells, and what it starts from. */
export interface RunReporter extends TrainingReporter {
  resume(state: TrainingState): void;
  warmStart(account: WarmStartAccount): void;
}

export async function executeRun(
  place: Workplace,
  planned: PlannedRun,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<RunEnd> {
  const mine = claim(claimsFolder(place.folder), planned.id);
  if (!isClaim(mine)) return { kind: 'busy' };
  const folder = runFolderOf(place.folder, place.plan, planned);
  try {
    if (stateOf(folder, planned.id).kind === 'finished') return { kind: 'finished' };
    // `specc train --resume` may have the run, too.
    const run = claimRun(folder);
    if (!isClaim(run)) return { kind: 'busy' };
    try {
      forgetFailure(folder);
      return await trainPlanned(place, planned, folder, reporter, signal);
    } finally {
      run.release();
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'interrupted' };
    return failed(folder, planned.id, error);
  } finally {
    mine.release();
  }
}

/** Writes down why a run failed, where its folder can be written. */
export function failed(folder: string, id: string, cause: unknown): RunEnd {
  const message = cause instanceof Error ? cause.message : String(cause);
  const help = cause instanceof Error && 'help' in cause && typeof cause.help === 'string' ? cause.help : null;
  try {
    makeFolder(folder);
    recordFailure(folder, { id, message, help });
  } catch (unwritable) {
    // What keeps this run's folder from being written must not end the others; its own failure is still told.
    const why = unwritable instanceof Error ? unwritable.message : String(unwritable);
    return { kind: 'failed', message: message === why ? message : `${message} (not written down: ${why})`, cause };
  }
  return { kind: 'failed', message, cause };
}

async function trainPlanned(
  place: Workplace,
  planned: PlannedRun,
  folder: string,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<RunEnd> {
  const begun = existsSync(join(folder, 'plan.json')) ? openBegun(folder) : undefined;
  const stranger = strangerIn(folder, planned.id);
  if (stranger !== undefined) {
    const text = `its result.json is that of the run ${stranger}, and counts for nothing here`;
    reporter.message?.({ severity: 'warning', text });
  }
  // What was begun goes on under the names that it began with, whatever the specification calls things now.
  const experiment = begun === undefined ? plannedExperiment(place.plan, planned) : experimentOfRun(begun);
  const { plan, graph } = experiment;
  const images = await place.images(plan);
  if (!(await isAsPlanned(place, planned, experiment))) {
    if (begun !== undefined && (await isAsPlanned(place, planned, plannedExperiment(place.plan, planned)))) {
      throw new TrainingError(`'${folder}' holds the plan of another run`, anew(folder));
    }
    throw new TrainingError(
      'its images or starting weights are no longer those that were planned',
      'call `specc ablate` again, which plans with what is there now',
    );
  }
  const run = begun ?? createRunAt(folder, newRun(place, planned, experiment, images));
  const resume = run.checkpoints.begun ? run.checkpoints.resume(identityOf(plan, graph, images.names)) : undefined;
  if (resume?.fallback !== undefined) reporter.message?.({ severity: 'warning', text: fallbackText(resume) });
  if (resume !== undefined) reporter.resume(resume.state);
  const initial = resume === undefined ? startOf(place, planned, experiment, run, reporter) : resume.tensors;
  const { engine, threads } = place;
  const training = { run, experiment, engine, images, initial: weightsOnly(initial), resume, threads };
  const end = await trainRun(training, reporter, signal);
  if (end.reason === 'interrupted') return { kind: 'interrupted' };

  const validation = images.validation!;
  const result = await evaluateRun(run, graph, engine, validation, 'best', { signal, threads });
  if (result === undefined) return { kind: 'interrupted' };
  await writeReport(run, graph, images, result, endingText(end));
  const { state, reason } = end;
  recordResult(folder, {
    id: planned.id,
    reason,
    epochs: state.epoch - 1,
    bestEpoch: state.best?.epoch ?? 0,
    metrics: metricsOf(result.evaluation),
    images: result.evaluation.images,
    engine: engine.name,
    seconds: state.seconds,
  });
  return { kind: 'finished' };
}

async function isAsPlanned(place: Workplace, planned: PlannedRun, { plan, graph }: Experiment): Promise<boolean> {
  const images = await place.images(plan);
  return runIdentity(plan, graph, images, startIdentity(place.plan, planned, plan)) === planned.id;
}

/** @throws TrainingError that says how the ablation gets over a folder that is damaged */
function openBegun(folder: string): Run {
  try {
    return openRun(folder);
  } catch (error) {
    throw error instanceof TrainingError ? new TrainingError(error.message, anew(folder)) : error;
  }
}

function anew(folder: string): string {
  return `remove '${folder}', and the same command trains the run anew`;
}

function plannedExperiment({ sources }: AblationPlan, { overrides }: PlannedRun): Experiment {
  const { value, diagnostics } = experimentOf(sources, overrides);
  if (value !== undefined) return value;
  throw new TrainingError(
    `its sources are not accepted: ${diagnostics.map(({ message }) => message).join('; ')}`,
    'the plan was made by another version of specc; call `specc ablate` again',
  );
}

function newRun(
  { plan: { sources, config }, engine, device }: Workplace,
  { overrides }: PlannedRun,
  { plan }: Experiment,
  { classes }: TrainingImages,
) {
  return { plan, config, overrides, classes, engine: { name: engine.name, device }, sources };
}

/** What a run's starting weights follow from; `plan` is the run's own. */
export function startIdentity(ablation: AblationPlan, planned: PlannedRun, plan: Plan): StartIdentity {
  const base = baseRunOf(ablation, planned);
  const { warmStart } = ablation;
  if (warmStart?.kind === 'base' && base !== undefined) return { kind: 'base', run: base.id };
  const from = warmStart?.kind === 'run' ? warmStart.path : plan.initializeFrom;
  return from === undefined ? { kind: 'seeded' } : { kind: 'weights', digest: digestOfWeights(readWeights(from)) };
}

/** The weights of a run that has no checkpoint yet. */
function startOf(
  { folder, plan: ablation }: Workplace,
  planned: PlannedRun,
  { plan, graph }: Experiment,
  run: Run,
  reporter: RunReporter,
): NamedTensors {
  const { seed } = plan.training;
  const base = baseRunOf(ablation, planned);
  if (ablation.warmStart?.kind === 'base' && base !== undefined) {
    const from = runFolderOf(folder, ablation, base);
    if (stateOf(from, base.id).kind !== 'finished') {
      throw new TrainingError(
        `the base with seed ${seed} is not trained, so that there are no weights to start from`,
        'its own failure is told with it; without --warm-start all start from seeded weights',
      );
    }
    return warm(weightsOnly(openRun(from).checkpoints.load('best').tensors), `the base with seed ${seed}`);
  }
  if (ablation.warmStart?.kind === 'run') {
    return warm(readWeights(ablation.warmStart.path), `'${ablation.warmStart.path}'`);
  }
  if (plan.initializeFrom !== undefined) return startingWeights(graph, seed, plan.initializeFrom).weights;
  return initialWeights(graph, seed);

  function warm(trained: NamedTensors, from: string): NamedTensors {
    const { weights, account } = warmWeights(graph, seed, trained, from);
    recordWarmStart(run.folder, account);
    reporter.warmStart(account);
    return weights;
  }
}
