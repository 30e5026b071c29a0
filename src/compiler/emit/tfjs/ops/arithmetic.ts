import { shapeOf } from '../../../graph.ts';
import type { OpKind } from '../../../ops/kind.ts';
import { type Argument, type Call, literal, type OpSource, typed, untyped, x } from '../call.ts';

export const arithmetic = {
  add: broadcasting('tf.add'),
  sub: broadcasting('tf.sub'),
  mul: broadcasting('tf.mul'),
  div: broadcasting('tf.div'),
  maximum: broadcasting('nn.maximum'),
  minimum: broadcasting('nn.minimum'),
  affine: ({ attributes: { scale, offset } }) => {
    if (offset === 0) return scale === -1 ? typed('tf.neg', x) : scaled(scale);
    if (scale === -1) return untyped('tf.sub', literal('offset', offset), x);
    const term: Argument = scale === 1 ? x : { kind: 'call', call: scaled(scale) };
    return offset < 0
      ? untyped('tf.sub', term, literal('offset', -offset))
      : untyped('tf.add', term, literal('offset', offset));
  },
} satisfies { [K in OpKind]?: OpSource<K> };

function scaled(scale: number): Call {
  return untyped('tf.mul', x, literal('scale', scale));
}

/** Logical axes align at the end, which with the batch in front takes equal ranks. */
function broadcasting<K extends OpKind>(callee: string): OpSource<K> {
  return ({ inputs }, graph) => {
    const ranks = inputs.map((input) => shapeOf(graph, input).length + 1);
    const rank = Math.max(...ranks);
    const operand = (index: number): Argument => ({
      kind: 'input',
      index,
      // A tensor without axes but the batch has nothing to align.
      ...(ranks[index] !== rank && { rank }),
    });
    return untyped(callee, operand(0), operand(1));
  };
}
