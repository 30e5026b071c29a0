import type { arithmetic as forwardRules } from '../lower/arithmetic.ts';
import { physicalShape } from '../lower/layout.ts';
import type { LowerContext, Placed } from '../lower/rule.ts';
import type { OpKind } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { GradientRule, GradientTable } from './rule.ts';

export const arithmetic: Pick<GradientTable, keyof typeof forwardRules> = {
  add: broadcasting((_, { dy }) => [dy, dy]),
  sub: broadcasting((builder, { dy }) => [dy, builder.neg(dy)]),
  mul: broadcasting((builder, { a, b, dy }) => [builder.mul(dy, b), builder.mul(dy, a)]),
  div: broadcasting((builder, { b, y, dy }) => {
    const share = builder.div(dy, b);
    return [share, builder.neg(builder.mul(share, y))];
  }),
  // a tie is the first operand's
  maximum: broadcasting((builder, { a, b, dy }) => oneOrOther(builder, builder.compare('greater_equal', a, b), dy)),
  minimum: broadcasting((builder, { a, b, dy }) => oneOrOther(builder, builder.compare('less_equal', a, b), dy)),

  affine(context, { attributes }, { inputs: [x] }, [output]) {
    const dx = context.builder.scale(context.as(output!, x!.layout), attributes.scale);
    return { inputs: [context.place(dx, x!.layout, x!.shape)] };
  },
};

interface Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly y: Tensor;
  readonly dy: Tensor;
}

/** The rule of an operation on two values that broadcast; `derivatives` gives those of both at full size. */
function broadcasting<K extends OpKind>(
  derivatives: (builder: Builder, operands: Operands) => readonly [Tensor, Tensor],
): GradientRule<K> {
  return (context, _node, { inputs, outputs: [y], saved }, [output]) => {
    const { a, b } = saved as { a: Tensor; b: Tensor };
    const dy = context.as(output!, y!.layout);
    const full = derivatives(context.builder, { a, b, y: y!.tensor, dy });
    return {
      inputs: [
        ofOperand(context, inputs[0]!, y!, full[0], a.shape),
        ofOperand(context, inputs[1]!, y!, full[1], b.shape),
      ],
    };
  };
}

/** Sums over the axes that were broadcast and drops those put in front. */
function ofOperand(
  context: LowerContext,
  operand: Placed,
  { layout }: Placed,
  gradient: Tensor,
  met: readonly number[],
): Placed {
  const { builder, batch } = context;
  const summed = builder.sumTo(gradient, met);
  const own = operand.shape.length < 2 ? 'channels-last' : layout;
  return context.place(builder.reshape(summed, physicalShape(own, batch, operand.shape)), own, operand.shape);
}

function oneOrOther(builder: Builder, first: Tensor, dy: Tensor): readonly [Tensor, Tensor] {
  const nothing = builder.constant(0);
  return [builder.where(first, dy, nothing), builder.where(first, nothing, dy)];
}
