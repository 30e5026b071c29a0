import { commonLayout, physicalAxis, physicalList, physicalShape, withRank } from './layout.ts';
import type { LowerTable } from './rule.ts';

type Reshaping = 'concat' | 'split' | 'slice' | 'reshape' | 'flatten' | 'transpose' | 'broadcast_to' | 'pad';

export const shape: Pick<LowerTable, Reshaping> = {
  concat(context, node, inputs) {
    const shape = context.shapeOf(node.outputs[0]!);
    const layout = commonLayout(inputs);
    const axis = physicalAxis(layout, shape.length, node.attributes.axis);
    const tensors = inputs.map((input) => context.as(input, layout));
    return { outputs: [context.place(context.builder.concat(tensors, axis), layout, shape)] };
  },

  split(context, node, [x]) {
    const { tensor, layout, shape } = x!;
    const { axis, sizes } = node.attributes;
    const cut = physicalAxis(layout, shape.length, axis);
    let start = 0;
    const outputs = sizes.map((size, index) => {
      const starts = tensor.shape.map((_, each) => (each === cut ? start : 0));
      const ends = tensor.shape.map((whole, each) => (each === cut ? start + size : whole));
      start += size;
      const piece = context.builder.slice(tensor, starts, ends);
      return context.place(piece, layout, context.shapeOf(node.outputs[index]!));
    });
    return { outputs };
  },

  slice(context, node, [x]) {
    const { tensor, layout, shape } = x!;
    const { axis, start, end } = node.attributes;
    const cut = physicalAxis(layout, shape.length, axis);
    const starts = tensor.shape.map((_, each) => (each === cut ? start : 0));
    const ends = tensor.shape.map((whole, each) => (each === cut ? end : whole));
    const piece = context.builder.slice(tensor, starts, ends);
    return { outputs: [context.place(piece, layout, context.shapeOf(node.outputs[0]!))] };
  },

  reshape(context, node, [x]) {
    const { shape } = node.attributes;
    const y = context.builder.reshape(context.as(x!, 'channels-last'), [context.batch, ...shape]);
    return { outputs: [context.place(y, 'channels-last', shape)] };
  },

  flatten(context, node, [x]) {
    const shape = context.shapeOf(node.outputs[0]!);
    const y = context.builder.reshape(context.as(x!, 'channels-last'), [context.batch, ...shape]);
    return { outputs: [context.place(y, 'channels-last', shape)] };
  },

  transpose(context, node, [x]) {
    const permutation = [0, ...node.attributes.permutation.map((axis) => axis + 1)];
    const y = context.builder.transpose(context.as(x!, 'channels-last'), permutation);
    return { outputs: [context.place(y, 'channels-last', context.shapeOf(node.outputs[0]!))] };
  },

  broadcast_to(context, node, [x]) {
    const { shape } = node.attributes;
    const { layout } = x!;
    const met = withRank(context.builder, x!, shape.length, layout);
    const y = context.builder.expand(met, physicalShape(layout, context.batch, shape));
    return { outputs: [context.place(y, layout, shape)] };
  },

  pad(context, node, [x]) {
    const { tensor, layout } = x!;
    const { pads, value } = node.attributes;
    const y = context.builder.pad(tensor, physicalList(layout, [0, 0] as const, pads), value);
    return { outputs: [context.place(y, layout, context.shapeOf(node.outputs[0]!))] };
  },
};
