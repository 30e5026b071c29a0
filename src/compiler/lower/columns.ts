/**
 * The columns of an image: everything that the windows of a convolution see, side by side for the whole batch, so that
 * the convolution and both of its gradients are one matrix product each. The examples of a batch are innermost: what is
 * looked up for one pixel is moved for all of them at once. Worth its memory where maps are small and kernels large, and
 * with a stride; the forward pass and the gradient in the kernel use the same columns.
 */
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { tapsOf } from './taps.ts';

/** `[C · taps, H' · W' · N]` of `[N, C, H, W]`, for windows that make `[H', W']`; rows in the order of a filter's axes. */
export function columnsOf(b: Builder, image: Tensor, window: Window, size: Pair): Tensor {
  const [batch, channels, ...input] = image.shape as [number, number, number, number];
  const found = lookUp(b, pixelsOf(b, image), pixelsSeen(window, input, size), 1);
  const [height, width] = window.kernel;
  return b.reshape(found, [channels * height * width, size[0] * size[1] * batch]);
}

/**
 * The adjoint of `columnsOf`: `[N, C, H, W]` from the gradient of the columns. Each pixel adds up what the windows that
 * see it give back.
 */
export function giveBackColumns(b: Builder, columns: Tensor, window: Window, input: Pair, size: Pair): Tensor {
  const taps = window.kernel[0] * window.kernel[1];
  const channels = columns.shape[0]! / taps;
  const [pixels, windows] = [input[0] * input[1], size[0] * size[1]];
  const batch = columns.shape[1]! / windows;
  const seenAt = Array.from({ length: pixels }, (): number[] => []);
  pixelsSeen(window, input, size).forEach((pixel, place) => {
    if (pixel !== undefined) seenAt[pixel]!.push(place);
  });
  const most = seenAt.reduce((found, { length }) => Math.max(found, length), 1);
  const places = Array.from({ length: most }, (_, each) => seenAt.map((list) => list[each])).flat();
  const received = lookUp(b, b.reshape(columns, [channels, taps * windows, batch]), places, 1);
  const sum = b.reduce('sum', b.reshape(received, [channels, most, pixels * batch]), [1]);
  return imageOf(b, sum, batch, input);
}

/** `[C, H · W · N]` of `[N, C, H, W]`. */
export function rowsOf(b: Builder, image: Tensor): Tensor {
  const pixels = pixelsOf(b, image);
  const [channels, count, batch] = pixels.shape as [number, number, number];
  return b.reshape(pixels, [channels, count * batch]);
}

/** `[N, C, H, W]` of `[C, H · W · N]`. */
export function imageOf(b: Builder, rows: Tensor, batch: number, size: Pair): Tensor {
  return b.transpose(b.reshape(rows, [rows.shape[0]!, ...size, batch]), [3, 0, 1, 2]);
}

/** A filter `[O, C, kh, kw]` as the matrix that columns are multiplied by, `[O, C · taps]`. */
export function filterMatrix(b: Builder, filter: Tensor): Tensor {
  const [outputs, ...rest] = filter.shape as [number, ...number[]];
  return b.reshape(filter, [outputs, rest.reduce((product, size) => product * size, 1)]);
}

/** `[C, H · W, N]` of `[N, C, H, W]`. */
function pixelsOf(b: Builder, image: Tensor): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  return b.reshape(b.transpose(image, [1, 2, 3, 0]), [channels, height * width, batch]);
}

/** The pixel that each tap sees in each window, taps outermost, both in scan order; undefined in the padding. */
function pixelsSeen({ kernel, stride, dilation, padding }: Window, input: Pair, size: Pair): (number | undefined)[] {
  return tapsOf(kernel).flatMap((tap) =>
    tapsOf(size).map((at) => {
      const place = ([0, 1] as const).map(
        (axis) => at[axis] * stride[axis] + tap[axis] * dilation[axis] - padding[axis][0],
      );
      const [row, column] = place as [number, number];
      const isInside = row >= 0 && row < input[0] && column >= 0 && column < input[1];
      return isInside ? row * input[1] + column : undefined;
    }),
  );
}

/** What is in these places of an axis, and zeros in none. */
export function lookUp(b: Builder, from: Tensor, places: readonly (number | undefined)[], axis: number): Tensor {
  const count = from.shape[axis]!;
  if (places.length === count && places.every((place, at) => place === at)) return from;
  const pads = from.shape.map((_, each): Pair => [0, each === axis ? 1 : 0]);
  const source = places.includes(undefined) ? b.pad(from, pads) : from;
  return b.gather(source, b.indices(places.map((place) => place ?? count)), axis);
}
