/**
 * The weights that training starts from: the same for every engine and machine, each drawn from a stream of its own so
 * that adding a layer leaves the others as they were.
 */
import type { Graph, Node } from '../compiler/graph.ts';
import { shapeOf } from '../compiler/graph.ts';
import { type WeightSpec, weightsOf } from '../compiler/ops/weights/index.ts';
import { Random } from '../shared/random.ts';
import type { NamedTensor, NamedTensors } from './engine.ts';

/** All weights and running statistics of a model by path. */
export function initialWeights(graph: Graph, seed: number): NamedTensors {
  return new Map(
    graph.nodes.flatMap((node) =>
      weightsOf(graph, node).map((spec): [string, NamedTensor] => [
        spec.path,
        { shape: spec.shape, data: initialValues(graph, node, spec, seed) },
      ]),
    ),
  );
}

function initialValues(graph: Graph, node: Node, { path, shape, initializer }: WeightSpec, seed: number): Float32Array {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const random = Random.of('weights', seed, path);
  switch (initializer) {
    case 'zeros':
      return data;
    case 'ones':
      return data.fill(1);
    case 'glorot_uniform': {
      const { fanIn, fanOut } = fansOf(graph, node, shape);
      const limit = Math.sqrt(6 / (fanIn + fanOut));
      return data.map(() => random.uniform(-limit, limit));
    }
    case 'he_normal': {
      const deviation = Math.sqrt(2 / fansOf(graph, node, shape).fanIn);
      return data.map(() => random.normal(0, deviation));
    }
  }
}

/** How many inputs an output sees through a kernel, and how many outputs an input reaches. */
function fansOf(graph: Graph, node: Node, shape: readonly number[]): { fanIn: number; fanOut: number } {
  const field = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const [second, last] = [shape.at(-2)!, shape.at(-1)!];
  switch (node.op) {
    case 'conv2d':
      return { fanIn: field * second, fanOut: (field * last) / node.attributes.groups };
    case 'depthwise_conv2d':
      return { fanIn: field, fanOut: field * last };
    case 'conv2d_transpose':
      return { fanIn: field * last, fanOut: field * second };
    case 'dense':
      return { fanIn: shapeOf(graph, node.inputs[0]!).at(-1)!, fanOut: last };
    default:
      throw new Error(`${node.path}: ${node.op} has no kernel to initialise`);
  }
}
