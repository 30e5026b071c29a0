/** Joins chains of reshapes, and writes a transpose that moves only axes of size 1 as the reshape that it is. */
import type { Program } from '../program.ts';
import { rewrite } from './rewrite.ts';

export function joinReshapes(program: Program): Program {
  return rewrite(program, (instruction, [x], { builder, definition, operand }) => {
    const { kernel, attributes, shape } = instruction;
    const keepsOrder = kernel === 'transpose' && movesOnlyUnits(x!.shape, attributes.permutation);
    if (kernel !== 'reshape' && !keepsOrder) return undefined;
    const inner = definition(x!);
    if (inner.kernel === 'reshape') return builder.reshape(operand(inner, 0), shape);
    return keepsOrder ? builder.reshape(x!, shape) : undefined;
  });
}

/** Whether the elements stay in their order. */
export function movesOnlyUnits(shape: readonly number[], permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || moved[index - 1]! < axis);
}
