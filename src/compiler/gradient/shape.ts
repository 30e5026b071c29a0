import { physicalAxis, physicalList, physicalShape } from '../lower/layout.ts';
import type { LowerContext, Placed } from '../lower/rule.ts';
import type { shape as forwardRules } from '../lower/shape.ts';
import type { Backward, GradientTable } from './rule.ts';

export const shape: Pick<GradientTable, keyof typeof forwardRules> = {
  concat(context, node, { inputs, outputs: [y] }, [output]) {
    const { layout, shape } = y!;
    const cut = physicalAxis(layout, shape.length, node.attributes.axis);
    const dy = context.as(output!, layout);
    let start = 0;
    return {
      inputs: inputs.map((input) => {
        const end = start + input.shape[node.attributes.axis]!;
        const starts = dy.shape.map((_, axis) => (axis === cut ? start : 0));
        const ends = dy.shape.map((size, axis) => (axis === cut ? end : size));
        start = end;
        return context.place(context.builder.slice(dy, starts, ends), layout, input.shape);
      }),
    };
  },

  split(context, node, { inputs: [x], outputs: pieces }, gradients) {
    const { builder } = context;
    const { layout, shape } = x!;
    const axis = physicalAxis(layout, shape.length, node.attributes.axis);
    const parts = pieces.map((piece, index) => {
      const gradient = gradients[index];
      if (gradient) return context.as(gradient, layout);
      return builder.expand(builder.constant(0), physicalShape(layout, context.batch, piece.shape));
    });
    return { inputs: [context.place(builder.concat(parts, axis), layout, shape)] };
  },

  slice(context, node, { inputs: [x] }, [output]) {
    const { layout, shape } = x!;
    const { axis, start, end } = node.attributes;
    const pads = shape.map((size, each) => (each === axis ? ([start, size - end] as const) : ([0, 0] as const)));
    const dx = context.builder.pad(context.as(output!, layout), physicalList(layout, [0, 0] as const, pads));
    return { inputs: [context.place(dx, layout, shape)] };
  },

  reshape: (context, _node, { inputs: [x] }, [output]) => reshapedBack(context, x!, output!),
  flatten: (context, _node, { inputs: [x] }, [output]) => reshapedBack(context, x!, output!),

  transpose(context, node, { inputs: [x] }, [output]) {
    const { permutation } = node.attributes;
    const back = [0, ...permutation.map((_, axis) => permutation.indexOf(axis) + 1)];
    const dx = context.builder.transpose(context.as(output!, 'channels-last'), back);
    return { inputs: [context.place(dx, 'channels-last', x!.shape)] };
  },

  broadcast_to(context, { attributes: { shape } }, { inputs: [x] }, [output]) {
    const { builder, batch } = context;
    const { layout } = x!;
    const missing = Array<number>(shape.length - x!.shape.length).fill(1);
    const sums = builder.sumTo(context.as(output!, layout), physicalShape(layout, batch, [...missing, ...x!.shape]));
    const dx = builder.reshape(sums, physicalShape(layout, batch, x!.shape));
    return { inputs: [context.place(dx, layout, x!.shape)] };
  },

  pad(context, node, { inputs: [x] }, [output]) {
    const { layout, shape, tensor } = x!;
    const starts = physicalList(
      layout,
      0,
      node.attributes.pads.map(([before]) => before),
    );
    const ends = starts.map((start, axis) => start + tensor.shape[axis]!);
    const dx = context.builder.slice(context.as(output!, layout), starts, ends);
    return { inputs: [context.place(dx, layout, shape)] };
  },
};

function reshapedBack(context: LowerContext, x: Placed, output: Placed): Backward {
  const dx = context.builder.reshape(context.as(output, 'channels-last'), [context.batch, ...x.shape]);
  return { inputs: [context.place(dx, 'channels-last', x.shape)] };
}
