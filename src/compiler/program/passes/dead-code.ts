/** Removes what no output needs and numbers the rest anew. */
import type { Instruction, Program, TensorId } from '../program.ts';

export function dropDead(program: Program): Program {
  const { instructions, outputs } = program;
  const live = new Uint8Array(instructions.length);
  for (const { tensor } of outputs) live[tensor] = 1;
  for (let id = instructions.length - 1; id >= 0; id--) {
    if (live[id]) for (const operand of instructions[id]!.operands) live[operand] = 1;
  }
  if (live.every((each) => each === 1)) return program;
  const renumbered = new Map<TensorId, TensorId>();
  const kept: Instruction[] = [];
  for (const instruction of instructions) {
    if (!live[instruction.id]) continue;
    const id = kept.length;
    renumbered.set(instruction.id, id);
    kept.push({ ...instruction, id, operands: instruction.operands.map((operand) => renumbered.get(operand)!) });
  }
  return {
    instructions: kept,
    outputs: outputs.map(({ name, tensor }) => ({ name, tensor: renumbered.get(tensor)! })),
  };
}
