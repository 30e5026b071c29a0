/**
 * Forms of a convolution's gradient in its filter. All take the input, `[N, C, H, W]`, and the gradient of the output,
 * `[N, O, H', W']`, and give `[O, C / groups, kh, kw]`: for each tap, the products of what the windows see there with
 * the gradient, summed over windows and batch.
 */
import { columnsOf, lookUp, rowsOf } from '../lower/columns.ts';
import {
  type ConvolutionSizes,
  imagesStacked,
  reachedByFewOutputs,
  seesFewInputs,
  sumsByColumns,
} from '../lower/convolution-form.ts';
import { swapLastAxes } from '../lower/product.ts';
import { padImage, seenAt, tapsOf } from '../lower/taps.ts';
import type { TrainingForm } from '../lower/training-form.ts';
import type { Pair, Window } from '../ops/kind.ts';
import { extentOf } from '../ops/window-extent.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { allowsFlippedFilter } from './input-gradient.ts';

/** Rows of so many numbers, or fewer, are moved sideways by a product, which has all threads; longer ones by padding. */
const WIDEST_PRODUCT = 32;

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

/** One matrix product a tap, for a stride of 1 and one group. */
export function byFlatTaps(b: Builder, input: Tensor, output: Tensor, window: Window): Tensor {
  const seen = seenByColumns(b, input, output.shape[3]!, window);
  const rows = movesOfRows(input.shape[2]!, output.shape[2]!, window).map((places) => lookUpRows(b, output, places));
  const products = rows.flatMap((row) =>
    seen.map((each) => b.reduce('sum', b.matmul(row, swapLastAxes(b, each)), [0])),
  );
  return filterOfTaps(b, products, window);
}

/**
 * One matrix product a column of the kernel, for a stride of 1 and one group: with the gradient once for each row of the
 * kernel. `atOnce` images are stacked together, a divisor of the batch.
 */
export function byStackedRows(b: Builder, input: Tensor, output: Tensor, window: Window, atOnce: number): Tensor {
  const [batch, inputs, height] = input.shape as [number, number, number];
  const outputs = output.shape[1]!;
  const [rows, columns] = window.kernel;
  const places = movesOfRows(height, output.shape[2]!, window).flat();
  const parts = Array.from({ length: batch / atOnce }, (_, part) => {
    const [image, gradient] = [input, output].map((images) => examples(b, images, part * atOnce, atOnce));
    const stacked = b.reshape(lookUpRows(b, gradient!, places), [atOnce, outputs * rows, height * output.shape[3]!]);
    const seen = seenByColumns(b, image!, output.shape[3]!, window);
    const products = seen.map((each) => b.reduce('sum', b.matmul(stacked, swapLastAxes(b, each)), [0]));
    return b.concat(products, 0);
  });
  const sum = parts.reduce((total, each) => b.add(total, each));
  return b.transpose(b.reshape(sum, [columns, outputs, rows, inputs]), [1, 3, 2, 0]);
}

/** `count` images of `[N, C, H, W]`, from the one at `first`. */
function examples(b: Builder, images: Tensor, first: number, count: number): Tensor {
  const [batch, ...rest] = images.shape as [number, ...number[]];
  if (count === batch) return images;
  return b.slice(images, [first, ...rest.map(() => 0)], [first + count, ...rest]);
}

/** For each row of the kernel: which row of the gradient meets each row of the input there, if any does. */
function movesOfRows(input: number, output: number, { kernel, dilation, padding }: Window): (number | undefined)[][] {
  return Array.from({ length: kernel[0] }, (_, row) =>
    Array.from({ length: input }, (_, at) => at - row * dilation[0] + padding[0][0]).map((place) =>
      place >= 0 && place < output ? place : undefined,
    ),
  );
}

/** The rows of `[N, C, H, W]` in these places, `[N, C, places · W]`, and zeros in none. */
function lookUpRows(b: Builder, image: Tensor, places: readonly (number | undefined)[]): Tensor {
  const [batch, channels, , width] = image.shape as [number, number, number, number];
  return b.reshape(lookUp(b, image, places, 2), [batch, channels, places.length * width]);
}

/**
 * What each column of the kernel sees, `[N, C, H · W']` each: the input, moved sideways to where that column looks and
 * with zeros where it looks past an edge.
 */
function seenByColumns(b: Builder, input: Tensor, width: number, { kernel, dilation, padding }: Window): Tensor[] {
  const [batch, channels, height] = input.shape as [number, number, number];
  return Array.from({ length: kernel[1] }, (_, column) =>
    b.reshape(movedSideways(b, input, padding[1][0] - column * dilation[1], width), [batch, channels, height * width]),
  );
}

/** `[N, C, H, width]` of `[N, C, H, W]`, `left` columns further to the right. */
function movedSideways(b: Builder, image: Tensor, left: number, width: number): Tensor {
  const [batch, channels, height, own] = image.shape as [number, number, number, number];
  if (left === 0 && own === width) return image;
  if (left >= width || left <= -own) return b.expand(b.constant(0), [batch, channels, height, width]);
  if (own > WIDEST_PRODUCT) {
    return b.pad(image, [
      [0, 0],
      [0, 0],
      [0, 0],
      [left, width - own - left],
    ]);
  }
  const move = Float32Array.from({ length: own * width }, (_, at) =>
    Number((at % width) - left === Math.floor(at / width)),
  );
  const rows = b.reshape(image, [batch * channels * height, own]);
  return b.reshape(b.matmul(rows, b.constant(move, [own, width])), [batch, channels, height, width]);
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
