import type { OpKind, Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { Reduction } from '../program/program.ts';
import { spatialWindow } from './filter.ts';
import { physicalAxis } from './layout.ts';
import type { LowerRule, LowerTable, Placed } from './rule.ts';

export const pooling: Pick<LowerTable, 'max_pool' | 'avg_pool' | 'global_avg_pool' | 'global_max_pool'> = {
  max_pool(context, node, [x]) {
    const window = { ...spatialWindow(node.attributes), kernel: node.attributes.kernel };
    const y = context.builder.maxPool(context.as(x!, 'channels-first'), window);
    return { outputs: [context.place(y, 'channels-first', context.shapeOf(node.outputs[0]!))] };
  },

  avg_pool(context, node, [x]) {
    const { builder } = context;
    const { attributes } = node;
    const image = context.as(x!, 'channels-first');
    const plain = attributes.dilation.every((dilation) => dilation === 1);
    const average = plain ? averageOfWindows : averageOfTaps;
    const y = average(builder, image, attributes, context.shapeOf(node.outputs[0]!));
    return { outputs: [context.place(y, 'channels-first', context.shapeOf(node.outputs[0]!))] };
  },

  global_avg_pool: overPositions('mean'),
  global_max_pool: overPositions('max'),
};

type Average = Window & { readonly countPadding: boolean; readonly ceiling: Pair };

function averageOfWindows(b: Builder, image: Tensor, attributes: Average, output: readonly number[]): Tensor {
  const { kernel, countPadding, ceiling } = attributes;
  const mean = b.averagePool(image, { ...spatialWindow(attributes), kernel, countPadding });
  if (!countPadding || ceiling.every((size) => size === 0)) return mean;
  // the kernel counts all of the padding
  const counts = reciprocalCounts(b, attributes, image.shape.slice(2), output);
  return b.mul(mean, b.scale(counts, kernel[0] * kernel[1]));
}

/** A dilated average, which the kernel does not have: a depthwise sum, divided by how many taps count. */
function averageOfTaps(b: Builder, image: Tensor, attributes: Average, output: readonly number[]): Tensor {
  const channels = image.shape[1]!;
  const ones = b.constant(1, [channels, 1, ...attributes.kernel]);
  const sum = b.conv(image, ones, undefined, { ...spatialWindow(attributes), groups: channels });
  return b.mul(sum, reciprocalCounts(b, attributes, image.shape.slice(2), output));
}

/** What each window's sum is multiplied by, `[1, 1, H', W']`, or one number for all where padding counts. */
export function reciprocalCounts(
  b: Builder,
  attributes: Average,
  input: readonly number[],
  output: readonly number[],
): Tensor {
  const { kernel, stride, dilation, padding, countPadding, ceiling } = attributes;
  const [height, width] = [output[0]!, output[1]!];
  const inside = ([0, 1] as const).map((axis) =>
    Array.from({ length: output[axis]! }, (_, at) => {
      const [before, after] = countPadding ? padding[axis] : [0, 0];
      const end = input[axis]! + after - (countPadding ? ceiling[axis] : 0);
      const first = at * stride[axis] - padding[axis][0];
      const taps = Array.from({ length: kernel[axis] }, (_, tap) => first + tap * dilation[axis]);
      return taps.filter((position) => position >= -before && position < end).length;
    }),
  );
  const [rows, columns] = inside as [number[], number[]];
  if (new Set(rows).size === 1 && new Set(columns).size === 1) return b.constant(1 / (rows[0]! * columns[0]!));
  const counts = rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
  return b.constant(Float32Array.from(counts), [1, 1, height, width]);
}

/** Over all logical axes but the last, which are gone from the result. */
function overPositions<K extends OpKind>(fn: Reduction): LowerRule<K> {
  return (context, _node, [x]) => {
    const { builder, batch } = context;
    const channels = x!.shape.at(-1)!;
    const reduced = builder.reduce(fn, x!.tensor, positionAxes(x!));
    return { outputs: [context.place(builder.reshape(reduced, [batch, channels]), 'channels-last', [channels])] };
  };
}

/** The axes of the tensor other than batch and channels. */
export function positionAxes({ layout, shape }: Placed): number[] {
  return Array.from({ length: shape.length - 1 }, (_, axis) => physicalAxis(layout, shape.length, axis));
}
