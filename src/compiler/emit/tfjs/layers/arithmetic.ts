/** Arithmetic that broadcasts, reductions and shapes. */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient.js';

/** Axes of size 1 after the batch until the rank is `rank`: aligns `[N, C]` with `[N, H, W, C]`. */
export function expandTo(x: tf.Tensor, rank: number): tf.Tensor {
  const [batch, ...rest] = x.shape as [number, ...number[]];
  return x.rank === rank ? x : tf.reshape(x, [batch, ...new Array<number>(rank - x.rank).fill(1), ...rest]);
}

/** The larger of two, which broadcast; the first where they are equal. */
export function maximum<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor): T {
  return choose(a, b, tf.greaterEqual);
}

/** The smaller of two, which broadcast; the first where they are equal. */
export function minimum<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor): T {
  return choose(a, b, tf.lessEqual);
}

function choose<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor, better: typeof tf.greaterEqual): T {
  const first = withGradient([a, b], (a, b) => tf.cast(better(a, b), 'float32'));
  return tf.add<T>(tf.mul(a, first), tf.mul(b, tf.sub(1, first)));
}

/** The maximum over some axes; of equal maxima the first takes the gradient. */
export function reduceMax<T extends tf.Tensor>(x: tf.Tensor, axes: number[], keepAxes = false): T {
  return winner(tf.max, x, axes, keepAxes);
}

/** The minimum over some axes; of equal minima the first takes the gradient. */
export function reduceMin<T extends tf.Tensor>(x: tf.Tensor, axes: number[], keepAxes = false): T {
  return winner(tf.min, x, axes, keepAxes);
}

function winner<T extends tf.Tensor>(best: typeof tf.max, x: tf.Tensor, axes: number[], keepAxes: boolean): T {
  const kept = withGradient(
    [x],
    (x) => best(x, axes, true),
    (dy, [x], y) => {
      // Earlier elements score higher, so that the best score among the winners is the first of them.
      const contest = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      const count = contest.reduce((product, size) => product * size, 1);
      const scores = tf.mul(tf.cast(tf.equal(x, y), 'float32'), tf.reshape(tf.range(count, 0, -1), contest));
      return [tf.mul(dy, tf.cast(tf.equal(scores, tf.max(scores, axes, true)), 'float32'))];
    },
  );
  return (keepAxes ? kept : tf.squeeze(kept, axes)) as T;
}

/** Repeats axes of size 1, and puts axes after the batch, until the shape without the batch is this one. */
export function broadcastTo<T extends tf.Tensor>(x: tf.Tensor, shape: readonly number[]): T {
  return tf.add(expandTo(x, shape.length + 1), tf.zeros([1, ...shape])) as T;
}

export function flatten(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [x.shape[0]!, -1]);
}

/** Positions `start` up to but without `end` of one axis, counted with the batch. */
export function slice<T extends tf.Tensor>(x: T, axis: number, start: number, end: number): T {
  const at = (chosen: number, others: readonly number[]): number[] =>
    others.map((size, i) => (i === axis ? chosen : size));
  return tf.slice(
    x,
    at(
      start,
      x.shape.map(() => 0),
    ),
    at(end - start, x.shape),
  );
}

/** Cuts one axis, counted with the batch, into pieces of these sizes. */
export function split<T extends tf.Tensor, const Sizes extends readonly number[]>(
  x: T,
  axis: number,
  sizes: Sizes,
): { -readonly [I in keyof Sizes]: T } {
  return tf.split(x, [...sizes], axis) as { -readonly [I in keyof Sizes]: T };
}
