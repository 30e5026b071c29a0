import type { OpKind } from '../../../ops/kind.ts';
import { literal, type OpSource, untyped, weights, x } from '../call.ts';
import type { Literal } from '../literal.ts';

export const indexing = {
  gather: ({ attributes: { axis, indices, places } }) =>
    untyped(
      'nn.gather',
      x,
      literal('axis', axis + 1),
      literal('indices', places.length === 0 ? indices[0]! : nest(indices, places)),
    ),
  embedding: () => untyped('nn.embedding', x, weights),
  lookup: () => untyped('nn.lookup', x, { kind: 'input', index: 1 }),
} satisfies { [K in OpKind]?: OpSource<K> };

/** A flat list as lists of lists with these lengths. */
function nest(flat: readonly number[], [outer, ...inner]: readonly number[]): Literal {
  if (inner.length === 0) return flat;
  const length = flat.length / outer!;
  return Array.from({ length: outer! }, (_, at) => nest(flat.slice(at * length, (at + 1) * length), inner));
}
