/** The weights of each operation: names, shapes, initialisers, and whether training moves them. */
import { type Graph, type Node, type Shape, shapeOf } from '../../graph.ts';
import { type Fans, fansOf, type Initializer, ones, zeros } from '../initializer.ts';
import type { Kernel, OpAttributes, OpKind, ScaleAndOffset } from '../kind.ts';

export interface WeightSpec {
  /** Within its node: `kernel`, `bias`, `gamma`, `beta`, `alpha`, `moving_mean`, `moving_variance`, `value`. */
  readonly name: string;
  /** `node.path/name`: the key in checkpoints. */
  readonly path: string;
  /** Channel-last: kernels are `[height, width, in / groups, out]`, dense kernels `[in, out]`. */
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly fans: Fans;
  readonly trainable: boolean;
}

/** A weight of any node of one operation, attributes and input shapes. */
export type WeightRow = Omit<WeightSpec, 'path'>;
type Row = WeightRow;
/** The weights of an operation from its attributes and the shapes of its inputs. */
export type WeightRule = Rule<OpKind>;
type Rule<K extends OpKind> = (attributes: OpAttributes[K], inputs: readonly Shape[]) => readonly Row[];

const none = (): readonly Row[] => [];
const lastAxis = (shape: Shape | undefined): number => shape!.at(-1)!;

function weight(name: string, shape: Shape, initializer: Initializer, fans = fansOf(shape)): Row {
  return { name, shape, initializer, fans, trainable: true };
}

/** A kernel and, if there is one, a bias of `outputs` numbers. */
function kernelAndBias(attributes: Kernel, shape: Shape, outputs: number, fans: Fans): readonly Row[] {
  const { bias, initializer, biasInitializer } = attributes;
  const kernel = weight('kernel', shape, initializer, fans);
  return bias ? [kernel, weight('bias', [outputs], biasInitializer, fans)] : [kernel];
}

function statistic(name: string, shape: Shape, initializer: Initializer): Row {
  return { ...weight(name, shape, initializer), trainable: false };
}

/** One factor and one offset a channel, as far as they are learned. */
function scaleAndOffset({ scale, offset }: ScaleAndOffset, shape: Shape | undefined): readonly Row[] {
  const channels = [lastAxis(shape)];
  return [...(scale ? [weight('gamma', channels, ones)] : []), ...(offset ? [weight('beta', channels, zeros)] : [])];
}

function convolutionWeights(attributes: OpAttributes['conv2d'], [x]: readonly Shape[]): readonly Row[] {
  const { kernel, filters, groups } = attributes;
  const inputs = lastAxis(x) / groups;
  const field = kernel[0] * kernel[1];
  const fans = { in: field * inputs, out: (field * filters) / groups };
  return kernelAndBias(attributes, [...kernel, inputs, filters], filters, fans);
}

function depthwiseWeights(attributes: OpAttributes['depthwise_conv2d'], [x]: readonly Shape[]): readonly Row[] {
  const { kernel, multiplier } = attributes;
  const field = kernel[0] * kernel[1];
  const shape = [...kernel, lastAxis(x), multiplier];
  return kernelAndBias(attributes, shape, lastAxis(x) * multiplier, { in: field, out: field * multiplier });
}

/** Kernels `[1, k, in, out]` as `[k, in, out]`. */
function ofOneRow(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => (row.name === 'kernel' ? { ...row, shape: row.shape.slice(1) } : row));
}

export const weightRules: { readonly [K in OpKind]: Rule<K> } = {
  conv2d: convolutionWeights,
  depthwise_conv2d: depthwiseWeights,
  conv1d: (attributes, inputs) => ofOneRow(convolutionWeights(attributes, inputs)),
  depthwise_conv1d: (attributes, inputs) => ofOneRow(depthwiseWeights(attributes, inputs)),
  conv2d_transpose: (attributes, [x]) => {
    const { kernel, filters, groups } = attributes;
    const field = kernel[0] * kernel[1];
    const fans = { in: (field * lastAxis(x)) / groups, out: (field * filters) / groups };
    return kernelAndBias(attributes, [...kernel, filters / groups, lastAxis(x)], filters, fans);
  },
  dense: (attributes, [x]) => {
    const shape = [lastAxis(x), attributes.units];
    return kernelAndBias(attributes, shape, attributes.units, fansOf(shape));
  },
  embedding: ({ vocabulary, width, initializer }) => [weight('table', [vocabulary, width], initializer)],
  batch_norm: (attributes, [x]) => [
    ...scaleAndOffset(attributes, x),
    statistic('moving_mean', [lastAxis(x)], zeros),
    statistic('moving_variance', [lastAxis(x)], ones),
  ],
  group_norm: (attributes, [x]) => scaleAndOffset(attributes, x),
  instance_norm: (attributes, [x]) => scaleAndOffset(attributes, x),
  layer_norm: (attributes, [x]) => scaleAndOffset(attributes, x),
  rms_norm: ({ scale }, [x]) => scaleAndOffset({ scale, offset: false }, x),
  prelu: (_, [x]) => [weight('alpha', [lastAxis(x)], { kind: 'constant', value: 0.25 })],

  weight: ({ shape, initializer }) => [weight('value', shape, initializer)],

  input: none,
  constant: none,
  l2_normalize: none,
  matmul: none,
  max_pool1d: none,
  avg_pool1d: none,
  max_pool: none,
  avg_pool: none,
  global_avg_pool: none,
  global_max_pool: none,
  adaptive_avg_pool: none,
  adaptive_max_pool: none,
  relu: none,
  relu6: none,
  leaky_relu: none,
  elu: none,
  gelu: none,
  silu: none,
  sigmoid: none,
  hard_sigmoid: none,
  hard_swish: none,
  tanh: none,
  hard_tanh: none,
  mish: none,
  selu: none,
  softplus: none,
  softmax: none,
  exp: none,
  log: none,
  sqrt: none,
  square: none,
  abs: none,
  sin: none,
  cos: none,
  power: none,
  reciprocal: none,
  clip: none,
  dropout: none,
  add: none,
  sub: none,
  mul: none,
  div: none,
  maximum: none,
  minimum: none,
  affine: none,
  concat: none,
  split: none,
  slice: none,
  reshape: none,
  flatten: none,
  transpose: none,
  pad: none,
  reduce_mean: none,
  reduce_sum: none,
  reduce_max: none,
  reduce_min: none,
  gather: none,
  lookup: none,
  resize: none,
  broadcast_to: none,
  upsample: none,
};

/** The weights that a node uses, kernel first, without their paths. */
export function weightRowsOf(graph: Graph, node: Node): readonly WeightRow[] {
  const rule = weightRules[node.op] as Rule<OpKind>;
  return rule(
    node.attributes,
    node.inputs.map((input) => shapeOf(graph, input)),
  );
}

/** The weights that a node uses, kernel first. Where nodes share weights, the paths are those of the first. */
export function weightsOf(graph: Graph, node: Node): readonly WeightSpec[] {
  const { path } = node.sharedWith === undefined ? node : graph.nodes[node.sharedWith]!;
  return weightRowsOf(graph, node).map((row) => ({ ...row, path: `${path}/${row.name}` }));
}

/** The weights that come into the model with this node: none where it shares those of another. */
export function ownWeightsOf(graph: Graph, node: Node): readonly WeightSpec[] {
  return node.sharedWith === undefined ? weightsOf(graph, node) : [];
}

/** All weights of a model, each once, in the order of its nodes. */
export function allWeights(graph: Graph): readonly WeightSpec[] {
  return graph.nodes.flatMap((node) => ownWeightsOf(graph, node));
}
