import {
  alongBothAxes,
  averagingMatrices,
  cellSlice,
  cellsOf,
  enlarged,
  interpolationMatrices,
  nearestPositions,
  transposed,
} from '../lower/resampling.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { sumsByIndex } from './indexing.ts';
import type { GradientTable } from './rule.ts';
import { toFirstWinner } from './winner.ts';

export const resampling: Pick<GradientTable, 'adaptive_avg_pool' | 'adaptive_max_pool' | 'upsample' | 'resize'> = {
  adaptive_avg_pool(context, { attributes }, { inputs: [x] }, [output]) {
    const [rows, columns] = averagingMatrices(x!.shape, attributes.output);
    const gradient = context.as(output!, 'channels-first');
    const dx = alongBothAxes(context.builder, gradient, [transposed(rows), transposed(columns)]);
    return { inputs: [context.place(dx, 'channels-first', x!.shape)] };
  },

  adaptive_max_pool(context, _node, { inputs: [x], outputs: [y], saved }, [output]) {
    const { builder: b } = context;
    const [image, maximum, gradient] = [x!, y!, output!].map((value) => context.as(value, 'channels-first'));
    const { narrowed } = saved!;
    const dNarrowed = maximaGradient(b, narrowed!, maximum!, gradient!, 2);
    const dx = maximaGradient(b, image!, narrowed!, dNarrowed, 3);
    return { inputs: [context.place(dx, 'channels-first', x!.shape)] };
  },

  upsample(context, { attributes: { scale, method } }, { inputs: [x] }, [output]) {
    const { builder: b, batch } = context;
    const gradient = context.as(output!, 'channels-first');
    const [height, width, channels] = x!.shape as [number, number, number];
    if (method === 'nearest') {
      const blocks = b.reshape(gradient, [batch, channels, height, scale[0], width, scale[1]]);
      const sums = b.reshape(b.reduce('sum', blocks, [3, 5]), [batch, channels, height, width]);
      return { inputs: [context.place(sums, 'channels-first', x!.shape)] };
    }
    const [rows, columns] = interpolationMatrices(x!.shape, enlarged(x!.shape, scale));
    const dx = alongBothAxes(b, gradient, [transposed(rows), transposed(columns)]);
    return { inputs: [context.place(dx, 'channels-first', x!.shape)] };
  },

  resize(context, { attributes: { size, method, alignCorners } }, { inputs: [x] }, [output]) {
    const { builder: b } = context;
    const gradient = context.as(output!, 'channels-first');
    const [rows, columns] = interpolationMatrices(x!.shape, size, alignCorners);
    const back = (dy: Tensor, axis: 0 | 1): Tensor => {
      const from = x!.shape[axis]!;
      return sumsByIndex(b, dy, axis + 2, nearestPositions(from, size[axis]), from);
    };
    const dx =
      method === 'nearest'
        ? back(back(gradient, 1), 0)
        : alongBothAxes(b, gradient, [transposed(rows), transposed(columns)]);
    return { inputs: [context.place(dx, 'channels-first', x!.shape)] };
  },
};

/** The gradient of taking the maximum of each cell along one axis; cells may share elements. */
function maximaGradient(b: Builder, x: Tensor, maxima: Tensor, gradient: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  const parts = cellsOf(size, maxima.shape[axis]!).map(([start, end], cell) => {
    const [maximum, received] = [maxima, gradient].map((each) => cellSlice(b, each, axis, [cell, cell + 1]));
    const part = toFirstWinner(b, cellSlice(b, x, axis, [start, end]), maximum!, received!, [axis]);
    return b.pad(
      part,
      x.shape.map((_, each) => (each === axis ? ([start, size - end] as const) : ([0, 0] as const))),
    );
  });
  return parts.reduce((sum, part) => b.add(sum, part));
}
