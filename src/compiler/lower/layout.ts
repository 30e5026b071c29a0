/**
 * Where the logical, channel-last axes of a value stand in its tensor. Broadcasting is a matter of the logical axes: a
 * `[C]` next to a `[H, W, C]` is `[1, 1, C]`, which is `[N, C, 1, 1]` when the image is channels-first.
 */
import { elementCount } from '../../shared/element-count.ts';
import type { Shape } from '../graph.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { Layout, Placed } from './rule.ts';

/** The axis of the tensor, batch axis included, at which a logical axis of a value of this rank stands. */
export function physicalAxis(layout: Layout, rank: number, axis: number): number {
  if (layout === 'channels-last') return axis + 1;
  return axis === rank - 1 ? 1 : axis + 2;
}

export function physicalShape(layout: Layout, batch: number, shape: Shape): number[] {
  if (layout === 'channels-last' || shape.length === 0) return [batch, ...shape];
  return [batch, shape.at(-1)!, ...shape.slice(0, -1)];
}

/** One entry a logical axis, rearranged to the order of the tensor, with an entry for the batch in front. */
export function physicalList<T>(layout: Layout, batch: T, entries: readonly T[]): T[] {
  if (layout === 'channels-last' || entries.length === 0) return [batch, ...entries];
  return [batch, entries.at(-1)!, ...entries.slice(0, -1)];
}

/** Whether both layouts have their numbers in the same order. */
function isOrderless(shape: Shape): boolean {
  const channels = shape.at(-1) ?? 1;
  return channels === 1 || shape.slice(0, -1).every((size) => size === 1);
}

export function inLayout(builder: Builder, { tensor, layout: from, shape }: Placed, to: Layout): Tensor {
  if (from === to) return tensor;
  const batch = tensor.shape[0]!;
  if (isOrderless(shape)) return builder.reshape(tensor, physicalShape(to, batch, shape));
  const spatial = Array.from({ length: shape.length - 1 }, (_, axis) => axis);
  const permutation =
    to === 'channels-first'
      ? [0, shape.length, ...spatial.map((axis) => axis + 1)]
      : [0, ...spatial.map((axis) => axis + 2), 1];
  return builder.transpose(tensor, permutation);
}

/** The layout that costs the least to bring all values to; channels-first where that is a tie between real images. */
export function commonLayout(values: readonly Placed[]): Layout {
  const sizeIn = (layout: Layout, counted: readonly Placed[]): number =>
    counted.filter((value) => value.layout === layout).reduce((total, { shape }) => total + elementCount(shape), 0);
  const ordered = values.filter(({ shape }) => !isOrderless(shape));
  // among values that cost nothing to move, what most of the data says is as good as anything
  const counted = ordered.length > 0 ? ordered : values.filter(({ shape }) => shape.length > 1);
  const [first, last] = [sizeIn('channels-first', counted), sizeIn('channels-last', counted)];
  return first > 0 && first >= last ? 'channels-first' : 'channels-last';
}

/** The value in that layout with axes of size 1 in front of its logical ones, up to `rank` logical axes. */
export function withRank(builder: Builder, value: Placed, rank: number, layout: Layout): Tensor {
  const missing = rank - value.shape.length;
  const shape = [...Array<number>(missing).fill(1), ...value.shape];
  const from = value.shape.length < 2 ? 'channels-last' : value.layout;
  const tensor = builder.reshape(value.tensor, physicalShape(from, value.tensor.shape[0]!, shape));
  return inLayout(builder, { tensor, layout: from, shape }, layout);
}

/** A vector over the channels, shaped to broadcast over a value of this rank: `[1, C, 1, …]` or `[C]`. */
export function overChannels(builder: Builder, vector: Tensor, layout: Layout, rank: number): Tensor {
  if (layout === 'channels-last') return vector;
  return builder.reshape(vector, [1, vector.shape[0]!, ...Array<number>(rank - 1).fill(1)]);
}
