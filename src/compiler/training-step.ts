/**
 * A whole training step as one program: forward, loss, backward, optimizer.
 *
 * Inputs: the model's input by its name, `[N, H, W, C]`; `step:labels`, one-hot `[N, classes]`; `step:learning_rate` and
 * `step:number` (from 1), []; `mask:PATH` for each dropout; every weight as `PATH` and every optimizer slot as `PATH:slot`,
 * with their axes in the order of `StateTensor`. No model can give a name with a colon. An input that nothing depends on
 * (`step:number` with plain SGD) is not in the program.
 *
 * Outputs: `loss` and `correct`, []; `next:PATH` and `next:PATH:slot` for all that the step changes. A gradient step has
 * `gradient:PATH` for every trainable weight instead, in the order of the weight, and changes nothing.
 */
import type { AxisOrder } from '../shared/axis-order.ts';
import { crossEntropy } from './cross-entropy.ts';
import { differentiate } from './differentiate.ts';
import type { Graph } from './graph.ts';
import { lowering, type MaskInput } from './lower/context.ts';
import { type ForwardPass, lower } from './lower/index.ts';
import type { TrainingForm } from './lower/training-form.ts';
import { asFilters } from './lower/weight-order.ts';
import { allWeights, type WeightSpec } from './ops/weights/index.ts';
import { type OptimizerSettings, optimizerRule } from './optimizer/index.ts';
import { createBuilder } from './program/build.ts';
import type { Builder, Tensor } from './program/builder.ts';
import type { Program } from './program/program.ts';
import { regionsOf, unsized } from './recompute.ts';

/** What of a `TrainingSetup` the program depends on. */
export interface StepSetup {
  readonly graph: Graph;
  readonly batch: number;
  readonly optimizer: OptimizerSettings;
  readonly loss: LossSettings;
  /** Paths of blocks that are computed again in the backward pass, so that their activations need not be kept. */
  readonly recompute?: readonly string[] | undefined;
  /** Forms that are left out: for measurements, and where an engine lacks a kernel. */
  readonly withoutForms?: readonly TrainingForm[];
}

/** Cross-entropy of the first output with the classes. */
export interface LossSettings {
  readonly kind: 'cross_entropy';
  readonly labelSmoothing: number;
  /**
   * Further outputs that learn the same classes, by name, with the weight of their cross-entropy in what the gradient is
   * of. The loss that is told is that of the first output alone, which validation has, too.
   */
  readonly auxiliary?: Readonly<Record<string, number>>;
}

/**
 * A tensor that outlives a step: a weight, a running statistic or an optimizer slot. The program has no input for it when
 * neither the loss nor any statistic depends on it.
 */
export interface StateTensor {
  /** `PATH` or `PATH:slot`: the name of the input. */
  readonly name: string;
  /** Channel-last, as the weight is specified. */
  readonly shape: readonly number[];
  /** The axes of the tensor that the program reads and writes, as axes of `shape`. */
  readonly order: AxisOrder;
  /** The output that is its next value; undefined when no step changes it. */
  readonly next: string | undefined;
  /** The weight that this is or belongs to. */
  readonly weight: WeightSpec;
  /** Slots start at zero. */
  readonly slot: string | undefined;
}

export interface TrainingStep {
  readonly program: Program;
  readonly masks: readonly MaskInput[];
  readonly state: readonly StateTensor[];
}

export function trainingStep(setup: StepSetup): TrainingStep {
  const builder = createBuilder();
  const { forward, masks, loss, correct, gradients } = lossAndGradients(setup, builder);
  const { state, outputs } = updatedState(setup, builder, forward, gradients);
  const program = builder.finish([{ name: 'loss', tensor: loss }, { name: 'correct', tensor: correct }, ...outputs]);
  return { program, masks: masksOf(program, masks), state };
}

interface NamedOutput {
  readonly name: string;
  readonly tensor: Tensor;
}

