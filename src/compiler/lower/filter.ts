/**
 * Kernels from the canonical, channel-last order of weights to the filters of `conv`, `[O, I / groups, kh, kw]`, and the
 * windows of the graph in the terms of a program.
 */
import type { Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { SpatialWindow } from '../program/program.ts';
import { depthwiseFilterOrder, filterOrder } from './weight-order.ts';

/** `[kh, kw, I / groups, O]` → `[O, I / groups, kh, kw]`; also `[kh, kw, out, in]` of a transposed convolution. */
export function convolutionFilter(builder: Builder, kernel: Tensor): Tensor {
  return builder.transpose(kernel, filterOrder);
}

/** `[kh, kw, C, M]` → `[C · M, 1, kh, kw]`, to be used with C groups. */
export function depthwiseFilter(builder: Builder, kernel: Tensor): Tensor {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  const outermost = builder.transpose(kernel, depthwiseFilterOrder);
  return builder.reshape(outermost, [channels * multiplier, 1, height, width]);
}

export function spatialWindow({ stride, dilation, padding }: Window): SpatialWindow {
  return { strides: stride, dilations: dilation, pads: padding };
}
