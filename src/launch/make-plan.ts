/**
 * Makes the plan of an ablation: elaborates every variant and works out the identity of every run, before anything is
 * trained. A variant that has no network is in the plan with the reason.
 */
import { summarize } from '../compiler/summary.ts';
import { checkFoundClasses } from '../config/check-data.ts';
import { compilingOnce } from '../config/compile-once.ts';
import type { Experiment } from '../config/experiment.ts';
import type { Plan } from '../config/plan.ts';
import { type Diagnostic, hasErrors } from '../dsl/diagnostic.ts';
import type { TrainingImages } from '../training/open-data.ts';
import { experimentOf, loaderOf } from '../training/run-experiment.ts';
import type { SourceText } from '../training/run-folder.ts';
import { TrainingError } from '../training/training-error.ts';
import { startIdentity } from './execute.ts';
import type { AblationPlan, PlannedRun, PlannedVariant, WarmStart } from './plan.ts';
import { runIdentity } from './run-identity.ts';

export interface PlanInput {
  readonly experiment: Experiment;
  readonly overrides: readonly string[];
  /** The configuration first. */
  readonly sources: readonly SourceText[];
  readonly images: (experiment: Experiment) => Promise<TrainingImages>;
}

/** @returns the plan, with what is wrong with single variants */
export async function makePlan({
  experiment,
  overrides,
  sources,
  images,
}: PlanInput): Promise<{ readonly plan: AblationPlan; readonly diagnostics: readonly Diagnostic[] }> {
  const { ablation, seeds, warmStart, name } = experiment.ablation!;
  const { classes, train, validation } = await images(experiment);
  if (validation === undefined) throw withoutValidation();
  const variants: PlannedVariant[] = [];
  const plan: AblationPlan = {
    version: 1,
    name,
    ablation: ablation.name,
    doc: ablation.doc ?? '',
    model: ablation.model,
    config: sources[0]!.path,
    overrides,
    sources,
    images: { classes, train: train.examples.length, validation: validation.examples.length },
    epochs: experiment.plan.training.epochs,
    seeds,
    warmStart: warmStartOf(warmStart),
    variants,
  };
  const diagnostics: Diagnostic[] = [];
  const loader = compilingOnce(loaderOf(sources));
  for (const variant of [ablation.base, ...ablation.variants]) {
    const { name, slug, changes } = variant;
    const isBase = variant === ablation.base;
    const own = [...overrides, `ablation.variant=${JSON.stringify(name)}`];
    const made = experimentOf(sources, own, loader);
    const described = { name, slug, isBase, changes };
    const wrong = [...made.diagnostics];
    if (made.value !== undefined) wrong.push(...checkFoundClasses(made.value, classes));
    let planned: PlannedVariant;
    if (made.value === undefined || hasErrors(wrong)) {
      diagnostics.push(...wrong);
      const problem = wrong.find(({ severity }) => severity === 'error')?.message ?? 'it has no network';
      planned = { ...described, parameters: null, macs: null, problem, runs: [] };
    } else {
      const { parameters, macs } = summarize(made.value.graph);
      const runs = await runsOf(made.value, own, plan, images);
      planned = { ...described, parameters, macs, problem: null, runs };
    }
    if (isBase && planned.problem !== null && plan.warmStart?.kind === 'base') throw withoutBase(planned.problem);
    variants.push(planned);
  }
  return { plan, diagnostics };
}

/** A run for each seed; `before` has the runs of the base, if this is not it. */
async function runsOf(
  experiment: Experiment,
  overrides: readonly string[],
  before: AblationPlan,
  images: PlanInput['images'],
): Promise<PlannedRun[]> {
  const { plan, graph, ablation } = experiment;
  const opened = await images(experiment);
  // The split is that of the configuration for all seeds: every run is judged by the same images.
  const split = plan.data.split === undefined ? [] : [`data.split.seed=${plan.data.split.seed}`];
  return ablation!.seeds.map((seed) => {
    const seeded: Plan = { ...plan, training: { ...plan.training, seed } };
    const run = {
      id: '',
      variant: plan.model.variant!,
      seed,
      overrides: [...overrides, `training.seed=${seed}`, ...split],
    };
    // The base's own runs are not in the plan yet, and do not start from themselves.
    const start = startIdentity(before, run, seeded);
    return { ...run, id: runIdentity(seeded, graph, opened, start) };
  });
}

function warmStartOf(given: 'base' | { readonly run: string } | undefined): WarmStart | null {
  if (given === undefined) return null;
  return given === 'base' ? { kind: 'base' } : { kind: 'run', path: given.run };
}

function withoutValidation(): TrainingError {
  return new TrainingError(
    'there are no validation images to compare variants on',
    'name a folder with `data.validation`, or keep a share of the images with `data.split`',
  );
}

function withoutBase(problem: string): TrainingError {
  return new TrainingError(
    `the base has no network, so that there are no weights to start from: ${problem}`,
    'mend the base, or leave out --warm-start',
  );
}