/** What a step makes of the state: the optimizer's part. */
export function updatedState(
  setup: Pick<StepSetup, 'graph' | 'optimizer'>,
  builder: Builder,
  forward: Pick<ForwardPass, 'weights' | 'updates'>,
  gradients: ReadonlyMap<string, Tensor>,
): { readonly state: readonly StateTensor[]; readonly outputs: readonly NamedOutput[] } {
  builder.origin('optimizer');
  const learningRate = builder.input('step:learning_rate', []);
  const step = builder.input('step:number', []);
  const rule = optimizerRule(setup.optimizer);

  const outputs: NamedOutput[] = [];
  const state: StateTensor[] = [];
  const keep = (weight: WeightSpec, slot: string | undefined, tensor: Tensor | undefined): void => {
    const name = slot === undefined ? weight.path : `${weight.path}:${slot}`;
    const next = tensor && `next:${name}`;
    const { order } = forward.weights.get(weight.path)!;
    state.push({ name, shape: weight.shape, order, next, weight, slot });
    if (tensor) outputs.push({ name: `next:${name}`, tensor });
  };

  for (const weight of allWeights(setup.graph)) {
    const gradient = gradients.get(weight.path);
    if (!gradient) {
      // running statistics, and weights on which the loss does not depend
      keep(weight, undefined, forward.updates.get(weight.path));
      continue;
    }
    builder.origin(`optimizer ${weight.path}`);
    const { tensor: current } = forward.weights.get(weight.path)!;
    const slots = Object.fromEntries(
      rule.slots(setup.optimizer).map((slot) => [slot, builder.input(`${weight.path}:${slot}`, current.shape)]),
    );
    const update = rule.update(builder, setup.optimizer, {
      weight: current,
      gradient,
      slots,
      learningRate,
      step,
    });
    keep(weight, undefined, update.weight);
    for (const slot of Object.keys(slots)) keep(weight, slot, update.slots[slot]);
  }
  return { state, outputs };
}

export interface GradientStep {
  readonly program: Program;
  readonly masks: readonly MaskInput[];
}

/** The gradients alone, with batch statistics and dropout as in training. */
export function gradientStep(setup: Omit<StepSetup, 'optimizer'>): GradientStep {
  const builder = createBuilder();
  const { forward, masks, loss, correct, gradients } = lossAndGradients(setup, builder);
  const trainable = allWeights(setup.graph).filter((weight) => weight.trainable);
  const program = builder.finish([
    { name: 'loss', tensor: loss },
    { name: 'correct', tensor: correct },
    ...trainable.map(({ path }) => {
      const zeros = (): Tensor => builder.expand(builder.constant(0), forward.weights.get(path)!.tensor.shape);
      return { name: `gradient:${path}`, tensor: gradients.get(path) ?? zeros() };
    }),
  ]);
  return { program, masks: masksOf(program, masks) };
}

/** Those that the program still wants: a dropout on which no output depends is gone. */
export function masksOf(program: Program, masks: readonly MaskInput[]): readonly MaskInput[] {
  const inputs = new Set(program.instructions.flatMap((each) => (each.kernel === 'input' ? each.attributes.name : [])));
  return masks.filter(({ input }) => inputs.has(input));
}

export interface LossAndGradients {
  readonly forward: ForwardPass;
  readonly masks: readonly MaskInput[];
  readonly loss: Tensor;
  readonly correct: Tensor;
  /** By the paths of the trainable weights on which the loss depends, each with its axes as the weight is held. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/** `examples` is what the loss is the mean of: more than the batch where this is a part of it. */
export function lossAndGradients(
  setup: Omit<StepSetup, 'optimizer'>,
  builder: Builder,
  examples = setup.batch,
): LossAndGradients {
  const { graph, batch } = setup;
  const regions = regionsOf(graph, setup.recompute ?? []);
  const fed = (input: Tensor): Tensor => (regions.length === 0 ? input : unsized(builder, input));
  const context = lowering(graph, builder, batch, true, 'channels-last', setup.withoutForms, fed);
  const forward = lower(graph, context, asFilters);
  const classes = graph.values[graph.outputs[0]!.value]!.shape;
  const labels = fed(builder.input('step:labels', [batch, ...classes]));
  const { labelSmoothing, auxiliary = {} } = setup.loss;
  const { loss, correct, logits, gradient } = crossEntropy(graph, context, forward, labels, {
    smoothing: labelSmoothing,
    examples,
  });
  const seeds = new Map([[logits, gradient]]);
  for (const [name, weight] of Object.entries(auxiliary)) {
    const { value } = graph.outputs.find((output) => output.name === name)!;
    const further = crossEntropy(graph, context, forward, labels, {
      smoothing: labelSmoothing,
      examples,
      output: value,
    });
    const others = seeds.get(further.logits);
    const scaled = builder.scale(further.gradient.tensor, weight);
    const sum = others === undefined ? scaled : builder.add(others.tensor, scaled);
    seeds.set(further.logits, { ...further.gradient, tensor: sum });
  }
  const { weights } = differentiate(graph, context, forward, seeds, new Set(), regions);
  builder.origin('gradients');
  const gradients = new Map(
    [...weights].map(([path, tensor]) => [path, builder.transpose(tensor, forward.weights.get(path)!.order)]),
  );
  return { forward, masks: context.masks, loss, correct, gradients };
}
