/**
 * How PyTorch keeps the weights of each kind of layer, and how they become specc's and back.
 *
 *   layer                   PyTorch                        specc
 *   conv2d                  weight [O, I / groups, H, W]   kernel [H, W, I / groups, O]
 *   depthwise_conv2d        weight [C · M, 1, H, W]        kernel [H, W, C, M]
 *   conv2d_transpose        weight [I, O / groups, H, W]   kernel [H, W, O / groups, I]
 *   conv1d                  weight [O, I / groups, L]      kernel [L, I / groups, O]
 *   depthwise_conv1d        weight [C · M, 1, L]           kernel [L, C, M]
 *   dense                   weight [O, I]                  kernel [I, O]
 *   dense after a flatten   weight [O, C · H · W]          kernel [H · W · C, O]
 *   embedding               weight [N, D]                  table [N, D]
 *   normalisations          weight, bias                   gamma, beta
 *   batch_norm              running_mean, running_var      moving_mean, moving_variance
 *   weight                  the tensor itself              value
 *
 * Axes of size 1 make no difference: a 1 × 1 convolution and a dense layer take each other's weights.
 */
import { type Graph, type Node, type Shape, shapeOf } from '../../compiler/graph.ts';
import type { OpKind } from '../../compiler/ops/kind.ts';
import type { WeightSpec } from '../../compiler/ops/weights/index.ts';
import type { NamedTensor } from '../../engines/engine.ts';
import { elementCount } from '../../shared/element-count.ts';

/** What PyTorch calls a weight of a layer, by specc's name of it. */
const NAMES: Readonly<Record<string, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  table: 'weight',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** What PyTorch keeps beside the weights and nothing is computed from. */
export const COUNTERS: readonly string[] = ['num_batches_tracked'];

export interface Layout {
  /** In the foreign file. */
  readonly foreign: Shape;
  /** The foreign tensor with all the axes that move apart. */
  readonly unfolded: Shape;
  /** Axis i of specc's order is axis `permutation[i]` of `unfolded`. */
  readonly permutation: readonly number[];
  /** In specc's files. */
  readonly own: Shape;
}

/** What a layer's weight is called in PyTorch, without its layer; undefined for a tensor that is no layer's part. */
export function pytorchName({ name }: WeightSpec): string | undefined {
  return NAMES[name];
}

export function pytorchLayout(graph: Graph, node: Node, { name, shape }: WeightSpec): Layout {
  const permuted = (unfolded: Shape, permutation: readonly number[], foreign: Shape = unfolded): Layout => {
    return { foreign, unfolded, permutation, own: shape };
  };
  const map = flattenedMap(graph, node);
  if (name === 'kernel') {
    // A dense layer is a convolution without spatial axes.
    const spatial = shape.slice(0, -2);
    const moved = spatial.map((_, axis) => axis + 2);
    const [inner = 1, outer = 1] = shape.slice(-2);
    if (node.op === 'depthwise_conv2d' || node.op === 'depthwise_conv1d') {
      return permuted([inner, outer, ...spatial], [...moved, 0, 1], [inner * outer, 1, ...spatial]);
    }
    if (map === undefined) return permuted([outer, inner, ...spatial], [...moved, 1, 0]);
    const [height = 1, width = 1, channels = 1] = map;
    return permuted([outer, channels, height, width], [2, 3, 1, 0], [outer, inner]);
  }
  if (map !== undefined && NAMES[name] !== undefined && node.op !== 'dense') {
    const [height = 1, width = 1, channels = 1] = map;
    return permuted([channels, height, width], [1, 2, 0], shape);
  }
  return permuted(
    shape,
    shape.map((_, axis) => axis),
  );
}

/** The tensor in specc's order, or undefined where it has another shape than the layout says. */
export function toOwn({ shape, data }: NamedTensor, layout: Layout): NamedTensor | undefined {
  if (!sameBut1s(shape, layout.foreign)) return undefined;
  return { shape: layout.own, data: transposed(data, layout.unfolded, layout.permutation) };
}

/** The way back. */
export function toForeign({ data }: NamedTensor, { foreign, unfolded, permutation }: Layout): NamedTensor {
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  const ordered = permutation.map((axis) => unfolded[axis]!);
  return { shape: foreign, data: transposed(data, ordered, inverse) };
}

function sameBut1s(a: Shape, b: Shape): boolean {
  const without1s = (shape: Shape) => shape.filter((size) => size !== 1).join();
  return without1s(a) === without1s(b);
}

/** What leaves each number where it is, so that the order of a flattened map lasts through it. */
const ELEMENTWISE: ReadonlySet<OpKind> = new Set<OpKind>([
  ...(['relu', 'relu6', 'leaky_relu', 'elu', 'gelu', 'silu', 'sigmoid', 'hard_sigmoid', 'hard_swish', 'tanh'] as const),
  ...(['softplus', 'exp', 'log', 'sqrt', 'square', 'abs', 'dropout', 'affine', 'batch_norm', 'layer_norm'] as const),
]);

/**
 * `[H, W, C]`, where the layer's input is a map that was made a vector: PyTorch's maps are `[C, H, W]`, so that its vector
 * has another order.
 */
function flattenedMap(graph: Graph, node: Node): Shape | undefined {
  const [input] = node.inputs;
  if (input === undefined || shapeOf(graph, input).length !== 1) return undefined;
  const from = graph.nodes[graph.values[input]!.node]!;
  if (ELEMENTWISE.has(from.op)) return flattenedMap(graph, from);
  if (from.op !== 'flatten' && from.op !== 'reshape') return undefined;
  const map = shapeOf(graph, from.inputs[0]!);
  return map.length === 3 && map[0]! * map[1]! > 1 ? map : undefined;
}

/** The numbers of a row-major tensor with its axes in another order. */
function transposed(data: Float32Array, shape: Shape, permutation: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sizes = permutation.map((axis) => shape[axis]!);
  const steps = permutation.map((axis) => strides[axis]!);
  const result = new Float32Array(data.length);
  const last = sizes.length - 1;
  const [length, step] = [sizes[last] ?? 1, steps[last] ?? 1];
  const index = sizes.map(() => 0);
  for (let at = 0, from = 0; at < result.length; ) {
    for (let each = 0; each < length; each++) result[at++] = data[from + each * step]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      index[axis]! += 1;
      if (index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
