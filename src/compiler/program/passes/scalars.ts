/**
 * Gives a single number all axes of the tensor that it meets, where the last of these has size 1, as in the 1×1 filters
 * that an optimizer scales. onnxruntime takes a number and a tensor as one loop, but not where axes that the number lacks
 * meet such axes: there it goes element by element, which takes forty times as long.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Tensor } from '../builder.ts';
import type { Program } from '../program.ts';
import { rewrite } from './rewrite.ts';

export function fillAxes(program: Program): Program {
  return rewrite(program, (instruction, operands, { again, builder, definition, literal }) => {
    const { kernel, shape } = instruction;
    if (kernel !== 'binary' && kernel !== 'compare' && kernel !== 'where') return undefined;
    if (shape.at(-1) !== 1) return undefined;
    const ones = shape.map(() => 1);
    const filled = operands.map((operand): Tensor => {
      if (elementCount(operand.shape) !== 1 || operand.shape.length === shape.length) return operand;
      const made = definition(operand);
      return made.kernel === 'constant'
        ? literal(made.attributes.data, ones, made.type)
        : builder.reshape(operand, ones);
    });
    return filled.every((each, place) => each === operands[place]) ? undefined : again(instruction, filled);
  });
}
