/** Sliding windows over `[N, H, W, C]`, for convolutions and pools. */
import * as tf from '@tensorflow/tfjs-core';

export type Pair = readonly [height: number, width: number];
export type Size = number | Pair;
export type Pads = readonly [Pair, Pair];
/**
 * `same` and `valid` as TensorFlow has them; `half` of what the kernel covers on every side; as many zeros on every side;
 * or `[[top, bottom], [left, right]]`.
 */
export type Padding = 'same' | 'valid' | 'half' | number | Pads;

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

export const pair = (size: Size): Pair => (typeof size === 'number' ? [size, size] : size);
export const isOne = (size: Pair): boolean => size[0] === 1 && size[1] === 1;
export const mutable = (size: Pair): [number, number] => [size[0], size[1]];
export const reach = (window: Window, axis: 0 | 1): number => (window.kernel[axis] - 1) * window.dilation[axis] + 1;

/** The zeros before and after each spatial axis of `[N, H, W, C]`. */
export function padsOf(padding: Padding, x: tf.Tensor4D, window: Window): Pads {
  if (padding === 'valid')
    return [
      [0, 0],
      [0, 0],
    ];
  if (typeof padding === 'number')
    return [
      [padding, padding],
      [padding, padding],
    ];
  if (typeof padding !== 'string') return padding;
  const along = (axis: 0 | 1): Pair => {
    const half = (reach(window, axis) - 1) / 2;
    if (padding === 'half') return [half, half];
    const [size, stride] = [x.shape[axis + 1]!, window.stride[axis]];
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach(window, axis) - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return [along(0), along(1)];
}

export function padSpatially(x: tf.Tensor4D, [rows, columns]: Pads, value = 0): tf.Tensor4D {
  if (![...rows, ...columns].some((size) => size > 0)) return x;
  return tf.pad(x, [[0, 0], mutable(rows), mutable(columns), [0, 0]], value);
}

/** Every `stride`-th row and column. */
export function subsample(x: tf.Tensor4D, stride: Pair): tf.Tensor4D {
  return isOne(stride) ? x : tf.maxPool(x, 1, mutable(stride), 'valid');
}

/** Runs a convolution on what remains once the padding is `same` or `valid`, which is all that gradients allow. */
export function withPadding<T>(
  x: tf.Tensor4D,
  window: Window,
  padding: Padding,
  run: (x: tf.Tensor4D, padding: 'same' | 'valid') => T,
): T {
  return padding === 'same' || padding === 'valid'
    ? run(x, padding)
    : run(padSpatially(x, padsOf(padding, x, window)), 'valid');
}
