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

/** `[N, C, H, W]` with the window's padding around it. */
export function padImage(b: Builder, image: Tensor, { padding }: Window, value: number): Tensor {
  return b.pad(image, [[0, 0], [0, 0], padding[0], padding[1]], value);
}

/** What the windows see at one tap of a padded image: `[N, C, H', W']` for an output of `[H', W']`. */
export function seenAt(b: Builder, padded: Tensor, tap: Tap, { stride, dilation }: Window, output: Pair): Tensor {
  const [row, column] = [tap[0] * dilation[0], tap[1] * dilation[1]];
  const [batch, channels] = padded.shape as [number, number];
  return b.slice(
    padded,
    [0, 0, row, column],
    [batch, channels, row + (output[0] - 1) * stride[0] + 1, column + (output[1] - 1) * stride[1] + 1],
    [1, 1, stride[0], stride[1]],
  );
}
