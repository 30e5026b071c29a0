/**
 * Training configurations, from text to plan:
 *
 *   text ─ readYaml ─▶ tree ─ applyOverrides ─▶ tree ─ validateConfig ─▶ config ─ linkModel ─▶ graph ─ planOf ─▶ Plan
 *
 * In: a YAML source, the `--set` arguments and a way to read files. Out: the experiment, or undefined with everything
 * that is wrong. Images are not looked at: `check-data.ts` does that when training starts.
 */
import type { Graph } from '../compiler/graph.ts';
import { matchBlocks } from '../compiler/variants/blocks.ts';
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../dsl/diagnostic.ts';
import type { Source } from '../dsl/source.ts';
import { divisors } from '../shared/divisors.ts';
import { type AblationSettings, ablationSettings } from './ablation.ts';
import { checkClassCount } from './class-count.ts';
import type { TrainingConfig } from './config.ts';
import { type ConfigNode, keySpanAt, nodeAt, valueSpanAt } from './config-tree.ts';
import { augmentPlan, normalizePlan, type Resolve, splitPlan, trainingPlan } from './defaults.ts';
import { type ConfigLoader, type LinkedModel, linkModel } from './link.ts';
import { applyOverrides, COMMAND_LINE, inOrder } from './override.ts';
import { experimentName, folderOf, resolveFrom } from './paths.ts';
import type { Plan } from './plan.ts';
import { readYaml } from './read-yaml.ts';
import { configOf, validateConfig } from './validate.ts';

export interface Experiment {
  /** Paths lead from the working directory. */
  readonly plan: Plan;
  /** The same with its paths as the configuration writes them: what is committed and compared. */
  readonly written: Plan;
  readonly graph: Graph;
  /** How many classes the model tells apart. */
  readonly classes: number;
  /** What `specc ablate` trains; undefined where the configuration does not say. */
  readonly ablation: AblationSettings | undefined;
  /** The configuration with its places, for what is found wrong later. */
  readonly root: ConfigNode;
}

/** `overrides` are the arguments of `--set`; paths in them are relative to the working directory. */
export function loadExperiment(
  source: Source,
  loader: ConfigLoader,
  overrides: readonly string[] = [],
): Outcome<Experiment | undefined> {
  const read = readYaml(source);
  if (read.value === undefined && !hasErrors(read.diagnostics)) return fail([emptyFile(source)]);
  if (read.value === undefined || hasErrors(read.diagnostics)) return fail(read.diagnostics);

  const { value: root, diagnostics } = applyOverrides(read.value, overrides);
  const invalid = [...diagnostics, ...validateConfig(root)];
  if (hasErrors(invalid)) return fail(inOrder(invalid, overrides));

  const config = configOf(root);
  const folder = folderOf(source.path);
  const linked = linkModel(config, root, folder, loader);
  if (linked.value === undefined) return fail(linked.diagnostics);
  const model = linked.value;
  const wrong = [...linked.diagnostics, ...checkAgainstModel(config, root, model)];
  if (hasErrors(wrong)) return fail(wrong);

  const resolve: Resolve = (field, path) => {
    const onCommandLine = nodeAt(root, field.split('.'))?.span.source.path === COMMAND_LINE;
    return onCommandLine ? path : resolveFrom(folder, path);
  };
  const { variant } = model.chosen;
  const base = config.name ?? experimentName(source.path);
  const name = variant === undefined ? base : `${base}-${variant.slug}`;
  const ablation = ablationSettings(base, config.ablation, model.chosen, resolve);
  const plan = planOf(name, config, model, resolve);
  const written = planOf(name, config, model, (_, path) => path);
  const { graph, classes } = model;
  return { value: { plan, written, graph, classes, ablation, root }, diagnostics: wrong };
}

function fail(diagnostics: readonly Diagnostic[]): Outcome<undefined> {
  return { value: undefined, diagnostics };
}

function emptyFile(source: Source): Diagnostic {
  return diagnostic('config-empty', source.span(0, 0), { path: `'${source.path}'` });
}

