/** Positions by their indices. */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient.js';

/** Indices of an axis: one, which takes the axis away, a list, or lists of one length, which give several axes. */
export type Indices = number | readonly Indices[];

/** The positions of an axis, counted with the batch, at these indices; the axis becomes the axes of the indices. */
export function gather<T extends tf.Tensor>(x: tf.Tensor, axis: number, indices: Indices): T {
  const flat = flatten(indices);
  const size = x.shape[axis]!;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const outer = before.reduce((product, each) => product * each, 1);
  const rows = withGradient(
    [tf.reshape(x, [outer, size, -1]) as tf.Tensor3D],
    (rows) => tf.gather(rows, tf.tensor1d(flat, 'int32'), 1),
    (dy) => [sumsByIndex(dy, flat, size)],
  );
  return tf.reshape(rows, [...before, ...shapeOf(indices), ...after]) as tf.Tensor as T;
}

function flatten(indices: Indices): number[] {
  return typeof indices === 'number' ? [indices] : indices.flatMap(flatten);
}

function shapeOf(indices: Indices): number[] {
  return typeof indices === 'number' ? [] : [indices.length, ...shapeOf(indices[0]!)];
}

/** `[A, P, B]` to `[A, size, B]`: for each position the sum of the places that name it. */
function sumsByIndex(dy: tf.Tensor3D, indices: readonly number[], size: number): tf.Tensor3D {
  const placesOf = Array.from({ length: size }, (): number[] => []);
  for (const [place, index] of indices.entries()) placesOf[index]!.push(place);
  const most = placesOf.reduce((found, { length }) => Math.max(found, length), 1);
  // Where there are fewer, a row of zeros at the end.
  const table = placesOf.flatMap((places) => Array.from({ length: most }, (_, at) => places[at] ?? indices.length));
  const padded = tf.pad3d(dy, [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  const gathered = tf.gather(padded, tf.tensor1d(table, 'int32'), 1);
  return tf.sum(tf.reshape(gathered, [dy.shape[0], size, most, dy.shape[2]]), 2);
}

/** Rows of a table `[vocabulary, width]` by whole numbers: `[…]` to `[…, width]`. No gradient flows to the numbers. */
export function embedding<T extends tf.Tensor>(x: tf.Tensor, weights: { readonly table: tf.Tensor2D }): T {
  return rowsAt(weights.table, rowNumbers(x, weights.table.shape[0])) as tf.Tensor as T;
}

/** The same of any table `[1 or N, rows, width]`: one for all examples, or one for each. */
export function lookup<T extends tf.Tensor>(x: tf.Tensor, table: tf.Tensor): T {
  const [tables, rows, width] = table.shape as [number, number, number];
  const own = rowNumbers(x, rows);
  const starts = tf.reshape(tf.mul(tf.range(0, tables), rows), [tables, ...x.shape.slice(1).map(() => 1)]);
  const flat: tf.Tensor2D = tf.reshape(table, [tables * rows, width]);
  return rowsAt(flat, tables === 1 ? own : tf.add(own, starts)) as tf.Tensor as T;
}

/** Numbers of rows, those outside moved to the nearest row there is. */
function rowNumbers(x: tf.Tensor, rows: number): tf.Tensor {
  return tf.clipByValue(x, 0, rows - 1);
}

function rowsAt(table: tf.Tensor2D, numbers: tf.Tensor): tf.Tensor {
  const rows = withGradient(
    [table, tf.reshape(numbers, [-1]) as tf.Tensor1D],
    (table, ids) => tf.gather(table, tf.cast(ids, 'int32')),
    (dy, [table, ids]) => [tf.scatterND(tf.cast(tf.expandDims(ids, 1), 'int32'), dy, table.shape), tf.zerosLike(ids)],
  );
  return tf.reshape(rows, [...numbers.shape, table.shape[1]]);
}
