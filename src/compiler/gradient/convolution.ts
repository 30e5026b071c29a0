import { type AxisOrder, inOrder, inverseOrder } from '../../shared/axis-order.ts';
import { convolutionFilter, depthwiseFilter, spatialWindow } from '../lower/filter.ts';
import type { LowerContext, Placed } from '../lower/rule.ts';
import { depthwiseFilterOrder, filterOrder } from '../lower/weight-order.ts';
import type { Pair, Window } from '../ops/kind.ts';
import { extentOf } from '../ops/window-extent.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { filterGradient } from './filter-gradient.ts';
import { inputGradient } from './input-gradient.ts';
import type { Backward, ForwardRun, GradientTable } from './rule.ts';

export const convolution: Pick<GradientTable, 'conv2d' | 'depthwise_conv2d' | 'conv2d_transpose'> = {
  conv2d(context, node, forward, [output]) {
    const { builder, withoutForms } = context;
    const [x, gradient] = images(context, forward, output!);
    const filter = convolutionFilter(builder, forward.weights['kernel']!);
    const dx = inputGradient(builder, gradient, filter, node.attributes, sizeOf(x), withoutForms);
    const kernel = kernelOf(builder, filterGradient(builder, x, gradient, node.attributes, withoutForms), filterOrder);
    return backward(context, forward, dx, kernel, gradient);
  },

  /** The convolution with a group for each channel. */
  depthwise_conv2d(context, node, forward, [output]) {
    const { builder, withoutForms } = context;
    const [x, gradient] = images(context, forward, output!);
    const canonical = forward.weights['kernel']!;
    const window = { ...node.attributes, groups: canonical.shape[2]! };
    const dx = inputGradient(builder, gradient, depthwiseFilter(builder, canonical), window, sizeOf(x), withoutForms);
    const filter = builder.reshape(
      filterGradient(builder, x, gradient, window, withoutForms),
      inOrder(canonical.shape, depthwiseFilterOrder),
    );
    return backward(context, forward, dx, kernelOf(builder, filter, depthwiseFilterOrder), gradient);
  },

  /** The adjoint of a convolution from the output to the input: that convolution is its gradient in the input. */
  conv2d_transpose(context, node, forward, [output]) {
    const { builder, withoutForms } = context;
    const [x, gradient] = images(context, forward, output!);
    const filter = convolutionFilter(builder, forward.weights['kernel']!);
    const { groups } = node.attributes;
    const [reached, window] = reachedBy(builder, gradient, sizeOf(x), node.attributes);
    const dx = builder.conv(reached, filter, undefined, { ...spatialWindow(window), groups });
    const taps = filterGradient(builder, reached, x, { ...window, groups }, withoutForms);
    return backward(context, forward, dx, kernelOf(builder, taps, filterOrder), gradient);
  },
};

/**
 * The gradient of a transposed convolution's output, `[N, O, H', W']`, and a window that looks at it once for each
 * position of the input. With dilation, an output may have been given as many rows and columns at its end as
 * the stride, or more: a further window would fit, which no position of the input made.
 */
function reachedBy(
  b: Builder,
  gradient: Tensor,
  input: Pair,
  attributes: Window & { readonly outputPadding: Pair },
): [Tensor, Window] {
  const { stride, padding, outputPadding } = attributes;
  if (outputPadding.every((size, axis) => size < stride[axis]!)) return [gradient, attributes];
  const extent = extentOf(attributes);
  const along = (axis: 0 | 1): { readonly end: number; readonly pads: Pair } => {
    const reached = (input[axis] - 1) * stride[axis] + extent[axis] - padding[axis][0];
    const end = Math.min(sizeOf(gradient)[axis], reached);
    return { end, pads: [padding[axis][0], reached - end] };
  };
  const [rows, columns] = [along(0), along(1)];
  const ends = [...gradient.shape.slice(0, 2), rows.end, columns.end];
  return [b.slice(gradient, [0, 0, 0, 0], ends), { ...attributes, padding: [rows.pads, columns.pads] }];
}

/** Back from the order of axes in which a filter is read. */
function kernelOf(builder: Builder, filter: Tensor, order: AxisOrder): Tensor {
  return builder.transpose(filter, inverseOrder(order));
}

function images(context: LowerContext, forward: ForwardRun, output: Placed): [Tensor, Tensor] {
  return [context.as(forward.inputs[0]!, 'channels-first'), context.as(output, 'channels-first')];
}

function sizeOf(image: Tensor): Pair {
  return [image.shape[2]!, image.shape[3]!];
}

function backward(
  context: LowerContext,
  { inputs, weights }: ForwardRun,
  dx: Tensor,
  kernel: Tensor,
  gradient: Tensor,
): Backward {
  const input = context.place(dx, 'channels-first', inputs[0]!.shape);
  const bias = weights['bias'] && { bias: channelSums(context.builder, gradient) };
  return { inputs: [input], weights: { kernel, ...bias } };
}

/** `[C]` from `[N, C, …]`. */
function channelSums(b: Builder, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return b.reshape(b.reduce('sum', x, axes), [x.shape[1]!]);
}
