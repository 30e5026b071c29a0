/**
 * Normalisations as mean, centred values and reciprocal standard deviation, in whose terms their gradients have a closed
 * form. The variance is taken from the centred values: `E[x²] − E[x]²` cancels in float32.
 */
import { elementCount } from '../../shared/element-count.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { overChannels, physicalAxis } from './layout.ts';
import type { Forward, Layout, LowerContext, LowerTable, Placed, WeightTensors } from './rule.ts';

export type Normalisation = 'batch_norm' | 'group_norm' | 'instance_norm' | 'layer_norm' | 'rms_norm' | 'l2_normalize';

export const normalisation: Pick<LowerTable, Normalisation> = {
  /**
   * Training normalises by the biased variance of the batch and moves the running variance by the same number, as
   * TensorFlow and Keras do (PyTorch moves it by the unbiased one).
   */
  batch_norm(context, node, [x], weights) {
    const { builder: b } = context;
    const { layout, shape, tensor } = x!;
    const { epsilon, momentum } = node.attributes;
    const overAll = (name: string): Tensor => overChannels(b, weights[name]!, layout, shape.length);
    const axes = axesBesideChannels(x!);
    const stats = context.training
      ? standardise(b, tensor, axes, epsilon)
      : {
          centred: b.sub(tensor, overAll('moving_mean')),
          deviation: reciprocalRoot(b, overAll('moving_variance'), epsilon),
        };
    const gamma = factors(b, x!, weights);
    const saved = { centred: stats.centred, deviation: stats.deviation };
    if (context.inferenceForms.has('batch-norm') && (layout === 'channels-first' || shape.length === 1)) {
      // the kernel that engines fuse into the convolution before it; it wants the channels in second place
      const vectors = [
        gamma,
        weights['beta'] ?? b.constant(0, gamma.shape),
        weights['moving_mean']!,
        weights['moving_variance']!,
      ] as const;
      return { outputs: [context.place(b.batchNorm(tensor, vectors, epsilon), layout, shape)], saved };
    }
    const factor = b.mul(stats.deviation, overChannels(b, gamma, layout, shape.length));
    const y = shifted(b, b.mul(stats.centred, factor), weights, layout);
    const outputs = [context.place(y, layout, shape)];
    if (!('mean' in stats)) return { outputs, saved };
    const moved = (name: string, now: Tensor): Tensor =>
      b.add(b.scale(weights[name]!, momentum), b.scale(b.reshape(now, weights[name]!.shape), 1 - momentum));
    const updates = {
      moving_mean: moved('moving_mean', stats.mean),
      moving_variance: moved('moving_variance', stats.variance),
    };
    return { outputs, saved, updates };
  },

  group_norm: (context, node, [x], weights) =>
    normaliseGroups(context, x!, weights, node.attributes.groups, node.attributes.epsilon),

  instance_norm: (context, node, [x], weights) =>
    normaliseGroups(context, x!, weights, x!.shape.at(-1)!, node.attributes.epsilon),

  layer_norm(context, node, [x], weights) {
    const { builder: b } = context;
    const { layout, shape, tensor } = x!;
    const axis = physicalAxis(layout, shape.length, shape.length - 1);
    if (context.inferenceForms.has('layer-norm') && axis === tensor.shape.length - 1) {
      // one kernel, which reads the numbers once; it keeps nothing that a gradient needs
      const vectors = [factors(b, x!, weights), weights['beta'] ?? b.constant(0, [shape.at(-1)!])] as const;
      return { outputs: [context.place(b.layerNorm(tensor, vectors, node.attributes.epsilon), layout, shape)] };
    }
    const { centred, deviation } = standardise(b, tensor, [axis], node.attributes.epsilon);
    const normalised = b.mul(centred, deviation);
    const scaled = b.mul(normalised, overChannels(b, factors(b, x!, weights), layout, shape.length));
    const y = shifted(b, scaled, weights, layout);
    return { outputs: [context.place(y, layout, shape)], saved: { normalised, deviation } };
  },

  rms_norm(context, node, [x], weights) {
    const { builder: b } = context;
    const { layout, shape, tensor } = x!;
    const axis = physicalAxis(layout, shape.length, shape.length - 1);
    const deviation = reciprocalRoot(b, b.reduce('mean', b.mul(tensor, tensor), [axis]), node.attributes.epsilon);
    const normalised = b.mul(tensor, deviation);
    const y = b.mul(normalised, overChannels(b, factors(b, x!, weights), layout, shape.length));
    return { outputs: [context.place(y, layout, shape)], saved: { normalised, deviation } };
  },

  l2_normalize(context, node, [x]) {
    const { builder: b } = context;
    const { layout, shape, tensor } = x!;
    const axis = physicalAxis(layout, shape.length, node.attributes.axis);
    const squares = b.reduce('sum', b.mul(tensor, tensor), [axis]);
    const least = b.binary('max', squares, b.constant(node.attributes.epsilon));
    const factor = b.unary('reciprocal', b.unary('sqrt', least));
    return { outputs: [context.place(b.mul(tensor, factor), layout, shape)], saved: { squares, factor } };
  },
};

