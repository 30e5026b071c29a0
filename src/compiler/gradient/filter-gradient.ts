/**
 * Forms of a convolution's gradient in its filter. All take the input, `[N, C, H, W]`, and the gradient of the output,
 * `[N, O, H', W']`, and give `[O, C / groups, kh, kw]`: for each tap, the products of what the windows see there with
 * the gradient, summed over windows and batch.
 */
import { columnsOf, rowsOf } from '../lower/columns.ts';
import {
  type ConvolutionForm,
  type ConvolutionSizes,
  reachedByFewOutputs,
  seesFewInputs,
  stacksRows,
  sumsByColumns,
} from '../lower/convolution-form.ts';
import { extentOf } from '../lower/filter.ts';
import { swapLastAxes } from '../lower/product.ts';
import { padImage, seenAt, tapsOf } from '../lower/taps.ts';
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { allowsFlippedFilter } from './input-gradient.ts';

/** The form that was fastest where it applies: see each one, and `convolution-form.ts`. */
export function filterGradient(
  b: Builder,
  input: Tensor,
  output: Tensor,
  window: Window & { groups: number },
  without: readonly ConvolutionForm[] = [],
): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, ...size] = output.shape.slice(1) as [number, number, number];
  const { groups } = window;
  if (groups === inputs && outputs === inputs && inputs > 1) return byChannels(b, input, output, window);
  if (groups > 1) return byGroupedTaps(b, input, output, window);
  const sizes: ConvolutionSizes = { batch, inputs, outputs, groups, window, size };
  if (!without.includes('few-channels')) {
    if (seesFewInputs(sizes)) return byImageColumns(b, input, output, window);
    if (allowsFlippedFilter(window) && reachedByFewOutputs(sizes, input.shape.slice(2) as unknown as Pair)) {
      return byGradientColumns(b, input, output, window);
    }
  }
  if (!without.includes('columns') && sumsByColumns(sizes)) return byColumns(b, input, output, window);
  if (window.stride.some((stride) => stride !== 1)) return byStridedTaps(b, input, output, window);
  if (!without.includes('stacked-rows') && stacksRows(sizes)) return byStackedRows(b, input, output, window);
  return byFlatTaps(b, input, output, window);
}

/** One matrix product an image with what all of its windows see, for any stride and one group. */
export function byImageColumns(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, ...size] = output.shape.slice(1) as [number, number, number];
  const positions = size[0] * size[1];
  const padded = padImage(b, input, window, 0);
  const seen = tapsOf(window.kernel).map((tap) =>
    b.reshape(seenAt(b, padded, tap, window, size), [batch, inputs, 1, positions]),
  );
  const columns = b.reshape(b.concat(seen, 2), [batch, inputs * seen.length, positions]);
  const products = b.matmul(b.reshape(output, [batch, outputs, positions]), swapLastAxes(b, columns));
  return b.reshape(b.reduce('sum', products, [0]), [outputs, inputs, ...window.kernel]);
}

