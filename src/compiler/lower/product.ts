import type { Builder, Tensor } from '../program/builder.ts';
import { withRank } from './layout.ts';
import type { LowerTable, Placed } from './rule.ts';

export const product: Pick<LowerTable, 'dense' | 'matmul'> = {
  dense(context, node, [x], { kernel, bias }) {
    const { builder } = context;
    const [inputs, units] = kernel!.shape as [number, number];
    const rows = builder.reshape(context.as(x!, 'channels-last'), [rowCount(context.batch, x!), inputs]);
    const product = builder.matmul(rows, kernel!);
    const shape = context.shapeOf(node.outputs[0]!);
    const y = builder.reshape(bias ? builder.add(product, bias) : product, [
      context.batch,
      ...shape.slice(0, -1),
      units,
    ]);
    return { outputs: [context.place(y, 'channels-last', shape)] };
  },

  matmul(context, node, [a, b]) {
    const { builder } = context;
    const shape = context.shapeOf(node.outputs[0]!);
    const [left, right] = factors(builder, a!, b!, node.attributes);
    return { outputs: [context.place(builder.matmul(left, right), 'channels-last', shape)] };
  },
};

/** How many rows of the last axis a value has. */
export function rowCount(batch: number, { shape }: Placed): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, batch);
}

/** Both factors of a `matmul` with the same number of axes, `[N, …, M, K]` and `[N, …, K, N]`. */
export function factors(
  builder: Builder,
  a: Placed,
  b: Placed,
  attributes: { readonly transposeA: boolean; readonly transposeB: boolean },
): [Tensor, Tensor] {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [left, right] = [a, b].map((value) => withRank(builder, value, rank, 'channels-last')) as [Tensor, Tensor];
  return [
    attributes.transposeA ? swapLastAxes(builder, left) : left,
    attributes.transposeB ? swapLastAxes(builder, right) : right,
  ];
}

export function swapLastAxes(builder: Builder, x: Tensor): Tensor {
  const rank = x.shape.length;
  const leading = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return builder.transpose(x, [...leading, rank - 1, rank - 2]);
}
