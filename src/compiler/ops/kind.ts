/**
 * The one list of operations. Each concern is a table with a row for every kind, so that a missing row fails `tsc`:
 *
 *   signature/  what a call may say: inputs, parameters, defaults, documentation
 *   shape/      output shapes and resolved attributes, from possibly symbolic sizes
 *   weights/    trainable and running tensors with their initialisers
 *   cost/       multiply-accumulates
 *   ../lower/      forward, as kernels of a program
 *   ../gradient/   backward, as kernels of a program
 *   ../emit/tfjs/  TensorFlow.js source
 */

import type { Initializer } from './initializer.ts';

/** Height and width. */
export type Pair<N = number> = readonly [N, N];

/** Zero padding before and after each spatial axis: `[[top, bottom], [left, right]]`. */
export type Pads<N = number> = readonly [Pair<N>, Pair<N>];

export interface Window<N = number> {
  readonly kernel: Pair<N>;
  readonly stride: Pair<N>;
  readonly dilation: Pair<N>;
  readonly padding: Pads<N>;
}

/** What a layer with a kernel, and with a bias where it wants one, says of them. */
export interface Kernel {
  readonly bias: boolean;
  readonly initializer: Initializer;
  readonly biasInitializer: Initializer;
}

/** Whether a normalisation learns a factor and an offset a channel. */
export interface ScaleAndOffset {
  readonly scale: boolean;
  readonly offset: boolean;
}

/** What one decision of a dropout is about. */
export type DropoutUnit = 'element' | 'channel' | 'example';

// biome-ignore lint/complexity/noBannedTypes: an operation without attributes
type None = {};

/** The resolved attributes of each operation, as a node carries them. */
export interface OpAttributes {
  // sources: what comes from no other operation
  input: None;
  /** A learned tensor, the same for every example. */
  weight: { shape: readonly number[]; initializer: Initializer };
  /** Numbers that are known when the model is built, in the order of `shape`; the same for every example. */
  constant: { shape: readonly number[]; values: readonly number[] };

  // convolution and dense
  conv2d: Window & Kernel & { filters: number; groups: number };
  depthwise_conv2d: Window & Kernel & { multiplier: number };
  /** `padding` is cut from the output; `outputPadding` adds rows and columns at its end. */
  conv2d_transpose: Window & Kernel & { filters: number; groups: number; outputPadding: Pair };
  /** A matrix product over the last axis. */
  dense: Kernel & { units: number };
  /** `[…, M, K] × […, K, N]`; leading axes broadcast. */
  matmul: { transposeA: boolean; transposeB: boolean };

  // over sequences, `[L, C]`: the window is that of an image of one row, `[1, L, C]`
  conv1d: Window & Kernel & { filters: number; groups: number };
  depthwise_conv1d: Window & Kernel & { multiplier: number };
  max_pool1d: Window;
  avg_pool1d: Window & { countPadding: boolean; ceiling: Pair };

  // pooling
  max_pool: Window;
  /**
   * `countPadding`: whether padded zeros count in the divisor. The last `ceiling` rows and columns of the padding never
   * do: a last window that reaches over the end (`ceil_mode`) added them.
   */
  avg_pool: Window & { countPadding: boolean; ceiling: Pair };
  global_avg_pool: None;
  global_max_pool: None;
  /** Averages over output×output cells from `⌊i·H/h⌋` to `⌈(i+1)·H/h⌉`, as PyTorch. */
  adaptive_avg_pool: { output: Pair };
  adaptive_max_pool: { output: Pair };

  // normalisation
  /** Over the batch and all axes but the last. `momentum` is the share of the old running value kept. */
  batch_norm: ScaleAndOffset & { epsilon: number; momentum: number };
  group_norm: ScaleAndOffset & { groups: number; epsilon: number };
  instance_norm: ScaleAndOffset & { epsilon: number };
  /** Over the last axis. */
  layer_norm: ScaleAndOffset & { epsilon: number };
  /** `x / √(mean(x²) + ε) · γ` over the last axis (Zhang and Sennrich 2019). */
  rms_norm: { epsilon: number; scale: boolean };
  /** `x / √(max(Σ x², ε))` over `axis`. */
  l2_normalize: { axis: number; epsilon: number };

  // activation
  relu: None;
  relu6: None;
  leaky_relu: { alpha: number };
  /** `leaky_relu` with a learned slope a channel (He et al. 2015). */
  prelu: None;
  elu: { alpha: number };
  /** `approximate` is the tanh form. */
  gelu: { approximate: boolean };
  silu: None;
  sigmoid: None;
  /** `clamp(x / 6 + 1 / 2, 0, 1)`, as PyTorch. */
  hard_sigmoid: None;
  /** `x · hard_sigmoid(x)`. */
  hard_swish: None;
  tanh: None;
  /** `clamp(x, -1, 1)`. */
  hard_tanh: None;
  /** `x · tanh(softplus(x))` (Misra 2019). */
  mish: None;
  /** `scale · elu(x, alpha)` with the constants of Klambauer et al. 2017. */
  selu: None;
  softplus: None;
  /** Over `axis`, counted without the batch. */
  softmax: { axis: number };
  exp: None;
  log: None;
  sqrt: None;
  square: None;
  abs: None;
  /** `x ^ exponent`; of negative numbers whole exponents only. */
  power: { exponent: number };
  reciprocal: None;
  /** `min(max(x, low), high)`; null where there is no such bound. */
  clip: { low: number | null; high: number | null };
  sin: None;
  cos: None;
  /**
   * Zeroes a share `rate` while training and scales the rest by 1 / (1 − rate). `per`: of the elements, of the channels
   * of each example (spatial dropout), or of the examples (stochastic depth).
   */
  dropout: { rate: number; per: DropoutUnit };

  // arithmetic, broadcasting as NumPy over the logical axes
  add: None;
  sub: None;
  mul: None;
  div: None;
  maximum: None;
  minimum: None;
  /** `scale · x + offset`, both constants: what `2 * x`, `1 - x` and `-x` become. */
  affine: { scale: number; offset: number };

  // shape; axes are counted without the batch and never negative
  concat: { axis: number };
  /** Cuts `axis` into pieces of these sizes, one output each. */
  split: { axis: number; sizes: readonly number[] };
  slice: { axis: number; start: number; end: number };
  reshape: { shape: readonly number[] };
  flatten: None;
  transpose: { permutation: readonly number[] };
  /** Before and after each axis. */
  pad: { pads: readonly Pair[]; value: number };
  reduce_mean: { axes: readonly number[]; keepAxes: boolean };
  reduce_sum: { axes: readonly number[]; keepAxes: boolean };
  reduce_max: { axes: readonly number[]; keepAxes: boolean };
  reduce_min: { axes: readonly number[]; keepAxes: boolean };
  /** Positions of `axis` by index; `indices` are flat, in the shape `places`, which takes the place of the axis. */
  gather: { axis: number; indices: readonly number[]; places: readonly number[] };
  /** Rows of a learned `[vocabulary, width]`. */
  embedding: { vocabulary: number; width: number; initializer: Initializer };
  /** Rows of a tensor `[rows, width]` by the whole numbers of another. */
  lookup: None;
  /** Half-pixel centres, as PyTorch with `align_corners=False` and Keras. */
  upsample: { scale: Pair; method: 'nearest' | 'bilinear' };
  /** To any height and width, as PyTorch's `interpolate`. */
  resize: { size: Pair; method: 'nearest' | 'bilinear'; alignCorners: boolean };
  /** By NumPy broadcasting. */
  broadcast_to: { shape: readonly number[] };
}

export type OpKind = keyof OpAttributes;
