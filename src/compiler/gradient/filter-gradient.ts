/**
 * Forms of a convolution's gradient in its filter. All take the input, `[N, C, H, W]`, and the gradient of the output,
 * `[N, O, H', W']`, and give `[O, C / groups, kh, kw]`: for each tap, the products of what the windows see there with
 * the gradient, summed over windows and batch.
 */
import { columnsOf, rowsOf } from '../lower/columns.ts';
import {
  type ConvolutionSizes,
  imagesStacked,
  reachedByFewOutputs,
  seesFewInputs,
  sumsByColumns,
} from '../lower/convolution-form.ts';
import { extentOf } from '../lower/filter.ts';
import { swapLastAxes } from '../lower/product.ts';
import { padImage, seenAt, tapsOf } from '../lower/taps.ts';
import type { TrainingForm } from '../lower/training-form.ts';
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { allowsFlippedFilter } from './input-gradient.ts';

/** The form that was fastest where it applies: see each one, and `convolution-form.ts`. */
export function filterGradient(
  b: Builder,
  input: Tensor,
  output: Tensor,
  window: Window & { groups: number },
  without: readonly TrainingForm[] = [],
): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, ...size] = output.shape.slice(1) as [number, number, number];
  const { groups } = window;
  if (groups === inputs && outputs === inputs && inputs > 1) return byChannels(b, input, output, window);
  if (groups > 1) return byGroupedTaps(b, input, output, window);
  const sizes: ConvolutionSizes = { batch, inputs, outputs, groups, window, size };
  if (!without.includes('columns') && sumsByColumns(sizes)) return byColumns(b, input, output, window);
  if (!without.includes('few-channels')) {
    if (seesFewInputs(sizes)) return byImageColumns(b, input, output, window);
    if (allowsFlippedFilter(window) && reachedByFewOutputs(sizes, input.shape.slice(2) as unknown as Pair)) {
      return byGradientColumns(b, input, output, window);
    }
  }
  if (window.stride.some((stride) => stride !== 1)) return byStridedTaps(b, input, output, window);
  const atOnce = without.includes('stacked-rows') ? 0 : imagesStacked(sizes);
  if (atOnce > 0) return byStackedRows(b, input, output, window, atOnce);
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

/** One matrix product a tap, for a stride of 1 and one group: with a contiguous piece of what its column of the kernel sees. */
export function byFlatTaps(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const [batch, inputs] = input.shape as [number, number];
  const [outputs, height, width] = output.shape.slice(1) as [number, number, number];
  const gradient = b.reshape(output, [batch, outputs, height * width]);
  const seen = seenByColumns(b, input, window, width);
  const products = tapsOf(window.kernel).map(([row, column]) => {
    const start = row * window.dilation[0] * width;
    const piece = b.slice(seen[column]!, [0, 0, start], [batch, inputs, start + height * width]);
    return b.reduce('sum', b.matmul(gradient, swapLastAxes(b, piece)), [0]);
  });
  return filterOfTaps(b, products, window);
}

/**
 * One matrix product a column of the kernel, for a stride of 1 and one group: as `byFlatTaps`, with the gradient once for
 * each row of the kernel, moved down as that row is, so that all taps of a column see the whole of it. `atOnce` images
 * are stacked together, a divisor of the batch.
 */
export function byStackedRows(b: Builder, input: Tensor, output: Tensor, window: Window, atOnce: number): Tensor {
  const batch = input.shape[0]!;
  const [outputs, inputs] = [output.shape[1]!, input.shape[1]!];
  const [rows, columns] = window.kernel;
  const parts = Array.from({ length: batch / atOnce }, (_, part) => {
    const [seen, gradient] = [input, output].map((images) => examples(b, images, part * atOnce, atOnce));
    return b.concat(productsOfColumns(b, seen!, gradient!, window), 0);
  });
  const sum = parts.reduce((total, each) => b.add(total, each));
  return b.transpose(b.reshape(sum, [columns, outputs, rows, inputs]), [1, 3, 2, 0]);
}

/** For each column of the kernel `[1, O · kh, C]`. */
function productsOfColumns(b: Builder, input: Tensor, output: Tensor, window: Window): readonly Tensor[] {
  const [batch, outputs, height, width] = output.shape as [number, number, number, number];
  const rows = window.kernel[0];
  const seen = seenByColumns(b, input, window, width);
  const length = seen[0]!.shape[2]!;
  const gradient = b.reshape(output, [batch, outputs, height * width]);
  // what is left of one length, and a row of the kernel further into the next
  const between = length - height * width + window.dilation[0] * width;
  const nothing = b.expand(b.constant(0), [batch, outputs, between]);
  const moved = Array.from({ length: 2 * rows - 1 }, (_, place) => (place % 2 === 0 ? gradient : nothing));
  const stacked = b.reshape(b.concat(moved, 2), [batch, outputs * rows, length]);
  return seen.map((each) => b.reduce('sum', b.matmul(stacked, swapLastAxes(b, each)), [0]));
}

/** `count` images of `[N, C, H, W]`, from the one at `first`. */
function examples(b: Builder, images: Tensor, first: number, count: number): Tensor {
  const [batch, ...rest] = images.shape as [number, ...number[]];
  if (count === batch) return images;
  return b.slice(images, [first, ...rest.map(() => 0)], [first + count, ...rest]);
}

/**
 * What each column of the kernel sees, `[N, C, (H + padding) · W']` each: the input, moved sideways to where that column
 * looks and with zeros where it looks past an edge. Its rows are as long as the gradient's, so that another row of the
 * kernel sees the same from a whole number of rows further on.
 */
function seenByColumns(
  b: Builder,
  input: Tensor,
  { kernel, dilation, padding }: Window,
  width: number,
): readonly Tensor[] {
  const [batch, channels, inputHeight, inputWidth] = input.shape as [number, number, number, number];
  const length = (padding[0][0] + inputHeight + padding[0][1]) * width;
  return Array.from({ length: kernel[1] }, (_, column) => {
    const left = padding[1][0] - column * dilation[1];
    const seesNothing = left >= width || left <= -inputWidth;
    if (seesNothing) return b.expand(b.constant(0), [batch, channels, length]);
    const seen = b.pad(input, [[0, 0], [0, 0], padding[0], [left, width - inputWidth - left]]);
    return b.reshape(seen, [batch, channels, length]);
  });
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
