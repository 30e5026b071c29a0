/** Tensors that are the same for every example: their batch is 1, which broadcasts. */
import * as tf from '@tensorflow/tfjs-core';
import type { Learned } from './weights.js';

/** `[1, …shape]` */
export function learned<T extends tf.Tensor>({ value }: Learned): T {
  return tf.reshape(value, [1, ...value.shape]) as tf.Tensor as T;
}

/** `[1, …shape]` */
export function constant<T extends tf.Tensor>(values: readonly number[], shape: readonly number[]): T {
  return tf.tensor([...values], [1, ...shape]) as T;
}

/** Joins along an axis, counted with the batch, tensors of which some are the same for every example. */
export function concat<T extends tf.Tensor>(tensors: readonly T[], axis: number): T {
  const batch = Math.max(...tensors.map(({ shape }) => shape[0]!));
  const repeated = tensors.map((x) =>
    x.shape[0] === batch ? x : tf.mul<T>(x, tf.ones([batch, ...x.shape.slice(1).map(() => 1)])),
  );
  return tf.concat([...repeated], axis);
}
