import type { Node } from '../graph.ts';
import type { Tensor } from '../program/builder.ts';
import { convolutionFilter, depthwiseFilter, spatialWindow } from './filter.ts';
import type { Forward, LowerContext, LowerTable } from './rule.ts';

export const convolution: Pick<LowerTable, 'conv2d' | 'depthwise_conv2d' | 'conv2d_transpose'> = {
  conv2d(context, node, [x], { kernel, bias }) {
    const { builder } = context;
    const { groups } = node.attributes;
    const filter = convolutionFilter(builder, kernel!);
    const window = { ...spatialWindow(node.attributes), groups };
    return image(context, node, builder.conv(context.as(x!, 'channels-first'), filter, bias, window));
  },

  depthwise_conv2d(context, node, [x], { kernel, bias }) {
    const { builder } = context;
    const filter = depthwiseFilter(builder, kernel!);
    const window = { ...spatialWindow(node.attributes), groups: kernel!.shape[2]! };
    return image(context, node, builder.conv(context.as(x!, 'channels-first'), filter, bias, window));
  },

  conv2d_transpose(context, node, [x], { kernel, bias }) {
    const { builder } = context;
    const filter = convolutionFilter(builder, kernel!);
    const { groups, outputPadding } = node.attributes;
    const window = { ...spatialWindow(node.attributes), groups, outputPads: outputPadding };
    return image(context, node, builder.convTranspose(context.as(x!, 'channels-first'), filter, bias, window));
  },
};

function image(context: LowerContext, node: Node, tensor: Tensor): Forward {
  return { outputs: [context.place(tensor, 'channels-first', context.shapeOf(node.outputs[0]!))] };
}
