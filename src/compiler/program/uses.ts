/** How often each tensor of a program is read, by instructions and as an output. */
import type { Program } from './program.ts';

export function countUses({ instructions, outputs }: Program): readonly number[] {
  const uses = new Array<number>(instructions.length).fill(0);
  for (const { operands } of instructions) for (const operand of operands) uses[operand]!++;
  for (const { tensor } of outputs) uses[tensor]!++;
  return uses;
}
