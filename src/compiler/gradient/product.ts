import { factors, rowCount, swapLastAxes } from '../lower/product.ts';
import type { LowerContext, Placed } from '../lower/rule.ts';
import type { Tensor } from '../program/builder.ts';
import type { GradientTable } from './rule.ts';

export const product: Pick<GradientTable, 'dense' | 'matmul'> = {
  dense(context, _node, { inputs: [x], weights }, [output]) {
    const { builder: b, batch } = context;
    const [inputs, units] = weights['kernel']!.shape as [number, number];
    const rows = rowCount(batch, x!);
    const gradient = b.reshape(context.as(output!, 'channels-last'), [rows, units]);
    const seen = b.reshape(context.as(x!, 'channels-last'), [rows, inputs]);
    const dx = b.matmul(gradient, swapLastAxes(b, weights['kernel']!));
    const kernel = b.matmul(swapLastAxes(b, seen), gradient);
    const bias = weights['bias'] && { bias: b.sumTo(gradient, [units]) };
    return {
      inputs: [context.place(b.reshape(dx, [batch, ...x!.shape]), 'channels-last', x!.shape)],
      weights: { kernel, ...bias },
    };
  },

  /** `dA = dY · Bᵀ` and `dB = Aᵀ · dY`, of the factors as they were multiplied. */
  matmul(context, { attributes }, { inputs: [a, b] }, [output]) {
    const { builder } = context;
    const [left, right] = factors(builder, a!, b!, attributes);
    const gradient = context.as(output!, 'channels-last');
    const dLeft = builder.matmul(gradient, swapLastAxes(builder, right));
    const dRight = builder.matmul(swapLastAxes(builder, left), gradient);
    return {
      inputs: [
        ofFactor(context, a!, builder.sumTo(dLeft, left.shape), attributes.transposeA),
        ofFactor(context, b!, builder.sumTo(dRight, right.shape), attributes.transposeB),
      ],
    };
  },
};

/** Back from the form in which an operand was multiplied. */
function ofFactor(context: LowerContext, operand: Placed, gradient: Tensor, transposed: boolean): Placed {
  const { builder, batch } = context;
  const straight = transposed ? swapLastAxes(builder, gradient) : gradient;
  return context.place(builder.reshape(straight, [batch, ...operand.shape]), 'channels-last', operand.shape);
}
