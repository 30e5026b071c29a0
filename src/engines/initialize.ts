/**
 * The weights that training starts from: the same for every engine and machine, each drawn from a stream of its own so
 * that adding a layer leaves the others as they were.
 */
import type { Graph } from '../compiler/graph.ts';
import { fill } from '../compiler/ops/initializer.ts';
import { allWeights } from '../compiler/ops/weights/index.ts';
import { elementCount } from '../shared/element-count.ts';
import { Random } from '../shared/random.ts';
import type { NamedTensor, NamedTensors } from './engine.ts';

/** All weights and running statistics of a model by path. */
export function initialWeights(graph: Graph, seed: number): NamedTensors {
  return new Map(
    allWeights(graph).map(({ path, shape, initializer, fans }): [string, NamedTensor] => {
      const data = new Float32Array(elementCount(shape));
      return [path, { shape, data: fill(data, initializer, fans, Random.of('weights', seed, path)) }];
    }),
  );
}
