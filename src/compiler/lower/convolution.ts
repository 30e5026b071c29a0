import type { Node } from '../graph.ts';
import type { Pair } from '../ops/kind.ts';
import type { Tensor } from '../program/builder.ts';
import { columnsOf, filterMatrix, imageOf } from './columns.ts';
import { formsColumns } from './convolution-form.ts';
import { convolutionFilter, depthwiseFilter, spatialWindow } from './filter.ts';
import type { Forward, LowerContext, LowerTable } from './rule.ts';

export const convolution: Pick<LowerTable, 'conv2d' | 'depthwise_conv2d' | 'conv2d_transpose'> = {
  conv2d(context, node, [x], { kernel, bias }) {
    const { builder, batch } = context;
    const { groups, filters } = node.attributes;
    const filter = convolutionFilter(builder, kernel!);
    const input = context.as(x!, 'channels-first');
    const [height, width] = context.shapeOf(node.outputs[0]!) as readonly [number, number, number];
    const size: Pair = [height, width];
    const sizes = { batch, inputs: input.shape[1]!, outputs: filters, groups, window: node.attributes, size };
    // a model for others may be for any number of images, and its own runtime knows the numbers of its filters
    if (context.training && !context.withoutForms.includes('columns') && formsColumns(sizes)) {
      const columns = columnsOf(builder, input, node.attributes, size);
      const made = imageOf(builder, builder.matmul(filterMatrix(builder, filter), columns), batch, size);
      return image(context, node, bias ? builder.add(made, builder.reshape(bias, [1, filters, 1, 1])) : made);
    }
    const window = { ...spatialWindow(node.attributes), groups };
    return image(context, node, builder.conv(input, filter, bias, window));
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
