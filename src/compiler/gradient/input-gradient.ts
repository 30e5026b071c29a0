/**
 * Forms of a convolution's gradient in its input. All take the gradient of the output, `[N, O, H', W']`, and the filter,
 * `[O, C / groups, kh, kw]`, and give `[N, C, H, W]`.
 */
import { filterMatrix, giveBackColumns, rowsOf } from '../lower/columns.ts';
import { formsColumns } from '../lower/convolution-form.ts';
import { spatialWindow } from '../lower/filter.ts';
import { swapLastAxes } from '../lower/product.ts';
import type { TrainingForm } from '../lower/training-form.ts';
import type { Pair, Window } from '../ops/kind.ts';
import { extentOf } from '../ops/window-extent.ts';
import type { Builder, Tensor } from '../program/builder.ts';

/** The form that was fastest where it applies: see each one, and `convolution-form.ts`. */
export function inputGradient(
  b: Builder,
  output: Tensor,
  filter: Tensor,
  window: Window & { groups: number },
  input: Pair,
  without: readonly TrainingForm[] = [],
): Tensor {
  const { groups } = window;
  const [batch, outputs, ...size] = output.shape as [number, number, number, number];
  const inputs = filter.shape[1]! * groups;
  if (!without.includes('columns') && formsColumns({ batch, inputs, outputs, groups, window, size })) {
    return byColumns(b, output, filter, window, input);
  }
  return allowsFlippedFilter(window)
    ? byFlippedFilter(b, output, filter, window)
    : byTransposedConvolution(b, output, filter, window, input);
}

/** A stride of 1, and no padding that would lie wholly outside every window. */
export function allowsFlippedFilter(window: Window): boolean {
  const extent = extentOf(window);
  return ([0, 1] as const).every(
    (axis) => window.stride[axis] === 1 && window.padding[axis].every((size) => size < extent[axis]),
  );
}

/** As a convolution with the filter flipped in space and transposed in its channels, within each group. */
export function byFlippedFilter(
  b: Builder,
  output: Tensor,
  filter: Tensor,
  window: Window & { groups: number },
): Tensor {
  const { groups } = window;
  const [outputs, inputs, height, width] = filter.shape as [number, number, number, number];
  const taps = height * width;
  const backwards = b.indices(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  const turned = b.transpose(b.reshape(filter, [groups, outputs / groups, inputs, taps]), [0, 2, 1, 3]);
  const flipped = taps === 1 ? turned : b.gather(turned, backwards, 3);
  const shape = [groups * inputs, outputs / groups, height, width];
  const extent = extentOf(window);
  const pads = window.padding.map(
    ([before, after], axis) => [extent[axis]! - 1 - before, extent[axis]! - 1 - after] as const,
  );
  const across = { strides: [1, 1], dilations: window.dilation, pads, groups };
  return b.conv(output, b.reshape(flipped, shape), undefined, across);
}

/**
 * One matrix product over the whole batch gives the gradient of the columns, which adds up to that of the input; for any
 * stride and one group. The filter is read as it is.
 */
export function byColumns(b: Builder, output: Tensor, filter: Tensor, window: Window, input: Pair): Tensor {
  const [, , ...size] = output.shape as [number, number, number, number];
  const columns = b.matmul(swapLastAxes(b, filterMatrix(b, filter)), rowsOf(b, output));
  return giveBackColumns(b, columns, window, input, size);
}

/** As the transposed convolution, for any stride. */
export function byTransposedConvolution(
  b: Builder,
  output: Tensor,
  filter: Tensor,
  window: Window & { groups: number },
  input: Pair,
): Tensor {
  const extent = extentOf(window);
  // rows and columns at the end that no window reaches
  const outputPads = ([0, 1] as const).map((axis) => {
    const [before, after] = window.padding[axis];
    return input[axis] + before + after - extent[axis] - (output.shape[axis + 2]! - 1) * window.stride[axis];
  });
  return b.convTranspose(output, filter, undefined, { ...spatialWindow(window), groups: window.groups, outputPads });
}
