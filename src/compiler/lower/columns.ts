/**
 * The columns of an image: everything that the windows of a convolution see, side by side for the whole batch, so that
 * the convolution and both of its gradients are one matrix product each. Worth its memory where maps are small and
 * kernels large; the forward pass and the gradient in the kernel use the same columns.
 */
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { seenAt, tapsOf } from './taps.ts';

/** `[C · taps, N · H' · W']` of `[N, C, H, W]`, for windows that make `[H', W']`; rows in the order of a filter's axes. */
export function columnsOf(b: Builder, image: Tensor, window: Window, size: Pair): Tensor {
  const [batch, channels] = image.shape as [number, number];
  const padded = b.pad(channelsOutermost(b, image), [[0, 0], [0, 0], ...window.padding]);
  const positions = batch * size[0] * size[1];
  const seen = tapsOf(window.kernel).map((tap) =>
    b.reshape(seenAt(b, padded, tap, window, size), [channels, 1, positions]),
  );
  return b.reshape(b.concat(seen, 1), [channels * seen.length, positions]);
}

/** `[C, N · H · W]` of `[N, C, H, W]`. */
export function rowsOf(b: Builder, image: Tensor): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  return b.reshape(channelsOutermost(b, image), [channels, batch * height * width]);
}

/** `[N, C, H, W]` of `[C, N · H · W]`. */
export function imageOf(b: Builder, rows: Tensor, batch: number, size: Pair): Tensor {
  return channelsOutermost(b, b.reshape(rows, [rows.shape[0]!, batch, ...size]));
}

export function channelsOutermost(b: Builder, image: Tensor): Tensor {
  return b.transpose(image, [1, 0, 2, 3]);
}

/** A filter `[O, C, kh, kw]` as the matrix that columns are multiplied by, `[O, C · taps]`. */
export function filterMatrix(b: Builder, filter: Tensor): Tensor {
  const [outputs, ...rest] = filter.shape as [number, ...number[]];
  return b.reshape(filter, [outputs, rest.reduce((product, size) => product * size, 1)]);
}
