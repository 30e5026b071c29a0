/** Enlargement, and products along one axis. */
import * as tf from '@tensorflow/tfjs-core';
import { pair, type Size } from './window.js';

/** Enlarges by whole factors; half-pixel centres. */
export function upsample(
  x: tf.Tensor4D,
  { scale, method }: { readonly scale: Size; readonly method: 'nearest' | 'bilinear' },
): tf.Tensor4D {
  const [, height, width] = x.shape;
  return resize(x, [height * pair(scale)[0], width * pair(scale)[1]], { method });
}

/** Height and width as given; by the centres of positions unless the corners are to stay where they are. */
export function resize(
  x: tf.Tensor4D,
  size: Size,
  {
    method = 'nearest',
    alignCorners = false,
  }: { readonly method?: 'nearest' | 'bilinear'; readonly alignCorners?: boolean } = {},
): tf.Tensor4D {
  const matrix = (from: number, to: number): number[][] =>
    method === 'nearest' ? repetition(from, to) : interpolation(from, to, alignCorners);
  const [, height, width] = x.shape;
  return alongAxis(alongAxis(x, matrix(height, pair(size)[0]), 1), matrix(width, pair(size)[1]), 2);
}

function repetition(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, at) =>
    Array.from({ length: from }, (_, each) => (Math.floor((at * from) / to) === each ? 1 : 0)),
  );
}

function interpolation(size: number, to: number, alignCorners: boolean): number[][] {
  return Array.from({ length: to }, (_, at) => {
    const row = new Array<number>(size).fill(0);
    const aligned = to === 1 ? 0 : (at * (size - 1)) / (to - 1);
    const centred = Math.min(size - 1, Math.max(0, ((at + 0.5) * size) / to - 0.5));
    const centre = alignCorners ? aligned : centred;
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
