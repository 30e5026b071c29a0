/** Tensors with their axes in another order. */

/** For each axis of a tensor, which axis of another it is: `[1, 0]` is a matrix transposed. */
export type AxisOrder = readonly number[];

/** The sizes, or anything else of which each axis has one, in that order. */
export function inOrder<T>(entries: readonly T[], order: AxisOrder): T[] {
  return order.map((axis) => entries[axis]!);
}

/** The order that leads back. */
export function inverseOrder(order: AxisOrder): AxisOrder {
  return order.map((_, axis) => order.indexOf(axis));
}

/** Row-major numbers of a tensor of this shape with its axes in that order, in an array of their own. */
export function permuteAxes(data: Float32Array, shape: readonly number[], order: AxisOrder): Float32Array {
  if (order.every((axis, place) => axis === place)) return data.slice();
  const strides = inOrder(
    shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1)),
    order,
  );
  const sizes = inOrder(shape, order);
  const result = new Float32Array(data.length);
  const at = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!;
    // one further along the last axis, carrying over into those before it
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      at[axis]!++;
      if (at[axis]! < sizes[axis]!) break;
      from -= strides[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
  return result;
}
