import { parameter, type Signature } from './signature.ts';

export const source = {
  weight: {
    summary: 'A learned tensor, the same for every example: a class token, a position embedding, a scale a channel.',
    inputs: [],
    parameters: [
      parameter('shape', 'ints', undefined, 'Its sizes, without the batch.'),
      parameter('initializer', 'initializer', undefined, 'How it starts.'),
    ],
    shapes: 'shape',
  },
  constant: {
    summary: 'Numbers that are known when the model is built, the same for every example.',
    inputs: [],
    parameters: [parameter('values', 'numbers', undefined, 'A list of numbers, or lists of such lists, all as long.')],
    shapes: 'the shape of the lists',
  },
} satisfies Record<string, Signature>;
