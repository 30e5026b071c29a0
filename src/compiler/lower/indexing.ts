import { physicalAxis } from './layout.ts';
import type { LowerTable } from './rule.ts';

export const indexing: Pick<LowerTable, 'gather' | 'embedding'> = {
  gather(context, node, [x]) {
    const { builder } = context;
    const { axis, indices, places } = node.attributes;
    // with as many axes as before the channels stay where they are
    const layout = places.length === 1 ? x!.layout : 'channels-last';
    const at = physicalAxis(layout, x!.shape.length, axis);
    const y = builder.gather(context.as(x!, layout), builder.indices(indices, places), at);
    return { outputs: [context.place(y, layout, context.shapeOf(node.outputs[0]!))] };
  },

  /** Saves the numbers of the rows, int64. */
  embedding(context, node, [x], { table }) {
    const { builder } = context;
    const ids = builder.cast(context.as(x!, 'channels-last'), 'int64');
    const y = builder.gather(table!, ids, 0);
    const shape = context.shapeOf(node.outputs[0]!);
    return { outputs: [context.place(y, 'channels-last', shape)], saved: { ids } };
  },
};
