/** Activations that TensorFlow.js lacks. */
import * as tf from '@tensorflow/tfjs-core';
import type { Slopes } from './weights.js';

/** `x` where positive, else `alpha · x` with a slope a channel. */
export function prelu<T extends tf.Tensor>(x: T, { alpha }: Slopes): T {
  return tf.prelu<tf.Tensor>(x, alpha) as T;
}

export function elu<T extends tf.Tensor>(x: T, alpha: number): T {
  if (alpha === 1) return tf.elu(x);
  // relu(−x) keeps the exponent from overflowing where x is positive.
  const below = tf.sub(tf.exp(tf.neg(tf.relu(tf.neg(x)))), 1);
  return tf.add<T>(tf.relu(x), tf.mul(below, alpha));
}

/** `x · Φ(x)`, Φ being the normal distribution; `approximate` takes its tanh form. */
export function gelu<T extends tf.Tensor>(x: T, { approximate = false }: { readonly approximate?: boolean } = {}): T {
  const inner = approximate
    ? tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI)))
    : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul<T>(x, tf.mul(tf.add(inner, 1), 0.5));
}

export function silu<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, tf.sigmoid(x));
}

/** `clamp(x / 6 + 1 / 2, 0, 1)`. */
export function hardSigmoid<T extends tf.Tensor>(x: T): T {
  return tf.clipByValue(tf.add<T>(tf.mul(x, 1 / 6), 0.5), 0, 1);
}

export function hardSwish<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, hardSigmoid(x));
}

export function hardTanh<T extends tf.Tensor>(x: T): T {
  return tf.clipByValue(x, -1, 1);
}

export function mish<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, tf.tanh(tf.softplus(x)));
}

/** Over any axis, counted with the batch. */
export function softmax<T extends tf.Tensor>(x: T, axis: number): T {
  if (axis === x.rank - 1) return tf.softmax(x);
  const last = x.shape.map((_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
  return tf.transpose(tf.softmax(tf.transpose(x, last)), last);
}
