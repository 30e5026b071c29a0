/** Enlargement, and products along one axis. */
import * as tf from '@tensorflow/tfjs-core';
import { pair, type Size } from './window.js';

/** Enlarges by whole factors; half-pixel centres. */
export function upsample(
  x: tf.Tensor4D,
  { scale, method }: { readonly scale: Size; readonly method: 'nearest' | 'bilinear' },
): tf.Tensor4D {
  const [, height, width] = x.shape;
  const matrix = method === 'nearest' ? repetition : interpolation;
  return alongAxis(alongAxis(x, matrix(height, pair(scale)[0]), 1), matrix(width, pair(scale)[1]), 2);
}

function repetition(size: number, scale: number): number[][] {
  return Array.from({ length: size * scale }, (_, to) =>
    Array.from({ length: size }, (_, from) => (Math.floor(to / scale) === from ? 1 : 0)),
  );
}

function interpolation(size: number, scale: number): number[][] {
  return Array.from({ length: size * scale }, (_, to) => {
    const row = new Array<number>(size).fill(0);
    const centre = Math.min(size - 1, Math.max(0, (to + 0.5) / scale - 0.5));
    const left = Math.floor(centre);
    row[left]! += 1 - (centre - left);
    row[Math.min(size - 1, left + 1)]! += centre - left;
    return row;
  });
}

/**
 * Multiplies one axis of a tensor of rank 4 by a constant matrix `[to, from]`. A product, because TensorFlow.js has wrong
 * gradients for resizing.
 */
export function alongAxis(x: tf.Tensor4D, matrix: number[][], axis: number): tf.Tensor4D {
  const last = x.shape.map((_, i) => (i === axis ? 3 : i === 3 ? axis : i));
  const moved = tf.transpose(x, last);
  const rows: tf.Tensor2D = tf.reshape(moved, [-1, x.shape[axis]!]);
  const product = tf.matMul(rows, tf.tensor2d(matrix), false, true);
  const [a, b, c] = moved.shape;
  return tf.transpose(tf.reshape(product, [a, b, c, matrix.length]), last);
}