/** What the schema cannot know: that the settings fit this model and one another. */
function checkAgainstModel(config: TrainingConfig, root: ConfigNode, model: LinkedModel): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const { classes, normalize, augment } = config.data;
  if (classes !== undefined) {
    const subject = `\`data.classes\` lists ${classes.length} classes`;
    const span = valueSpanAt(root, ['data', 'classes']);
    diagnostics.push(...checkClassCount(model.graph, classes.length, { subject, span }));
  }
  const channels = model.image[2];
  if (typeof normalize === 'object') {
    for (const key of ['mean', 'std'] as const) {
      const count = normalize[key].length;
      if (count === channels) continue;
      const span = valueSpanAt(root, ['data', 'normalize', key]);
      diagnostics.push(diagnostic('config-channels', span, { field: `data.normalize.${key}`, count, channels }));
    }
  }
  const { batch, micro_batch: part } = { batch: 32, ...config.training };
  if (typeof part === 'number' && batch % part !== 0) {
    const span = valueSpanAt(root, ['training', 'micro_batch']);
    diagnostics.push(diagnostic('config-micro-batch', span, { part, batch, near: nearestDivisors(batch, part) }));
  }
  diagnostics.push(...checkRecomputed(config, root, model));
  const further = model.graph.outputs.slice(1).map(({ name }) => name);
  for (const name of Object.keys(config.training?.auxiliary ?? {})) {
    if (further.includes(name)) continue;
    const span = keySpanAt(root, ['training', 'auxiliary', name]);
    diagnostics.push(diagnostic('config-auxiliary-unknown', span, { name, model: model.name, outputs: further }));
  }
  for (const key of ['zoom', 'contrast'] as const) {
    const range = augment?.[key];
    if (typeof range !== 'object' || range[0] <= range[1]) continue;
    const span = valueSpanAt(root, ['data', 'augment', key]);
    diagnostics.push(diagnostic('config-order', span, { field: `data.augment.${key}`, low: range[0], high: range[1] }));
  }
  return diagnostics;
}

/** That every pattern means some block; in a variant, whose blocks the experiment does not choose, it need not. */
function checkRecomputed(config: TrainingConfig, root: ConfigNode, model: LinkedModel): Diagnostic[] {
  const { recompute: patterns } = trainingPlan(config.training);
  const { ablation, variant } = model.chosen;
  if (patterns === undefined || (variant !== undefined && variant !== ablation?.base)) return [];
  return matchBlocks(model.graph, patterns).unmatched.map(({ pattern, other, near }) => {
    const written = ['training', 'recompute'];
    const listed = nodeAt(root, written)?.kind === 'list';
    const span = valueSpanAt(root, listed ? [...written, String(patterns.indexOf(pattern))] : written);
    return diagnostic('config-recompute-nothing', span, { pattern, model: model.name, other, near });
  });
}

/** The divisors of the batch below and above. */
function nearestDivisors(batch: number, part: number): readonly number[] {
  const all = divisors(batch);
  return [all.findLast((each) => each < part), all.find((each) => each > part)].filter((each) => each !== undefined);
}

function planOf(name: string, config: TrainingConfig, model: LinkedModel, resolve: Resolve): Plan {
  const { data } = config;
  const training = trainingPlan(config.training);
  const pathOr = <T>(field: string, path: string | undefined, otherwise: T): string | T =>
    path === undefined ? otherwise : resolve(field, path);
  const { per_class = 150, size = Math.max(model.image[0], model.image[1]), seed = 1 } = data.synthetic ?? {};
  return {
    name,
    model: {
      spec: resolve('model', config.model.split('#')[0] ?? ''),
      name: model.name,
      parameters: config.set ?? {},
      variant: model.chosen.variant?.name,
    },
    initializeFrom: pathOr('initialize_from', config.initialize_from, undefined),
    data: {
      train: pathOr('data.train', data.train, undefined),
      synthetic: data.synthetic && { perClass: per_class, size, seed },
      validation: pathOr('data.validation', data.validation, undefined),
      split: splitPlan(data, training.seed, resolve),
      classes: data.classes,
      image: model.image,
      normalize: normalizePlan(data.normalize),
      augment: augmentPlan(data.augment),
      cache: pathOr('data.cache', data.cache, '.cache'),
    },
    training,
    output: pathOr('output', config.output, 'runs'),
  };
}
