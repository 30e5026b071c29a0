import type { Builder, Tensor } from '../program/builder.ts';
import { physicalAxis } from './layout.ts';
import type { LowerTable } from './rule.ts';

export const indexing: Pick<LowerTable, 'gather' | 'embedding' | 'lookup'> = {
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
    const ids = builder.cast(rowNumbers(builder, context.as(x!, 'channels-last'), table!.shape[0]!), 'int64');
    const y = builder.gather(table!, ids, 0);
    const shape = context.shapeOf(node.outputs[0]!);
    return { outputs: [context.place(y, 'channels-last', shape)], saved: { ids } };
  },

  /** Saves the numbers of the rows, int64: of one table, or of all the tables of the examples in a row. */
  lookup(context, node, [x, table]) {
    const { builder, batch } = context;
    const [rows, width] = table!.shape as [number, number];
    const tables = context.as(table!, 'channels-last');
    const own = rowNumbers(builder, context.as(x!, 'channels-last'), rows);
    const shared = context.isBatchless(node.inputs[1]!);
    const flat = shared
      ? builder.reshape(builder.slice(tables, [0, 0, 0], [1, rows, width]), [rows, width])
      : builder.reshape(tables, [batch * rows, width]);
    const ids = builder.cast(shared ? own : builder.add(own, firstRows(builder, batch, rows, own)), 'int64');
    const shape = context.shapeOf(node.outputs[0]!);
    return { outputs: [context.place(builder.gather(flat, ids, 0), 'channels-last', shape)], saved: { ids } };
  },
};

/** Numbers of rows, those outside moved to the nearest row there is: engines differ in what they make of them. */
function rowNumbers(b: Builder, x: Tensor, rows: number): Tensor {
  return b.binary('min', b.binary('max', x, b.constant(0)), b.constant(rows - 1));
}

/** Where the table of each example begins, `[N, 1, …]`. */
function firstRows(b: Builder, batch: number, rows: number, like: Tensor): Tensor {
  const starts = Float32Array.from({ length: batch }, (_, example) => example * rows);
  return b.constant(starts, [batch, ...like.shape.slice(1).map(() => 1)]);
}
