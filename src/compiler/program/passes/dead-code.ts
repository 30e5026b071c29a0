/** Removes what no output needs and numbers the rest anew. */
import type { Instruction, Program } from '../program.ts';

export function dropDead(program: Program): Program {
  const { instructions, outputs } = program;
  const live = new Uint8Array(instructions.length);
  for (const { tensor } of outputs) live[tensor] = 1;
  for (let id = instructions.length - 1; id >= 0; id--) {
    if (live[id]) for (const operand of instructions[id]!.operands) live[operand] = 1;
  }
  if (live.every((each) => each === 1)) return program;
  const renumbered = new Uint32Array(instructions.length);
  const kept: Instruction[] = [];
  for (const instruction of instructions) {
    if (!live[instruction.id]) continue;
    const id = kept.length;
    renumbered[instruction.id] = id;
    const operands = instruction.operands.map((operand) => renumbered[operand]!);
    const inPlace = id === instruction.id;
    // nothing before it went, so that its operands are where they were
    kept.push(inPlace ? instruction : { ...instruction, id, operands });
  }
  return {
    instructions: kept,
    outputs: outputs.map(({ name, tensor }) => ({ name, tensor: renumbered[tensor]! })),
  };
}