/**
 * Over each group of channels of each example. Saves `centred` `[N, groups, members]` and `deviation` `[N, groups, 1]`,
 * the reciprocal standard deviation.
 */
function normaliseGroups(
  context: LowerContext,
  x: Placed,
  weights: WeightTensors,
  groups: number,
  epsilon: number,
): Forward {
  const { builder: b, batch } = context;
  const image = context.as(x, 'channels-first');
  const members = elementCount(image.shape.slice(1)) / groups;
  const grouped = b.reshape(image, [batch, groups, members]);
  if (context.inferenceForms.has('instance-norm')) {
    // one kernel; the scale and offset are another, which the pass `affine` makes one of
    const normal = b.reshape(b.instanceNorm(grouped, epsilon), image.shape);
    const scaled = b.mul(normal, overChannels(b, factors(b, x, weights), 'channels-first', x.shape.length));
    return { outputs: [context.place(shifted(b, scaled, weights, 'channels-first'), 'channels-first', x.shape)] };
  }
  const { centred, deviation } = standardise(b, grouped, [2], epsilon);
  const scaled = b.mul(
    b.reshape(centred, image.shape),
    channelScale(b, deviation, factors(b, x, weights), image.shape),
  );
  const y = shifted(b, scaled, weights, 'channels-first');
  return { outputs: [context.place(y, 'channels-first', x.shape)], saved: { centred, deviation } };
}

/** The factor of each channel, `[C]`: ones where none is learned, which a pass takes out again. */
export function factors(b: Builder, x: Placed, { gamma }: WeightTensors): Tensor {
  return gamma ?? b.constant(1, [x.shape.at(-1)!]);
}

/** Adds the offset of each channel, where one is learned. */
function shifted(b: Builder, y: Tensor, { beta }: WeightTensors, layout: Layout): Tensor {
  return beta ? b.add(y, overChannels(b, beta, layout, y.shape.length - 1)) : y;
}

/** `deviation · gamma`, `[N, C, 1, …]`, from one deviation a group, `[N, groups, 1]`. */
export function channelScale(b: Builder, deviation: Tensor, gamma: Tensor, image: readonly number[]): Tensor {
  const [batch, groups] = deviation.shape as [number, number];
  const channels = gamma.shape[0]!;
  const scale = b.mul(deviation, b.reshape(gamma, [1, groups, channels / groups]));
  return b.reshape(scale, [batch, channels, ...image.slice(2).map(() => 1)]);
}

interface Standardised {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly centred: Tensor;
  /** `1 / √(variance + ε)`. */
  readonly deviation: Tensor;
}

function standardise(b: Builder, x: Tensor, axes: readonly number[], epsilon: number): Standardised {
  const mean = b.reduce('mean', x, axes);
  const centred = b.sub(x, mean);
  const variance = b.reduce('mean', b.mul(centred, centred), axes);
  return { mean, variance, centred, deviation: reciprocalRoot(b, variance, epsilon) };
}

function reciprocalRoot(b: Builder, variance: Tensor, epsilon: number): Tensor {
  return b.unary('reciprocal', b.unary('sqrt', b.add(variance, b.constant(epsilon))));
}

/** The axes of the tensor that `batch_norm` averages over. */
export function axesBesideChannels({ layout, shape, tensor }: Placed): number[] {
  const channels = physicalAxis(layout, shape.length, shape.length - 1);
  return tensor.shape.map((_, axis) => axis).filter((axis) => axis !== channels);
}
