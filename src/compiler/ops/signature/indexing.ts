import { parameter, type Signature, unary, x } from './signature.ts';

export const indexing = {
  gather: unary(
    'The positions of an axis at indices that are known when the model is built; the axis becomes the axes of the indices.',
    "[..., N, ...] -> [..., N', ...]",
    parameter(
      'indices',
      'nested ints',
      undefined,
      'Which position each of the new ones holds, negative from the end; lists of lists give several axes, and a single int takes the axis away.',
    ),
    parameter('axis', 'int', -1, 'The axis, counted without the batch; negative from the end.'),
  ),
  embedding: unary(
    'Rows of a learned table by numbers: `x` holds whole numbers from 0 to below `vocabulary`, to which no gradient flows. A number outside is taken for the nearest row.',
    '[...] -> [..., width]',
    parameter('vocabulary', 'int', undefined, 'How many rows the table has.'),
    parameter('width', 'int', undefined, 'Size of each row.'),
    parameter('initializer', 'initializer', 'normal(0.02)', 'How the table starts.'),
  ),
  lookup: {
    summary:
      'Rows of a tensor by numbers: `x` holds whole numbers from 0 to below `V`, to which no gradient flows. With a `weight` for the table it is an `embedding` whose table has further uses, such as the output layer of a language model. A number outside is taken for the nearest row.',
    inputs: [x, { name: 'table', list: false }],
    parameters: [],
    shapes: '[...], [V, C] -> [..., C]',
  },
} satisfies Record<string, Signature>;
