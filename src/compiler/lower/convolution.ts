import type { Node } from '../graph.ts';
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { columnsOf, filterMatrix, imageOf } from './columns.ts';
import { formsColumns, shiftsProducts } from './convolution-form.ts';
import { convolutionFilter, depthwiseFilter, spatialWindow } from './filter.ts';
import type { Forward, LowerContext, LowerTable } from './rule.ts';
import { padImage, seenAt, tapsOf } from './taps.ts';

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
    if (context.training) {
      const without = context.withoutForms;
      const offset = (made: Tensor): Tensor =>
        bias ? builder.add(made, builder.reshape(bias, [1, filters, 1, 1])) : made;
      if (!without.includes('columns') && formsColumns(sizes)) {
        const columns = columnsOf(builder, input, node.attributes, size);
        const made = imageOf(builder, builder.matmul(filterMatrix(builder, filter), columns), batch, size);
        return image(context, node, offset(made));
      }
      if (!without.includes('few-channels') && shiftsProducts(sizes)) {
        return image(context, node, offset(shiftedProducts(builder, input, filter, node.attributes, size)));
      }
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

/**
 * A convolution of many channels to few: one product of every pixel with all taps of the filter, `[O, C, kh, kw]`, then
 * the sum of what each tap finds where it looks. A filter of few outputs keeps no product with columns busy.
 */
export function shiftedProducts(b: Builder, input: Tensor, filter: Tensor, window: Window, size: Pair): Tensor {
  const [batch, channels, height, width] = input.shape as [number, number, number, number];
  const outputs = filter.shape[0]!;
  const taps = tapsOf(window.kernel);
  const rows = b.transpose(b.reshape(filter, [outputs, channels, taps.length]), [2, 0, 1]);
  const pixels = b.reshape(input, [batch, channels, height * width]);
  const products = b.matmul(b.reshape(rows, [taps.length * outputs, channels]), pixels);
  const images = padImage(b, b.reshape(products, [batch, taps.length * outputs, height, width]), window, 0);
  const [, , rowCount, columnCount] = images.shape as [number, number, number, number];
  const found = taps.map((tap, at) => {
    const own = b.slice(images, [0, at * outputs, 0, 0], [batch, (at + 1) * outputs, rowCount, columnCount]);
    return seenAt(b, own, tap, window, size);
  });
  return found.reduce((sum, each) => b.add(sum, each));
}
