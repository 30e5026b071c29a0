/**
 * The taps of a window: for each position within the kernel, the numbers of the input that all windows see there. What
 * pooling and convolution do to an input is a sum or maximum over taps, and so is each of their gradients.
 */
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';

/** Row and column within the kernel. */
export type Tap = Pair;

/** In scan order. */
export function tapsOf([height, width]: Pair): readonly Tap[] {
  return Array.from({ length: height * width }, (_, at) => [Math.floor(at / width), at % width] as const);
}

/** Where height and width of an image are: 2 for `[N, C, H, W]`, 1 for `[N, H, W, C]`. */
export type HeightAxis = 1 | 2;

/** `[N, C, H, W]` with the window's padding around it. */
export function padImage(
  b: Builder,
  image: Tensor,
  { padding }: Window,
  value: number,
  height: HeightAxis = 2,
): Tensor {
  return b.pad(image, amongAxes(height, padding, [0, 0]), value);
}

/** What the windows see at one tap of a padded image: `[N, C, H', W']` for an output of `[H', W']`. */
export function seenAt(
  b: Builder,
  padded: Tensor,
  tap: Tap,
  { stride, dilation }: Window,
  output: Pair,
  height: HeightAxis = 2,
): Tensor {
  const starts = ([0, 1] as const).map((axis) => tap[axis] * dilation[axis]);
  const ends = ([0, 1] as const).map((axis) => starts[axis]! + (output[axis] - 1) * stride[axis] + 1);
  const whole = padded.shape.map((size, axis) => (axis < height || axis > height + 1 ? size : ends[axis - height]!));
  return b.slice(padded, amongAxes(height, starts, 0), whole, amongAxes(height, stride, 1));
}

/** One entry an axis: those of height and width, and what all others have. */
export function amongAxes<T>(height: HeightAxis, spatial: readonly T[], others: T): readonly T[] {
  return [...Array<T>(height).fill(others), ...spatial, ...Array<T>(2 - height).fill(others)];
}
