/**
 * A program: straight-line tensor code with explicit batch, weights and layouts, close to ONNX. Lowering makes the
 * forward part from the graph, differentiation the backward part, and the passes in `passes/` rewrite it.
 */

export type DataType = 'float32' | 'int64' | 'bool';

/** Index into `Program.instructions`: every instruction makes exactly one tensor. */
export type TensorId = number;

export type Unary =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'abs'
  | 'sign'
  /** 1 above 0, and 0 elsewhere. */
  | 'step'
  | 'floor'
  | 'tanh'
  | 'sigmoid'
  /** `min(max(x / 6 + 1 / 2, 0), 1)`. */
  | 'hard_sigmoid'
  | 'sin'
  | 'cos'
  | 'erf'
  | 'relu'
  | 'softplus'
  | 'not';
export type Binary = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min' | 'and' | 'or';
export type Comparison = 'equal' | 'greater' | 'greater_equal' | 'less' | 'less_equal';
export type Reduction = 'sum' | 'mean' | 'max' | 'min';

/** Spatial windows over `[N, C, H, W]` (any number of spatial axes). Lists have one entry a spatial axis. */
export interface SpatialWindow {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `[before, after]` of each spatial axis. */
  readonly pads: readonly (readonly [number, number])[];
}

/** The kernels and their attributes. Operands are in the comment. */
export interface KernelAttributes {
  /** No operands: fed at each run. */
  input: { readonly name: string };
  /** No operands. Booleans as 0 and 1. `name` is the path of the weight that it is, if it is one. */
  constant: { readonly data: Float32Array | BigInt64Array | Uint8Array; readonly name?: string };
  /** x */
  unary: { readonly fn: Unary };
  /** a, b; NumPy broadcasting */
  binary: { readonly fn: Binary };
  /** a, b → bool; NumPy broadcasting */
  compare: { readonly fn: Comparison };
  /** condition, a, b; NumPy broadcasting */
  where: object;
  /** x */
  cast: { readonly to: DataType };
  /** x; reduced axes stay with size 1 */
  reduce: { readonly fn: Reduction; readonly axes: readonly number[] };
  /** x → this instruction's shape */
  reshape: object;
  /** x */
  transpose: { readonly permutation: readonly number[] };
  /** x → this instruction's shape, by NumPy broadcasting */
  expand: object;
  /** x; one entry an axis; steps may be negative, as NumPy */
  slice: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly steps: readonly number[] };
  /** any number */
  concat: { readonly axis: number };
  /** x; constant padding, `[before, after]` of every axis; what is less than 0 is cut off */
  pad: { readonly pads: readonly (readonly [number, number])[]; readonly value: number };
  /** x, indices (int64) */
  gather: { readonly axis: number };
  /** x [V, …], indices (int64) [M, 1], updates [M, …] → x with each update added to the row of its index */
  scatter_add: object;
  /**
   * x, count (int64 [1]), not less than x has in its first axis → x. What this computes is there no sooner than the
   * count, and a runtime does not know beforehand how long it is.
   */
  first: object;
  /** a, b; NumPy batching over the leading axes */
  matmul: object;
  /** x [N, C, …], filter [O, C / groups, …], bias [O] if there is a third operand */
  conv: SpatialWindow & { readonly groups: number };
  /** x [N, O, …], filter [O, C / groups, …] → [N, C, …]: the adjoint of `conv` in x; bias [C] if there is a third */
  conv_transpose: SpatialWindow & { readonly groups: number; readonly outputPads: readonly number[] };
  /** x [N, C, …]; padding never wins */
  max_pool: SpatialWindow & { readonly kernel: readonly number[] };
  /** x [N, C, …] → int64: where in all of x the maximum of each window is, the first of them in scan order */
  max_pool_places: SpatialWindow & { readonly kernel: readonly number[] };
  /** y [N, C, …], one for each window without padding; places (int64), all different → this shape: y there, and zeros */
  max_unpool: { readonly kernel: readonly number[]; readonly strides: readonly number[] };
  /** x [N, C, …]; dilations are 1: opset 18 has no others */
  average_pool: SpatialWindow & { readonly kernel: readonly number[]; readonly countPadding: boolean };
  /** x */
  softmax: { readonly axis: number };
  /** x [N, C, …], gamma, beta, mean, variance, all [C]: `gamma · (x − mean) / √(variance + epsilon) + beta`; ε is a float32 */
  batch_norm: { readonly epsilon: number };
  /** x [N, C, …]: each channel of each example less its mean, over `√(variance + epsilon)`; ε is a float32 */
  instance_norm: { readonly epsilon: number };
  /** x, gamma, beta, both [C]: `gamma · (x − mean) / √(variance + epsilon) + beta` over the last axis, C; ε is a float32 */
  layer_norm: { readonly epsilon: number };
}

export type Kernel = keyof KernelAttributes;

export type Instruction<K extends Kernel = Kernel> = { [Each in K]: InstructionOf<Each> }[K];

interface InstructionOf<K extends Kernel> {
  readonly id: TensorId;
  readonly kernel: K;
  readonly attributes: KernelAttributes[K];
  readonly operands: readonly TensorId[];
  readonly shape: readonly number[];
  readonly type: DataType;
  /** The node or weight that this computes for, such as `local/conv2d` or `gradient local/conv2d`; for dumps and names. */
  readonly origin: string;
}

export interface Program {
  /** Each after its operands. */
  readonly instructions: readonly Instruction[];
  readonly outputs: readonly { readonly name: string; readonly tensor: TensorId }[];
}
