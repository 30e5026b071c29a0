/**
 * The order of axes in which a program holds weights. The world has them channel-last, as `WeightSpec` states; a program
 * that trains reads and writes each one at every step, and a transpose of a large kernel takes as long as a convolution
 * with it. So it holds a weight, and the optimizer's slots, as its kernels read it; who loads or saves its state converts.
 */
import type { AxisOrder } from '../../shared/axis-order.ts';
import type { OpKind } from '../ops/kind.ts';
import type { WeightSpec } from '../ops/weights/index.ts';

/** The order in which to hold a weight of this operation: axes of `WeightSpec.shape`. */
export type WeightHolding = (op: OpKind, weight: WeightSpec) => AxisOrder;

export const asSpecified: WeightHolding = (_, { shape }) => shape.map((_, axis) => axis);

/** `[kh, kw, I / groups, O]` as `[O, I / groups, kh, kw]`. */
export const filterOrder: AxisOrder = [3, 2, 0, 1];
/** `[kh, kw, C, M]` as `[C, M, kh, kw]`. */
export const depthwiseFilterOrder: AxisOrder = [2, 3, 0, 1];

/** Operations not named here read their kernel as it is specified. */
const kernelOrders: Readonly<Partial<Record<OpKind, AxisOrder>>> = {
  conv2d: filterOrder,
  conv2d_transpose: filterOrder,
  depthwise_conv2d: depthwiseFilterOrder,
};

export const asFilters: WeightHolding = (op, weight) =>
  (weight.name === 'kernel' ? kernelOrders[op] : undefined) ?? asSpecified(op, weight);
