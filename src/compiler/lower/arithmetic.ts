import type { OpKind } from '../ops/kind.ts';
import type { Binary } from '../program/program.ts';
import { commonLayout, withRank } from './layout.ts';
import type { LowerRule, LowerTable } from './rule.ts';

export const arithmetic: Pick<LowerTable, 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum' | 'affine'> = {
  add: broadcasting('add'),
  sub: broadcasting('sub'),
  mul: broadcasting('mul'),
  div: broadcasting('div'),
  maximum: broadcasting('max'),
  minimum: broadcasting('min'),

  affine(context, node, [x]) {
    const { builder } = context;
    const { scale, offset } = node.attributes;
    const { tensor, layout, shape } = x!;
    const scaled = builder.scale(tensor, scale);
    const y = offset === 0 ? scaled : builder.add(scaled, builder.constant(offset));
    return { outputs: [context.place(y, layout, shape)] };
  },
};

/** Saves both operands as they met: `a` and `b`, with all logical axes of the result, in its layout. */
function broadcasting<K extends OpKind>(fn: Binary): LowerRule<K> {
  return (context, node, inputs) => {
    const { builder } = context;
    const shape = context.shapeOf(node.outputs[0]!);
    const layout = commonLayout(inputs);
    const [a, b] = inputs.map((input) => withRank(builder, input, shape.length, layout));
    return { outputs: [context.place(builder.binary(fn, a!, b!), layout, shape)], saved: { a: a!, b: b! } };
  };
}
