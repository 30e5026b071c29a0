import { physicalShape } from './layout.ts';
import type { LowerTable } from './rule.ts';

/** What comes from no other value has the batch axis like all others, and is repeated along it. */
export const source: Pick<LowerTable, 'input' | 'weight' | 'constant'> = {
  input(context, node) {
    const shape = context.shapeOf(node.outputs[0]!);
    const layout = shape.length === 3 ? context.inputLayout : 'channels-last';
    const tensor = context.fed(context.builder.input(node.name, physicalShape(layout, context.batch, shape)));
    return { outputs: [context.place(tensor, layout, shape)] };
  },

  weight(context, node, _inputs, { value }) {
    const { shape } = node.attributes;
    const tensor = context.builder.expand(value!, [context.batch, ...shape]);
    return { outputs: [context.place(tensor, 'channels-last', shape)] };
  },

  constant({ builder, batch, place }, node) {
    const { shape, values } = node.attributes;
    const tensor = builder.expand(builder.constant(Float32Array.from(values), shape), [batch, ...shape]);
    return { outputs: [place(tensor, 'channels-last', shape)] };
  },
};
