import { parameter, type Signature, unary } from './signature.ts';

function binary(operator: string): Signature {
  return {
    summary: `\`a ${operator} b\`, element by element; axes of size 1 are repeated.`,
    inputs: [
      { name: 'a', list: false },
      { name: 'b', list: false },
    ],
    parameters: [],
    shapes: '[...], [...] -> [...]',
  };
}

export const arithmetic = {
  add: binary('+'),
  sub: binary('-'),
  mul: binary('*'),
  div: binary('/'),
  maximum: {
    ...binary(','),
    summary: 'The larger of the two, element by element; axes of size 1 are repeated. One may be a number.',
  },
  minimum: {
    ...binary(','),
    summary: 'The smaller of the two, element by element; axes of size 1 are repeated. One may be a number.',
  },
  affine: unary(
    '`scale * x + offset` with two constants; what `2 * x`, `1 - x` and `-x` stand for.',
    '[...] -> [...]',
    parameter('scale', 'float', 1, 'Factor.'),
    parameter('offset', 'float', 0, 'Added after.'),
  ),
} satisfies Record<string, Signature>;
