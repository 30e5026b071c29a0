import type { source as forwardRules } from '../lower/source.ts';
import type { GradientTable } from './rule.ts';

export const source: Pick<GradientTable, keyof typeof forwardRules> = {
  input: () => ({ inputs: [] }),
  constant: () => ({ inputs: [] }),

  // Every example has used the same tensor.
  weight(context, node, _forward, [output]) {
    const { shape } = node.attributes;
    const { builder } = context;
    const sum = builder.reduce('sum', context.as(output!, 'channels-last'), [0]);
    return { inputs: [], weights: { value: builder.reshape(sum, shape) } };
  },
};
