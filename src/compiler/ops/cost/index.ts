/** Multiply-accumulates of each operation at batch 1: convolutions, dense layers and matrix products; the rest is free. */
import { elementCount } from '../../../shared/element-count.ts';
import { type Graph, type Node, type Shape, shapeOf } from '../../graph.ts';
import type { OpAttributes, OpKind } from '../kind.ts';

type Rule<K extends OpKind> = (attributes: OpAttributes[K], inputs: readonly Shape[], output: Shape) => number;

const free = (): number => 0;
const channels = (shape: Shape | undefined): number => shape!.at(-1)!;

function convolution({ kernel, groups }: OpAttributes['conv2d'], [x]: readonly Shape[], output: Shape): number {
  return elementCount(output) * kernel[0] * kernel[1] * (channels(x) / groups);
}

function depthwise({ kernel }: OpAttributes['depthwise_conv2d'], _: readonly Shape[], output: Shape): number {
  return elementCount(output) * kernel[0] * kernel[1];
}

export const costRules: { readonly [K in OpKind]: Rule<K> } = {
  conv2d: convolution,
  depthwise_conv2d: depthwise,
  conv1d: convolution,
  depthwise_conv1d: depthwise,
  conv2d_transpose: ({ kernel, filters, groups }, [x]) => elementCount(x!) * kernel[0] * kernel[1] * (filters / groups),
  dense: (_, [x], output) => elementCount(output) * channels(x),
  matmul: ({ transposeA }, [a], output) => elementCount(output) * (transposeA ? a!.at(-2)! : a!.at(-1)!),

  input: free,
  weight: free,
  constant: free,
  max_pool1d: free,
  avg_pool1d: free,
  max_pool: free,
  avg_pool: free,
  global_avg_pool: free,
  global_max_pool: free,
  adaptive_avg_pool: free,
  adaptive_max_pool: free,
  batch_norm: free,
  group_norm: free,
  instance_norm: free,
  layer_norm: free,
  rms_norm: free,
  l2_normalize: free,
  prelu: free,
  relu: free,
  relu6: free,
  leaky_relu: free,
  elu: free,
  gelu: free,
  silu: free,
  sigmoid: free,
  hard_sigmoid: free,
  hard_swish: free,
  tanh: free,
  hard_tanh: free,
  mish: free,
  selu: free,
  softplus: free,
  softmax: free,
  exp: free,
  log: free,
  sqrt: free,
  square: free,
  abs: free,
  sin: free,
  cos: free,
  power: free,
  reciprocal: free,
  clip: free,
  dropout: free,
  add: free,
  sub: free,
  mul: free,
  div: free,
  maximum: free,
  minimum: free,
  affine: free,
  concat: free,
  split: free,
  slice: free,
  reshape: free,
  flatten: free,
  transpose: free,
  pad: free,
  reduce_mean: free,
  reduce_sum: free,
  reduce_max: free,
  reduce_min: free,
  gather: free,
  embedding: free,
  lookup: free,
  resize: free,
  broadcast_to: free,
  upsample: free,
};

/** Multiply-accumulates of one node at batch 1. */
export function macsOf(graph: Graph, node: Node): number {
  const rule = costRules[node.op] as Rule<OpKind>;
  const inputs = node.inputs.map((input) => shapeOf(graph, input));
  return rule(node.attributes, inputs, shapeOf(graph, node.outputs[0]!));
}
