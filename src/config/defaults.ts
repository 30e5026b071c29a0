/** Turns a configuration's short forms and gaps into a plan's full data. The defaults stand here and in the schema. */
import type { OptimizerSettings } from '../compiler/optimizer/index.ts';
import type { DataConfig, LearningRateConfig, OptimizerConfig, TrainingConfig } from './config.ts';
import type { DataPlan, Schedule, SplitPlan, TrainingPlan } from './plan.ts';

export function trainingPlan(config: TrainingConfig['training'] = {}): TrainingPlan {
  return {
    epochs: config.epochs ?? 30,
    batch: config.batch ?? 32,
    microBatch: config.micro_batch,
    memory: config.memory === undefined ? undefined : bytesOf(config.memory),
    recompute: recomputePlan(config.recompute),
    dropLast: config.drop_last ?? false,
    seed: config.seed ?? 1,
    optimizer: optimizerPlan(config.optimizer),
    learningRate: schedulePlan(config.learning_rate),
    labelSmoothing: config.label_smoothing ?? 0,
    auxiliary: config.auxiliary ?? {},
    patience: config.early_stopping,
    monitor: config.monitor ?? 'accuracy',
  };
}

function recomputePlan(config: string | readonly string[] = 'none'): TrainingPlan['recompute'] {
  if (config === 'none') return undefined;
  return typeof config === 'string' ? [config] : config;
}

/** `8GB`, `512 MB`: of a thousand, as disks are sold and memory is told. */
function bytesOf(text: string): number {
  return Math.round(Number.parseFloat(text) * (text.endsWith('GB') ? 1e9 : 1e6));
}

function optimizerPlan(config: OptimizerConfig = 'adam'): OptimizerSettings {
  const settings = typeof config === 'string' ? { [config]: {} } : config;
  if (settings.sgd !== undefined) {
    const { momentum = 0, nesterov = false, weight_decay = 0 } = settings.sgd;
    return { kind: 'sgd', momentum, nesterov, decay: weight_decay };
  }
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weight_decay = 0 } = settings.adam ?? {};
  return { kind: 'adam', beta1, beta2, epsilon, decay: weight_decay };
}

function schedulePlan(config: LearningRateConfig = 0.001): Schedule {
  if (typeof config === 'number') return { kind: 'constant', rate: config };
  if (config.step !== undefined) {
    const { from, every, factor = 0.1 } = config.step;
    return { kind: 'step', rate: from, every, factor };
  }
  const { from = 0.001, to = 0, warmup = 0 } = config.cosine ?? {};
  return { kind: 'cosine', rate: from, final: to, warmupEpochs: warmup };
}

/** Where a path of the configuration leads; `field` is the one that names it. */
export type Resolve = (field: string, path: string) => string;

/** `seed` is the training's, which is the split's unless it has its own. */
export function splitPlan(config: DataConfig, seed: number, resolve: Resolve): SplitPlan | undefined {
  if (config.validation !== undefined) return undefined;
  const { validation = 0.2, by_group: group, seed: own = seed } = config.split ?? {};
  return { validation, groups: groupPlan(group, resolve), seed: own };
}

function groupPlan(group: NonNullable<DataConfig['split']>['by_group'], resolve: Resolve): SplitPlan['groups'] {
  if (group?.pattern !== undefined) return { kind: 'pattern', pattern: group.pattern };
  if (group?.csv === undefined) return undefined;
  return {
    kind: 'csv',
    file: resolve('data.split.by_group.csv', group.csv),
    column: group.column ?? '',
    key: group.key ?? '',
  };
}

export function normalizePlan(config: DataConfig['normalize'] = 'unit'): DataPlan['normalize'] {
  if (config === 'unit') return { kind: 'scale', range: [0, 1] };
  if (config === 'signed') return { kind: 'scale', range: [-1, 1] };
  return { kind: 'standardize', mean: config.mean, deviation: config.std };
}

export function augmentPlan(config: DataConfig['augment'] = {}): DataPlan['augment'] {
  const { horizontal_flip = false, rotation = 0, zoom = 1, contrast = 0 } = config;
  return {
    horizontalFlip: horizontal_flip,
    rotation,
    zoom: typeof zoom === 'number' ? [1, zoom] : zoom,
    contrast: typeof contrast === 'number' ? [rounded(1 - contrast), rounded(1 + contrast)] : contrast,
  };
}

/** Without the noise of binary fractions: 1 − 0.8 is 0.2. */
function rounded(value: number): number {
  return Number(value.toFixed(12));
}
