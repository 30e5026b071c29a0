import { elementCount } from '../../shared/element-count.ts';
import type { indexing as forwardRules } from '../lower/indexing.ts';
import { physicalAxis } from '../lower/layout.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { GradientTable } from './rule.ts';

export const indexing: Pick<GradientTable, keyof typeof forwardRules> = {
  gather(context, node, { inputs: [x], outputs: [y] }, [output]) {
    const { builder: b } = context;
    const { axis, indices, places } = node.attributes;
    const layout = places.length === 1 ? y!.layout : 'channels-last';
    const at = physicalAxis(layout, x!.shape.length, axis);
    const dy = context.as(output!, layout);
    const joined = [...dy.shape.slice(0, at), indices.length, ...dy.shape.slice(at + places.length)];
    const dx = sumsByIndex(b, b.reshape(dy, joined), at, indices, x!.shape[axis]!);
    return { inputs: [context.place(dx, layout, x!.shape)] };
  },

  embedding(context, { attributes }, { saved }, [output]) {
    const { builder: b } = context;
    const { vocabulary, width } = attributes;
    const dy = context.as(output!, 'channels-last');
    const ids = saved!['ids']!;
    const count = elementCount(ids.shape);
    const nothing = b.expand(b.constant(0), [vocabulary, width]);
    const table = b.scatterAdd(nothing, b.reshape(ids, [count, 1]), b.reshape(dy, [count, width]));
    return { inputs: [undefined], weights: { table } };
  },

  lookup(context, node, { inputs: [, table], saved }, [output]) {
    const { builder: b, batch } = context;
    const [rows, width] = table!.shape as [number, number];
    const ids = saved!['ids']!;
    const count = elementCount(ids.shape);
    const shared = context.isBatchless(node.inputs[1]!);
    const nothing = b.expand(b.constant(0), [shared ? rows : batch * rows, width]);
    const dy = b.reshape(context.as(output!, 'channels-last'), [count, width]);
    const sums = b.reshape(b.scatterAdd(nothing, b.reshape(ids, [count, 1]), dy), [shared ? 1 : batch, rows, width]);
    // one table for all: the whole gradient stands with the first example
    const dTable = shared
      ? b.pad(sums, [
          [0, batch - 1],
          [0, 0],
          [0, 0],
        ])
      : sums;
    return { inputs: [undefined, context.place(dTable, 'channels-last', table!.shape)] };
  },
};

/**
 * For each of `size` positions, the sum of what lies at the places of `indices` that name it: the adjoint of `gather`.
 * One gather of those places, as many a position as the most that any has, and one sum.
 */
export function sumsByIndex(b: Builder, dy: Tensor, axis: number, indices: readonly number[], size: number): Tensor {
  const placesOf = Array.from({ length: size }, (): number[] => []);
  for (const [place, index] of indices.entries()) placesOf[index]!.push(place);
  const most = placesOf.reduce((found, { length }) => Math.max(found, length), 1);
  // where there are fewer, a row of zeros at the end
  const table = placesOf.flatMap((places) => Array.from({ length: most }, (_, at) => places[at] ?? indices.length));
  const full = placesOf.every((places) => places.length === most);
  const padded = full
    ? dy
    : b.pad(
        dy,
        dy.shape.map((_, each) => [0, each === axis ? 1 : 0] as const),
      );
  if (most === 1) return b.gather(padded, b.indices(table), axis);
  const gathered = b.gather(padded, b.indices(table, [size, most]), axis);
  const sums = b.reduce('sum', gathered, [axis + 1]);
  return b.reshape(sums, [...dy.shape.slice(0, axis), size, ...dy.shape.slice(axis + 1)]);
}
