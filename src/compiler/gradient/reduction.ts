import type { reduction as forwardRules } from '../lower/reduction.ts';
import { reducedAxes } from '../lower/reduction.ts';
import type { Placed } from '../lower/rule.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { GradientRule, GradientTable } from './rule.ts';
import { toFirstWinner } from './winner.ts';

export const reduction: Pick<GradientTable, keyof typeof forwardRules> = {
  reduce_mean(context, { attributes }, { inputs: [x] }, [output]) {
    const { builder: b } = context;
    const count = attributes.axes.reduce((product, axis) => product * x!.shape[axis]!, 1);
    const share = b.scale(withReducedAxes(b, x!, attributes.axes, output!), 1 / count);
    return { inputs: [context.place(b.expand(share, x!.tensor.shape), x!.layout, x!.shape)] };
  },

  reduce_sum(context, { attributes }, { inputs: [x] }, [output]) {
    const { builder: b } = context;
    const gradient = withReducedAxes(b, x!, attributes.axes, output!);
    return { inputs: [context.place(b.expand(gradient, x!.tensor.shape), x!.layout, x!.shape)] };
  },

  reduce_max: towardsWinner(),
  reduce_min: towardsWinner(),
};

function towardsWinner<K extends 'reduce_max' | 'reduce_min'>(): GradientRule<K> {
  return (context, { attributes: { axes } }, { inputs: [x], outputs: [y] }, [output]) => {
    const { builder: b } = context;
    const [winner, gradient] = [y!, output!].map((value) => withReducedAxes(b, x!, axes, value));
    const dx = toFirstWinner(b, x!.tensor, winner!, gradient!, reducedAxes(x!, axes));
    return { inputs: [context.place(dx, x!.layout, x!.shape)] };
  };
}

/** What was reduced from `x` (in the layout that the reduction gave it) with its axes back, at size 1. */
function withReducedAxes(b: Builder, x: Placed, axes: readonly number[], reduced: Placed): Tensor {
  const gone = reducedAxes(x, axes);
  return b.reshape(
    reduced.tensor,
    x.tensor.shape.map((size, axis) => (gone.includes(axis) ? 1 : size)),
  );
}
