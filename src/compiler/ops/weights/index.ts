/** The weights of each operation: names, shapes, initialisers, and whether training moves them. */
import { type Graph, type Node, type Shape, shapeOf } from '../../graph.ts';
import type { Initializer, OpAttributes, OpKind } from '../kind.ts';

export interface WeightSpec {
  /** Within its node: `kernel`, `bias`, `gamma`, `beta`, `moving_mean`, `moving_variance`. */
  readonly name: string;
  /** `node.path/name`: the key in checkpoints. */
  readonly path: string;
  /** Channel-last: kernels are `[height, width, in / groups, out]`, dense kernels `[in, out]`. */
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly trainable: boolean;
}

type Row = Omit<WeightSpec, 'path'>;
/** The weights of an operation from its attributes and the shapes of its inputs. */
export type WeightRule = Rule<OpKind>;
type Rule<K extends OpKind> = (attributes: OpAttributes[K], inputs: readonly Shape[]) => readonly Row[];

const none = (): readonly Row[] => [];
const lastAxis = (shape: Shape | undefined): number => shape!.at(-1)!;

function weight(name: string, shape: Shape, initializer: Initializer): Row {
  return { name, shape, initializer, trainable: true };
}

function biasIf(bias: boolean, size: number): readonly Row[] {
  return bias ? [weight('bias', [size], 'zeros')] : [];
}

/** One factor and one offset a channel. */
function scaleAndOffset(shape: Shape | undefined): readonly Row[] {
  const channels = lastAxis(shape);
  return [weight('gamma', [channels], 'ones'), weight('beta', [channels], 'zeros')];
}

export const weightRules: { readonly [K in OpKind]: Rule<K> } = {
  conv2d: ({ kernel, filters, groups, bias, initializer }, [x]) => [
    weight('kernel', [...kernel, lastAxis(x) / groups, filters], initializer),
    ...biasIf(bias, filters),
  ],
  depthwise_conv2d: ({ kernel, multiplier, bias, initializer }, [x]) => [
    weight('kernel', [...kernel, lastAxis(x), multiplier], initializer),
    ...biasIf(bias, lastAxis(x) * multiplier),
  ],
  conv2d_transpose: ({ kernel, filters, bias, initializer }, [x]) => [
    weight('kernel', [...kernel, filters, lastAxis(x)], initializer),
    ...biasIf(bias, filters),
  ],
  dense: ({ units, bias, initializer }, [x]) => [
    weight('kernel', [lastAxis(x), units], initializer),
    ...biasIf(bias, units),
  ],
  batch_norm: (_, [x]) => [
    ...scaleAndOffset(x),
    { name: 'moving_mean', shape: [lastAxis(x)], initializer: 'zeros', trainable: false },
    { name: 'moving_variance', shape: [lastAxis(x)], initializer: 'ones', trainable: false },
  ],
  group_norm: (_, [x]) => scaleAndOffset(x),
  instance_norm: (_, [x]) => scaleAndOffset(x),
  layer_norm: (_, [x]) => scaleAndOffset(x),

  input: none,
  matmul: none,
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
  softplus: none,
  softmax: none,
  exp: none,
  log: none,
  sqrt: none,
  square: none,
  abs: none,
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
  upsample: none,
};

/** The weights of a node, kernel first. */
export function weightsOf(graph: Graph, node: Node): readonly WeightSpec[] {
  const rule = weightRules[node.op] as Rule<OpKind>;
  const rows = rule(
    node.attributes,
    node.inputs.map((input) => shapeOf(graph, input)),
  );
  return rows.map((row) => ({ ...row, path: `${node.path}/${row.name}` }));
}

/** All weights of a model, in the order of its nodes. */
export function allWeights(graph: Graph): readonly WeightSpec[] {
  return graph.nodes.flatMap((node) => weightsOf(graph, node));
}
