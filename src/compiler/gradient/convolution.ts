import { convolutionFilter, spatialWindow } from '../lower/filter.ts';
import type { LowerContext, Placed } from '../lower/rule.ts';
import type { Pair } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { filterGradient } from './filter-gradient.ts';
import { inputGradient } from './input-gradient.ts';
import type { Backward, ForwardRun, GradientTable } from './rule.ts';

export const convolution: Pick<GradientTable, 'conv2d' | 'depthwise_conv2d' | 'conv2d_transpose'> = {
  conv2d(context, node, forward, [output]) {
    const { builder } = context;
    const [x, gradient] = images(context, forward, output!);
    const dx = inputGradient(builder, gradient, forward.weights['kernel']!, node.attributes, sizeOf(x));
    const kernel = filterGradient(builder, x, gradient, node.attributes);
    return backward(context, forward, dx, kernel, gradient);
  },

  /** The convolution with a group for each channel: its kernel has the same numbers, `[kh, kw, 1, C · M]`. */
  depthwise_conv2d(context, node, forward, [output]) {
    const { builder } = context;
    const [x, gradient] = images(context, forward, output!);
    const canonical = forward.weights['kernel']!;
    const [height, width, groups, multiplier] = canonical.shape as [number, number, number, number];
    const grouped = builder.reshape(canonical, [height, width, 1, groups * multiplier]);
    const window = { ...node.attributes, groups };
    const dx = inputGradient(builder, gradient, grouped, window, sizeOf(x));
    const kernel = builder.reshape(filterGradient(builder, x, gradient, window), canonical.shape);
    return backward(context, forward, dx, kernel, gradient);
  },

  /** The adjoint of a convolution from the output to the input: that convolution is its gradient in the input. */
  conv2d_transpose(context, node, forward, [output]) {
    const { builder } = context;
    const [x, gradient] = images(context, forward, output!);
    const filter = convolutionFilter(builder, forward.weights['kernel']!);
    const window = { ...spatialWindow(node.attributes), groups: node.attributes.groups };
    const dx = builder.conv(gradient, filter, undefined, window);
    const kernel = filterGradient(builder, gradient, x, node.attributes);
    return backward(context, forward, dx, kernel, gradient);
  },
};

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
