/**
 * Moves the numbers of bound weights to the order and shape in which kernels read them, so that a model has no transpose
 * or reshape of a weight to do each time it runs. The weight keeps its name.
 */
import { permuteAxes } from '../../../shared/axis-order.ts';
import type { Program } from '../program.ts';
import { rewrite } from './rewrite.ts';

export function arrangeWeights(program: Program): Program {
  return rewrite(program, ({ kernel, attributes, shape }, [x], { definition, weight }) => {
    if (kernel !== 'transpose' && kernel !== 'reshape') return undefined;
    const source = definition(x!);
    if (source.kernel !== 'constant' || source.attributes.name === undefined) return undefined;
    const data = source.attributes.data as Float32Array;
    const moved = kernel === 'reshape' ? data : permuteAxes(data, source.shape, attributes.permutation);
    return weight(source.attributes.name, moved, shape);
  });
}
