/** Normalisation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Mode } from './mode.js';
import type { RunningStatistics, Scale, ScaleAndOffset } from './weights.js';

/** `(x − mean) / √(variance + ε)` with the moments over some axes. */
function standardise<T extends tf.Tensor>(x: T, axes: number[], epsilon: number) {
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub<T>(x, mean);
  const variance = tf.mean(tf.square(centred), axes, true);
  return { mean, variance, normalised: tf.mul<T>(centred, tf.rsqrt(tf.add(variance, epsilon))) };
}

/** Of each channel, as far as they are learned. */
function scaleAndShift<T extends tf.Tensor>(x: T, { gamma, beta }: Partial<ScaleAndOffset>): T {
  const scaled = gamma ? tf.mul<T>(x, gamma) : x;
  return beta ? tf.add<T>(scaled, beta) : scaled;
}

/** Over the batch and all axes but the last. `momentum` is the share of the old running value that is kept. */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  weights: RunningStatistics & Partial<ScaleAndOffset>,
  mode: Mode,
  { epsilon = 1e-5, momentum = 0.9 }: { readonly epsilon?: number; readonly momentum?: number } = {},
): T {
  const { gamma, beta, movingMean, movingVariance } = weights;
  if (!mode.training) {
    const deviation = tf.rsqrt(tf.add(movingVariance, epsilon));
    const scale = gamma ? tf.mul(gamma, deviation) : deviation;
    const shift = tf.mul(movingMean, scale);
    return tf.add<T>(tf.mul(x, scale), beta ? tf.sub(beta, shift) : tf.neg(shift));
  }
  const { mean, variance, normalised } = standardise(
    x,
    x.shape.slice(0, -1).map((_, axis) => axis),
    epsilon,
  );
  const moved = (running: tf.Tensor1D, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(running, momentum), tf.mul(tf.reshape(now, running.shape), 1 - momentum));
  mode.update?.(movingMean, moved(movingMean, mean));
  mode.update?.(movingVariance, moved(movingVariance, variance));
  return scaleAndShift(normalised, weights);
}

/** Over groups of channels of each example. */
export function groupNorm<T extends tf.Tensor>(
  x: T,
  weights: Partial<ScaleAndOffset>,
  { groups = 32, epsilon = 1e-5 }: { readonly groups?: number; readonly epsilon?: number } = {},
): T {
  const channels = x.shape.at(-1)!;
  const grouped: tf.Tensor4D = tf.reshape(x, [x.shape[0]!, -1, groups, channels / groups]);
  const { normalised } = standardise(grouped, [1, 3], epsilon);
  return scaleAndShift(tf.reshape(normalised, x.shape) as T, weights);
}

/** Over each channel of each example. */
export function instanceNorm(
  x: tf.Tensor4D,
  weights: Partial<ScaleAndOffset>,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): tf.Tensor4D {
  return scaleAndShift(standardise(x, [1, 2], epsilon).normalised, weights);
}

/** Over the last axis. */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  weights: Partial<ScaleAndOffset>,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): T {
  return scaleAndShift(standardise(x, [x.rank - 1], epsilon).normalised, weights);
}

/** `x / √(mean(x²) + ε)` over the last axis, scaled. */
export function rmsNorm<T extends tf.Tensor>(
  x: T,
  weights: Partial<Scale>,
  { epsilon = 1e-6 }: { readonly epsilon?: number } = {},
): T {
  const square = tf.mean(tf.square(x), x.rank - 1, true);
  return scaleAndShift(tf.mul<T>(x, tf.rsqrt(tf.add(square, epsilon))), weights);
}

/** `x / √(max(Σ x², ε))` along one axis, counted with the batch. */
export function l2Normalize<T extends tf.Tensor>(
  x: T,
  axis: number,
  { epsilon = 1e-12 }: { readonly epsilon?: number } = {},
): T {
  const squares = tf.sum(tf.square(x), axis, true);
  return tf.mul<T>(x, tf.rsqrt(tf.maximum(squares, epsilon)));
}
