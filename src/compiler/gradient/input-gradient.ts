/**
 * Forms of a convolution's gradient in its input. All take the gradient of the output, `[N, O, H', W']`, and the kernel
 * in its canonical order, and give `[N, C, H, W]`.
 */
import { convolutionFilter, extentOf, spatialWindow } from '../lower/filter.ts';
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';

/** The form that was fastest where it applies: see each one. `kernel` is `[kh, kw, C / groups, O]`. */
export function inputGradient(
  b: Builder,
  output: Tensor,
  kernel: Tensor,
  window: Window & { groups: number },
  input: Pair,
): Tensor {
  return allowsFlippedFilter(window)
    ? byFlippedFilter(b, output, kernel, window)
    : byTransposedConvolution(b, output, convolutionFilter(b, kernel), window, input);
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
  kernel: Tensor,
  window: Window & { groups: number },
): Tensor {
  const { groups } = window;
  const [height, width, inputs, outputs] = kernel.shape as [number, number, number, number];
  const taps = height * width;
  const backwards = b.indices(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  const flipped = b.gather(b.reshape(kernel, [taps, inputs, groups, outputs / groups]), backwards, 0);
  const filter = b.reshape(b.transpose(flipped, [2, 1, 3, 0]), [groups * inputs, outputs / groups, height, width]);
  const extent = extentOf(window);
  const pads = window.padding.map(
    ([before, after], axis) => [extent[axis]! - 1 - before, extent[axis]! - 1 - after] as const,
  );
  return b.conv(output, filter, undefined, { strides: [1, 1], dilations: window.dilation, pads, groups });
}

/** As the transposed convolution, for any stride. `filter` is that of the convolution, `[O, C / groups, kh, kw]`. */
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
