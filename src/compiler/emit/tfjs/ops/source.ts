import type { OpKind } from '../../../ops/kind.ts';
import { literal, type OpSource, untyped, weights } from '../call.ts';

/** Without a batch to tell, these have a batch of 1, which broadcasts. */
export const source = {
  input: ({ path }) => {
    throw new Error(`${path} is a parameter of the model's function and not a call`);
  },
  weight: () => untyped('nn.learned', weights),
  constant: ({ attributes: { values, shape } }) =>
    untyped('nn.constant', literal('values', values), literal('shape', shape)),
} satisfies { [K in OpKind]?: OpSource<K> };
