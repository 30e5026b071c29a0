/** The kind of work that an operation does, which gives it its colour. */
import type { OpKind } from '../ops/kind.ts';

/** In the order of a legend. */
export const FAMILIES = ['linear', 'norm', 'activation', 'pool', 'merge', 'shape', 'random', 'source'] as const;
export type Family = (typeof FAMILIES)[number];

/** What a legend calls it. */
export const familyTitles: Readonly<Record<Family, string>> = {
  linear: 'convolution, dense, matrix product',
  norm: 'normalisation',
  activation: 'activation',
  pool: 'pooling, resampling, reduction',
  merge: 'sum, product, concatenation',
  shape: 'shape',
  random: 'dropout',
  source: 'input, output, learned or constant tensor',
};

export const familyOf: Readonly<Record<OpKind, Family>> = {
  input: 'source',
  weight: 'source',
  constant: 'source',
  embedding: 'source',
  lookup: 'source',

  conv2d: 'linear',
  depthwise_conv2d: 'linear',
  conv2d_transpose: 'linear',
  conv1d: 'linear',
  depthwise_conv1d: 'linear',
  dense: 'linear',
  matmul: 'linear',

  batch_norm: 'norm',
  group_norm: 'norm',
  instance_norm: 'norm',
  layer_norm: 'norm',
  rms_norm: 'norm',
  l2_normalize: 'norm',

  relu: 'activation',
  relu6: 'activation',
  leaky_relu: 'activation',
  prelu: 'activation',
  elu: 'activation',
  gelu: 'activation',
  silu: 'activation',
  sigmoid: 'activation',
  hard_sigmoid: 'activation',
  hard_swish: 'activation',
  tanh: 'activation',
  hard_tanh: 'activation',
  mish: 'activation',
  selu: 'activation',
  softplus: 'activation',
  softmax: 'activation',
  exp: 'activation',
  log: 'activation',
  sqrt: 'activation',
  square: 'activation',
  abs: 'activation',
  power: 'activation',
  reciprocal: 'activation',
  clip: 'activation',
  sin: 'activation',
  cos: 'activation',

  max_pool: 'pool',
  avg_pool: 'pool',
  max_pool1d: 'pool',
  avg_pool1d: 'pool',
  global_avg_pool: 'pool',
  global_max_pool: 'pool',
  adaptive_avg_pool: 'pool',
  adaptive_max_pool: 'pool',
  upsample: 'pool',
  resize: 'pool',
  reduce_mean: 'pool',
  reduce_sum: 'pool',
  reduce_max: 'pool',
  reduce_min: 'pool',

  add: 'merge',
  sub: 'merge',
  mul: 'merge',
  div: 'merge',
  maximum: 'merge',
  minimum: 'merge',
  affine: 'merge',
  concat: 'merge',

  split: 'shape',
  slice: 'shape',
  reshape: 'shape',
  flatten: 'shape',
  transpose: 'shape',
  pad: 'shape',
  gather: 'shape',
  broadcast_to: 'shape',

  dropout: 'random',
};
