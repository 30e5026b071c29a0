/**
 * Builds a program, an instruction a call. Shapes are inferred and checked here, so that a wrong rule fails where it is
 * written. Equal instructions without side effects are made once (the same operands and attributes give the same id).
 */
import type { Binary, Comparison, DataType, Program, Reduction, SpatialWindow, TensorId, Unary } from './program.ts';

/** A tensor under construction. */
export interface Tensor {
  readonly id: TensorId;
  readonly shape: readonly number[];
  readonly type: DataType;
}

export interface Builder {
  /** Marks what follows as computed for this node, until the next call. */
  origin(label: string): void;

  input(name: string, shape: readonly number[], type?: DataType): Tensor;
  /** A float32 tensor of these numbers; a plain number is a scalar of shape []. */
  constant(data: number | Float32Array, shape?: readonly number[]): Tensor;
  /** An int64 vector. */
  indices(data: readonly number[], shape?: readonly number[]): Tensor;

  unary(fn: Unary, x: Tensor): Tensor;
  binary(fn: Binary, a: Tensor, b: Tensor): Tensor;
  compare(fn: Comparison, a: Tensor, b: Tensor): Tensor;
  where(condition: Tensor, a: Tensor, b: Tensor): Tensor;
  cast(x: Tensor, to: DataType): Tensor;
  reduce(fn: Reduction, x: Tensor, axes: readonly number[]): Tensor;

  reshape(x: Tensor, shape: readonly number[]): Tensor;
  transpose(x: Tensor, permutation: readonly number[]): Tensor;
  expand(x: Tensor, shape: readonly number[]): Tensor;
  /** `starts` and `ends` for every axis; steps default to 1. */
  slice(x: Tensor, starts: readonly number[], ends: readonly number[], steps?: readonly number[]): Tensor;
  concat(xs: readonly Tensor[], axis: number): Tensor;
  pad(x: Tensor, pads: readonly (readonly [number, number])[], value?: number): Tensor;
  gather(x: Tensor, indices: Tensor, axis: number): Tensor;
  scatterAdd(x: Tensor, indices: Tensor, updates: Tensor): Tensor;

  /** The first `count` (int64 [1]) of x, which has no more. */
  first(x: Tensor, count: Tensor): Tensor;

  matmul(a: Tensor, b: Tensor): Tensor;
  conv(x: Tensor, filter: Tensor, bias: Tensor | undefined, window: SpatialWindow & { groups: number }): Tensor;
  convTranspose(
    x: Tensor,
    filter: Tensor,
    bias: Tensor | undefined,
    window: SpatialWindow & { groups: number; outputPads: readonly number[] },
  ): Tensor;
  maxPool(x: Tensor, window: SpatialWindow & { kernel: readonly number[] }): Tensor;
  /** int64: where in all of x the maximum of each window is. */
  maxPoolPlaces(x: Tensor, window: SpatialWindow & { kernel: readonly number[] }): Tensor;
  /** `shape`, with `y` in its places, which are all different, and zeros elsewhere. */
  maxUnpool(
    y: Tensor,
    places: Tensor,
    window: { kernel: readonly number[]; strides: readonly number[] },
    shape: readonly number[],
  ): Tensor;
  averagePool(x: Tensor, window: SpatialWindow & { kernel: readonly number[]; countPadding: boolean }): Tensor;
  softmax(x: Tensor, axis: number): Tensor;
  /** By given statistics: `[gamma, beta, mean, variance]`, all `[C]`. */
  batchNorm(x: Tensor, vectors: readonly [Tensor, Tensor, Tensor, Tensor], epsilon: number): Tensor;
  /** Each channel of each example, `[N, C, …]`, by its own statistics. */
  instanceNorm(x: Tensor, epsilon: number): Tensor;
  /** Over the last axis, by its own statistics: `[gamma, beta]`, both `[C]`. */
  layerNorm(x: Tensor, vectors: readonly [Tensor, Tensor], epsilon: number): Tensor;

  // what rules say often
  neg(x: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: Tensor, b: Tensor): Tensor;
  /** `scale · x`. */
  scale(x: Tensor, scale: number): Tensor;
  /** Sums over the axes along which `shape` was broadcast to `x.shape`: the adjoint of broadcasting. */
  sumTo(x: Tensor, shape: readonly number[]): Tensor;

  /** The program so far with these outputs, without what they do not need. */
  finish(outputs: readonly { name: string; tensor: Tensor }[]): Program;
}
