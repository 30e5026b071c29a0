/**
 * Checks that a program is legal: operands come before their uses, every shape and type is what the kernel makes, names
 * of inputs and outputs are unique, outputs exist. Throws `ProgramError`: an illegal program is a fault of the compiler.
 */
import type { Instruction, Program } from './program.ts';
import { equalShapes, inferType, ProgramError, textOf } from './shape-rules.ts';

export function verifyProgram(program: Program): void {
  const { instructions, outputs } = program;
  const inputs = new Map<string, number>();
  for (let id = 0; id < instructions.length; id++) {
    const instruction = instructions[id]!;
    if (instruction.id !== id) fail(instruction, id, `is numbered ${instruction.id}`);
    for (const operand of instruction.operands) {
      if (!(operand >= 0 && operand < id)) fail(instruction, id, `uses %${operand} before it is made`);
    }
    const made = madeBy(instruction, id, instructions);
    if (!equalShapes(made.shape, instruction.shape) || made.type !== instruction.type) {
      const [stated, found] = [instruction, made].map(({ type, shape }) => `${type} ${textOf(shape)}`);
      fail(instruction, id, `states ${stated} but makes ${found}`);
    }
    if (instruction.kernel === 'input') {
      const { name } = instruction.attributes;
      if (inputs.has(name)) fail(instruction, id, `a second input named ${name}`);
      inputs.set(name, id);
    }
  }
  const names = new Set<string>();
  for (const { name, tensor } of outputs) {
    if (names.has(name)) throw new ProgramError(`a second output named ${name}`);
    names.add(name);
    if (!instructions[tensor]) throw new ProgramError(`output ${name} is %${tensor}, which does not exist`);
    if ((inputs.get(name) ?? tensor) !== tensor) throw new ProgramError(`output ${name} has the name of an input`);
  }
}

function madeBy(
  instruction: Instruction,
  id: number,
  instructions: readonly Instruction[],
): ReturnType<typeof inferType> {
  try {
    const operands = instruction.operands.map((operand) => instructions[operand]!);
    return inferType(instruction.kernel, instruction.attributes, operands, instruction);
  } catch (error) {
    return fail(instruction, id, (error as Error).message);
  }
}

function fail({ kernel, origin }: Instruction, id: number, message: string): never {
  throw new ProgramError(`%${id} ${kernel} (${origin}): ${message}`);
}
