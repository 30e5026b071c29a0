/**
 * Adaptive pooling, enlargement and other sizes. Both are separable, so that averages and interpolation are one product with a
 * constant matrix along each spatial axis, exact and with an obvious adjoint.
 */
import type { Pair } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { LowerTable } from './rule.ts';

export const resampling: Pick<LowerTable, 'adaptive_avg_pool' | 'adaptive_max_pool' | 'upsample' | 'resize'> = {
  adaptive_avg_pool(context, node, [x]) {
    const { output } = node.attributes;
    const matrices = averagingMatrices(x!.shape, output);
    const y = alongBothAxes(context.builder, context.as(x!, 'channels-first'), matrices);
    return { outputs: [context.place(y, 'channels-first', context.shapeOf(node.outputs[0]!))] };
  },

  /** Saves the input with the maxima of its columns already taken, `[N, C, H, w]`. */
  adaptive_max_pool(context, node, [x]) {
    const { builder } = context;
    const { output } = node.attributes;
    const narrowed = maxima(builder, context.as(x!, 'channels-first'), 3, output[1]);
    const y = maxima(builder, narrowed, 2, output[0]);
    return {
      outputs: [context.place(y, 'channels-first', context.shapeOf(node.outputs[0]!))],
      saved: { narrowed },
    };
  },

  upsample(context, node, [x]) {
    const { builder } = context;
    const { scale, method } = node.attributes;
    const image = context.as(x!, 'channels-first');
    const y =
      method === 'nearest'
        ? repeat(builder, image, scale)
        : alongBothAxes(builder, image, interpolationMatrices(x!.shape, enlarged(x!.shape, scale)));
    return { outputs: [context.place(y, 'channels-first', context.shapeOf(node.outputs[0]!))] };
  },

  resize(context, node, [x]) {
    const { builder } = context;
    const { size, method, alignCorners } = node.attributes;
    const image = context.as(x!, 'channels-first');
    const nearest = (y: Tensor, axis: 0 | 1): Tensor =>
      builder.gather(y, builder.indices(nearestPositions(x!.shape[axis]!, size[axis])), axis + 2);
    const y =
      method === 'nearest'
        ? nearest(nearest(image, 0), 1)
        : alongBothAxes(builder, image, interpolationMatrices(x!.shape, size, alignCorners));
    return { outputs: [context.place(y, 'channels-first', context.shapeOf(node.outputs[0]!))] };
  },
};

/** `[to, from]`, in rows. */
export interface Matrix {
  readonly to: number;
  readonly from: number;
  readonly data: Float32Array;
}

/** Applies `rows` along H and `columns` along W of `[N, C, H, W]`. */
export function alongBothAxes(b: Builder, x: Tensor, [rows, columns]: readonly [Matrix, Matrix]): Tensor {
  const horizontal = b.transpose(b.constant(columns.data, [columns.to, columns.from]), [1, 0]);
  return b.matmul(b.constant(rows.data, [rows.to, rows.from]), b.matmul(x, horizontal));
}

export function transposed({ to, from, data }: Matrix): Matrix {
  return {
    to: from,
    from: to,
    data: Float32Array.from(data, (_, at) => data[(at % to) * from + Math.floor(at / to)]!),
  };
}

/** Where the cells of an adaptive pool begin and end: `[⌊i·n/cells⌋, ⌈(i+1)·n/cells⌉)`. */
export function cellsOf(size: number, cells: number): readonly Pair[] {
  return Array.from({ length: cells }, (_, cell) => [
    Math.floor((cell * size) / cells),
    Math.ceil(((cell + 1) * size) / cells),
  ]);
}

export function averagingMatrices(shape: readonly number[], output: Pair): [Matrix, Matrix] {
  return [averaging(shape[0]!, output[0]), averaging(shape[1]!, output[1])];
}

function averaging(from: number, to: number): Matrix {
  const data = new Float32Array(to * from);
  for (const [cell, [start, end]] of cellsOf(from, to).entries()) {
    data.fill(1 / (end - start), cell * from + start, cell * from + end);
  }
  return { to, from, data };
}

/** Height and width times whole factors. */
export function enlarged(shape: readonly number[], scale: Pair): Pair {
  return [shape[0]! * scale[0], shape[1]! * scale[1]];
}

/** The position that each of `to` new ones repeats: that in which it begins. */
export function nearestPositions(from: number, to: number): readonly number[] {
  return Array.from({ length: to }, (_, at) => Math.floor((at * from) / to));
}

export function interpolationMatrices(shape: readonly number[], size: Pair, alignCorners = false): [Matrix, Matrix] {
  return [interpolation(shape[0]!, size[0], alignCorners), interpolation(shape[1]!, size[1], alignCorners)];
}

/**
 * Linear, between the centres of pixels; beyond the outermost centres the edge is repeated. With aligned corners the
 * outermost pixels stay where they are.
 */
function interpolation(from: number, to: number, alignCorners: boolean): Matrix {
  const data = new Float32Array(to * from);
  const place = (at: number): number => {
    if (alignCorners) return to === 1 ? 0 : (at * (from - 1)) / (to - 1);
    return Math.min(from - 1, Math.max(0, ((at + 0.5) * from) / to - 0.5));
  };
  for (let at = 0; at < to; at++) {
    const centre = place(at);
    const left = Math.floor(centre);
    const right = Math.min(from - 1, left + 1);
    data[at * from + left]! += 1 - (centre - left);
    data[at * from + right]! += centre - left;
  }
  return { to, from, data };
}

/** Each pixel as a block of `scale` equal ones. */
function repeat(b: Builder, x: Tensor, scale: Pair): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const spread = b.expand(b.reshape(x, [batch, channels, height, 1, width, 1]), [
    batch,
    channels,
    height,
    scale[0],
    width,
    scale[1],
  ]);
  return b.reshape(spread, [batch, channels, height * scale[0], width * scale[1]]);
}

function maxima(b: Builder, x: Tensor, axis: number, cells: number): Tensor {
  const slices = cellsOf(x.shape[axis]!, cells).map((cell) => b.reduce('max', cellSlice(b, x, axis, cell), [axis]));
  return b.concat(slices, axis);
}

export function cellSlice(b: Builder, x: Tensor, axis: number, [start, end]: Pair): Tensor {
  return b.slice(
    x,
    x.shape.map((_, each) => (each === axis ? start : 0)),
    x.shape.map((size, each) => (each === axis ? end : size)),
  );
}