/** The same with the sides exchanged, for a stride of 1: from the input, the gradient is seen through the kernel backwards. */
export function byGradientColumns(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const extent = extentOf(window);
  const back = ([0, 1] as const).map((axis) => window.padding[axis].map((size) => extent[axis] - 1 - size));
  const padding = back as unknown as Window['padding'];
  const turned = byImageColumns(b, output, input, { ...window, padding });
  const [inputs, outputs] = turned.shape as [number, number];
  const taps = window.kernel[0] * window.kernel[1];
  const backwards = b.indices(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  const filter = b.gather(b.transpose(b.reshape(turned, [inputs, outputs, taps]), [1, 0, 2]), backwards, 2);
  return b.reshape(filter, [outputs, inputs, ...window.kernel]);
}

/** One matrix product over the whole batch, for any stride and one group. */
export function byColumns(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const columns = columnsOf(b, input, window, [height, width]);
  const product = b.matmul(rowsOf(b, output), swapLastAxes(b, columns));
  return b.reshape(product, [outputs, input.shape[1]!, ...window.kernel]);
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
  const gradient = b.reshape(widened, [batch, outputs, height * row]);
  const products = tapsOf(window.kernel).map((tap) => {
    const start = tap[0] * window.dilation[0] * row + tap[1] * window.dilation[1];
    const seen = b.slice(flat, [0, 0, start], [batch, inputs, start + height * row]);
    return b.reduce('sum', b.matmul(gradient, swapLastAxes(b, seen)), [0]);
  });
  return filterOfTaps(b, products, window);
}

/**
 * One matrix product a column of the kernel, for a stride of 1 and one group: as `byFlatTaps`, with the gradient once for
 * each row of the kernel, moved down as that row is, so that all taps of a column see the same piece of the input.
 */
export function byStackedRows(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, , width] = output.shape.slice(1) as [number, number, number];
  const [rows, columns] = window.kernel;
  const row = input.shape[3]! + window.padding[1][0] + window.padding[1][1];
  const padded = padImage(b, input, window, 0);
  const length = padded.shape[2]! * row;
  // taps to the right of the first run over the end of the last row
  const spill = (columns - 1) * window.dilation[1];
  const flat = b.pad(b.reshape(padded, [batch, inputs, length]), [
    [0, 0],
    [0, 0],
    [0, spill],
  ]);
  const widened = b.pad(output, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, row - width],
  ]);
  const gradient = b.reshape(widened, [batch, outputs, widened.shape[2]! * row]);
  const between = b.expand(b.constant(0), [batch, outputs, rows * window.dilation[0] * row]);
  const moved = Array.from({ length: 2 * rows - 1 }, (_, place) => (place % 2 === 0 ? gradient : between));
  const stacked = b.reshape(b.concat(moved, 2), [batch, outputs * rows, length]);
  const products = Array.from({ length: columns }, (_, column) => {
    const start = column * window.dilation[1];
    const seen = b.slice(flat, [0, 0, start], [batch, inputs, start + length]);
    return b.reduce('sum', b.matmul(stacked, swapLastAxes(b, seen)), [0]);
  });
  const joined = b.reshape(b.concat(products, 0), [columns, outputs, rows, inputs]);
  return b.transpose(joined, [1, 3, 2, 0]);
}

/** One matrix product a tap, for any stride and one group. */
export function byStridedTaps(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const padded = padImage(b, input, window, 0);
  const gradient = b.reshape(output, [batch, outputs, height * width]);
  const products = tapsOf(window.kernel).map((tap) => {
    const seen = b.reshape(seenAt(b, padded, tap, window, [height, width]), [batch, inputs, height * width]);
    return b.reduce('sum', b.matmul(gradient, swapLastAxes(b, seen)), [0]);
  });
  return filterOfTaps(b, products, window);
}

/** `[O, C, kh, kw]` of what each tap receives, `[1, O, C]`. */
function filterOfTaps(b: Builder, products: readonly Tensor[], { kernel }: Window): Tensor {
  const [, outputs, inputs] = products[0]!.shape as [number, number, number];
  return b.reshape(b.transpose(b.concat(products, 0), [1, 2, 0]), [outputs, inputs, ...kernel]);
}

/** One matrix product a tap and group, for any stride. */
export function byGroupedTaps(b: Builder, input: Tensor, output: Tensor, window: Window & { groups: number }): Tensor {
  const { groups } = window;
  const [batch, channels] = input.shape as [number, number];
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const [inputs, each] = [channels / groups, outputs / groups];
  const padded = padImage(b, input, window, 0);
  const gradient = b.reshape(output, [batch, groups, each, height * width]);
  const products = tapsOf(window.kernel).map((tap) => {
    const seen = b.reshape(seenAt(b, padded, tap, window, [height, width]), [batch, groups, inputs, height * width]);
    const perGroup = b.reduce('sum', b.matmul(gradient, swapLastAxes(b, seen)), [0]);
    return b.reshape(perGroup, [1, outputs, inputs]);
  });
  return filterOfTaps(b, products, window);
}

/**
 * One convolution, for a filter that takes each channel to one channel, `[C, 1, kh, kw]`: each channel of each image has
 * the gradient of its own as a filter. What was a step between windows is one between the taps of that filter.
 */
export function byChannels(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, channels, ...size] = input.shape as [number, number, number, number];
  const maps = batch * channels;
  const image = b.reshape(input, [1, maps, ...size]);
  const filter = b.reshape(output, [maps, 1, ...output.shape.slice(2)]);
  const { stride: dilations, dilation: strides, padding: pads } = window;
  const made = b.conv(image, filter, undefined, { strides, dilations, pads, groups: maps });
  // rows and columns at the end that no window reaches make more taps than there are
  const taps = b.slice(made, [0, 0, 0, 0], [1, maps, ...window.kernel]);
  const perImage = b.reshape(taps, [batch, channels, ...window.kernel]);
  return b.reshape(b.reduce('sum', perImage, [0]), [channels, 1, ...window.kernel]);
}
