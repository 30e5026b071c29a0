/**
 * Moves the numbers of bound weights to the order and shape in which kernels read them, so that a model has no transpose
 * or reshape of a weight to do each time it runs. The weight keeps its name.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Program } from '../program.ts';
import { rewrite } from './rewrite.ts';

export function arrangeWeights(program: Program): Program {
  return rewrite(program, ({ kernel, attributes, shape }, [x], { definition, weight }) => {
    if (kernel !== 'transpose' && kernel !== 'reshape') return undefined;
    const source = definition(x!);
    if (source.kernel !== 'constant' || source.attributes.name === undefined) return undefined;
    const data = source.attributes.data as Float32Array;
    const moved = kernel === 'reshape' ? data : transposed(data, source.shape, attributes.permutation);
    return weight(source.attributes.name, moved, shape);
  });
}

/** Row-major numbers of this shape with their axes permuted. */
function transposed(data: Float32Array, shape: readonly number[], permutation: readonly number[]): Float32Array {
  const strides = permutation.map((axis) => elementCount(shape.slice(axis + 1)));
  const sizes = permutation.map((axis) => shape[axis]!);
  const result = new Float32Array(data.length);
  const at = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!;
    // one further along the last axis, carrying over into those before it
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      at[axis]!++;
      if (at[axis]! < sizes[axis]!) break;
      from -= strides[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
  return result;
}
