/** Pooling. */
import * as tf from '@tensorflow/tfjs-core';
import { reduceMax, slice } from './arithmetic.js';
import type { ConvOptions } from './convolution.js';
import { alongAxis } from './resampling.js';
import {
  isOne,
  mutable,
  type Pads,
  type Pair,
  padSpatially,
  padsOf,
  pair,
  type Size,
  subsample,
  type Window,
} from './window.js';

export interface PoolOptions extends ConvOptions {
  readonly kernel: Size;
}

/** The lowest finite number: shaders may not have infinities. */
const LOWEST = -3.4028234663852886e38;

/** The largest value of each window; padding never wins. */
export function maxPool(
  x: tf.Tensor4D,
  { kernel, stride = kernel, dilation = 1, padding = 'valid' }: PoolOptions,
): tf.Tensor4D {
  const window: Window = { kernel: pair(kernel), stride: pair(stride), dilation: pair(dilation) };
  if (isOne(window.dilation) && (padding === 'same' || padding === 'valid')) {
    return tf.maxPool(x, mutable(window.kernel), mutable(window.stride), padding);
  }
  const padded = padSpatially(x, padsOf(padding, x, window), LOWEST);
  if (isOne(window.dilation)) return tf.maxPool(padded, mutable(window.kernel), mutable(window.stride), 'valid');
  const everywhere = tf.pool(padded, mutable(window.kernel), 'max', 'valid', mutable(window.dilation), 1);
  return subsample(everywhere, window.stride);
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded zeros count in the mean. */
  readonly countPadding?: boolean;
  /** So many rows and columns at the end of the padding do not count even then. */
  readonly ceiling?: Size;
}

/** The mean of each window. */
export function avgPool(x: tf.Tensor4D, options: AvgPoolOptions): tf.Tensor4D {
  const { kernel, stride = kernel, dilation = 1, padding = 'valid', countPadding = false, ceiling = 0 } = options;
  const window: Window = { kernel: pair(kernel), stride: pair(stride), dilation: pair(dilation) };
  const mean = (x: tf.Tensor4D): tf.Tensor4D =>
    isOne(window.dilation)
      ? tf.avgPool(x, mutable(window.kernel), mutable(window.stride), 'valid')
      : subsample(tf.pool(x, mutable(window.kernel), 'avg', 'valid', mutable(window.dilation), 1), window.stride);
  const pads = padsOf(padding, x, window);
  const y = mean(padSpatially(x, pads));
  const uncounted: Pads = countPadding
    ? [
        [0, pair(ceiling)[0]],
        [0, pair(ceiling)[1]],
      ]
    : pads;
  if (uncounted.flat().every((size) => size === 0)) return y;
  const counted = (axis: 0 | 1): number =>
    x.shape[axis + 1]! + pads[axis][0] + pads[axis][1] - uncounted[axis][0] - uncounted[axis][1];
  return tf.div(y, mean(padSpatially(tf.ones([1, counted(0), counted(1), 1]), uncounted)));
}

/** `[N, H, W, C]` or `[N, L, C]` to `[N, C]`. */
export function globalAvgPool(x: tf.Tensor4D | tf.Tensor3D): tf.Tensor2D {
  return tf.mean(x, x.rank === 4 ? [1, 2] : [1]);
}

/** `[N, H, W, C]` or `[N, L, C]` to `[N, C]`. */
export function globalMaxPool(x: tf.Tensor4D | tf.Tensor3D): tf.Tensor2D {
  return reduceMax(x, x.rank === 4 ? [1, 2] : [1]);
}

/** Where the cells of an adaptive pool begin and end: `[⌊i·n/cells⌋, ⌈(i+1)·n/cells⌉)`. */
function cellsOf(size: number, cells: number): Pair[] {
  return Array.from({ length: cells }, (_, i) => [Math.floor((i * size) / cells), Math.ceil(((i + 1) * size) / cells)]);
}

/** The mean of as many cells as the output has. */
export function adaptiveAvgPool(x: tf.Tensor4D, output: Size): tf.Tensor4D {
  const averaging = (size: number, cells: number): number[][] =>
    cellsOf(size, cells).map(([start, end]) =>
      Array.from({ length: size }, (_, at) => (at >= start && at < end ? 1 / (end - start) : 0)),
    );
  const [, height, width] = x.shape;
  return alongAxis(alongAxis(x, averaging(height, pair(output)[0]), 1), averaging(width, pair(output)[1]), 2);
}

/** The maximum of as many cells as the output has. */
export function adaptiveMaxPool(x: tf.Tensor4D, output: Size): tf.Tensor4D {
  const maxima = (x: tf.Tensor4D, axis: 1 | 2, cells: number): tf.Tensor4D =>
    tf.concat(
      cellsOf(x.shape[axis], cells).map(
        ([start, end]): tf.Tensor4D => reduceMax(slice(x, axis, start, end), [axis], true),
      ),
      axis,
    );
  return maxima(maxima(x, 2, pair(output)[1]), 1, pair(output)[0]);
}
