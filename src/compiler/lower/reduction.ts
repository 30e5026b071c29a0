import type { Reduction } from '../program/program.ts';
import { physicalAxis, physicalShape } from './layout.ts';
import type { Layout, LowerRule, LowerTable, Placed } from './rule.ts';

type ReduceOp = 'reduce_mean' | 'reduce_sum' | 'reduce_max' | 'reduce_min';

export const reduction: Pick<LowerTable, ReduceOp> = {
  reduce_mean: reducing('mean'),
  reduce_sum: reducing('sum'),
  reduce_max: reducing('max'),
  reduce_min: reducing('min'),
};

function reducing<K extends ReduceOp>(fn: Reduction): LowerRule<K> {
  return (context, node, [x]) => {
    const { builder, batch } = context;
    const shape = context.shapeOf(node.outputs[0]!);
    const layout = layoutAfter(x!, node.attributes);
    const reduced = builder.reduce(fn, x!.tensor, reducedAxes(x!, node.attributes.axes));
    const y = builder.reshape(reduced, physicalShape(layout, batch, shape));
    return { outputs: [context.place(y, layout, shape)] };
  };
}

/** Without the last axis, what is left of `[N, C, H, W]` stands in logical order. */
function layoutAfter(
  { layout, shape }: Placed,
  { axes, keepAxes }: { axes: readonly number[]; keepAxes: boolean },
): Layout {
  return keepAxes || !axes.includes(shape.length - 1) ? layout : 'channels-last';
}

export function reducedAxes({ layout, shape }: Placed, axes: readonly number[]): number[] {
  return axes.map((axis) => physicalAxis(layout, shape.length, axis));
}
