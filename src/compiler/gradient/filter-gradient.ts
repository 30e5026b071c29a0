/**
 * Forms of a convolution's gradient in its kernel. All take the input, `[N, C, H, W]`, and the gradient of the output,
 * `[N, O, H', W']`, and give `[kh, kw, C / groups, O]`: for each tap, the products of what the windows see there with
 * the gradient, summed over windows and batch.
 */
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { padImage, seenAt, tapsOf } from './taps.ts';

/** The form that was fastest where it applies: see each one. */
export function filterGradient(b: Builder, input: Tensor, output: Tensor, window: Window & { groups: number }): Tensor {
  const channels = input.shape[1]!;
  if (window.groups === channels && output.shape[1] === channels && channels > 1) {
    return byTapSums(b, input, output, window);
  }
  if (window.groups > 1) return byGroupedTaps(b, input, output, window);
  const strided = window.stride.some((stride) => stride !== 1);
  return strided ? byStridedTaps(b, input, output, window) : byFlatTaps(b, input, output, window);
}

/**
 * One matrix product a tap, for a stride of 1 and one group. The gradient is padded with zeros to the length of the
 * padded input's rows, so that what a tap sees is one contiguous piece of the flattened input; where the piece runs over
 * the end of a row it meets a zero. A 1×1 kernel is one product of what there is.
 */
export function byFlatTaps(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const row = input.shape[3]! + window.padding[1][0] + window.padding[1][1];
  // taps to the right of the first run over the end of the last row too
  const spill = window.kernel[1] > 1 ? 1 : 0;
  const padded = b.pad(input, [
    [0, 0],
    [0, 0],
    [window.padding[0][0], window.padding[0][1] + spill],
    window.padding[1],
  ]);
  const flat = b.reshape(padded, [batch, inputs, padded.shape[2]! * row]);
  const widened = b.pad(output, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, row - width],
  ]);
  const gradient = b.transpose(b.reshape(widened, [batch, outputs, height * row]), [0, 2, 1]);
  const products = tapsOf(window.kernel).map((tap) => {
    const start = tap[0] * window.dilation[0] * row + tap[1] * window.dilation[1];
    const seen = b.slice(flat, [0, 0, start], [batch, inputs, start + height * row]);
    return b.reduce('sum', b.matmul(seen, gradient), [0]);
  });
  return b.reshape(b.concat(products, 0), [...window.kernel, inputs, outputs]);
}

/** One matrix product a tap, for any stride and one group. */
export function byStridedTaps(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const padded = padImage(b, input, window, 0);
  const gradient = b.transpose(b.reshape(output, [batch, outputs, height * width]), [0, 2, 1]);
  const products = tapsOf(window.kernel).map((tap) => {
    const seen = seenAt(b, padded, tap, window, [height, width]);
    return b.reduce('sum', b.matmul(b.reshape(seen, [batch, inputs, height * width]), gradient), [0]);
  });
  return b.reshape(b.concat(products, 0), [...window.kernel, inputs, outputs]);
}

/** One matrix product a tap and group, for any stride. */
export function byGroupedTaps(b: Builder, input: Tensor, output: Tensor, window: Window & { groups: number }): Tensor {
  const { groups } = window;
  const [batch, channels] = input.shape as [number, number];
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const [inputs, each] = [channels / groups, outputs / groups];
  const padded = padImage(b, input, window, 0);
  const grouped = b.reshape(output, [batch, groups, each, height * width]);
  const gradient = b.transpose(grouped, [0, 1, 3, 2]);
  const products = tapsOf(window.kernel).map((tap) => {
    const seen = seenAt(b, padded, tap, window, [height, width]);
    const perGroup = b.matmul(b.reshape(seen, [batch, groups, inputs, height * width]), gradient);
    return b.reduce('sum', perGroup, [0]);
  });
  const stacked = b.transpose(b.concat(products, 0), [0, 2, 1, 3]);
  return b.reshape(stacked, [...window.kernel, inputs, outputs]);
}

/** One sum of products a tap, for a kernel that takes each channel to one channel: `[kh, kw, 1, C]`. */
export function byTapSums(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const channels = input.shape[1]!;
  const size = output.shape.slice(2) as unknown as Pair;
  const padded = padImage(b, input, window, 0);
  const sums = tapsOf(window.kernel).map((tap) => {
    const seen = seenAt(b, padded, tap, window, size);
    return b.reshape(b.reduce('sum', b.mul(seen, output), [0, 2, 3]), [1, channels]);
  });
  return b.reshape(b.concat(sums, 0), [...window.kernel, 1, channels]);
}
