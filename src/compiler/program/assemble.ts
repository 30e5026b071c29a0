/** Puts instructions together: infers and checks their types, and makes equal ones once. */
import type { Tensor } from './builder.ts';
import { dropDead } from './passes/dead-code.ts';
import type { Instruction, Kernel, KernelAttributes, Program, TensorId } from './program.ts';
import { inferType, ProgramError, type TensorType } from './shape-rules.ts';
import { SharedInstructions } from './sharing.ts';

export interface Assembler {
  /** Marks what follows as computed for this node, until the next call. */
  origin(label: string): void;
  currentOrigin(): string;
  /** `stated` is needed only where attributes and operands do not determine the type. */
  emit<K extends Kernel>(
    kernel: K,
    attributes: KernelAttributes[K],
    operands: readonly Tensor[],
    stated?: TensorType,
  ): Tensor;
  /** The instruction of a legal program on these operands, which have the types of its own: its type stays. */
  keep(instruction: Instruction, operands: readonly Tensor[]): Tensor;
  /** The instruction that makes a tensor of this assembler. */
  definition(tensor: { readonly id: TensorId }): Instruction;
  /** The program so far with these outputs, without what they do not need. */
  finish(outputs: readonly { name: string; tensor: Tensor }[]): Program;
}

export function createAssembler(): Assembler {
  const instructions: Instruction[] = [];
  const shared = new SharedInstructions(instructions);
  const inputs = new Set<string>();
  let origin = '';

  const currentOrigin = (): string => origin || 'program';

  function infer<K extends Kernel>(
    kernel: K,
    attributes: KernelAttributes[K],
    operands: readonly Tensor[],
    stated: TensorType,
  ): TensorType {
    try {
      return inferType(kernel, attributes, operands, stated);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      throw new ProgramError(`${currentOrigin()}: ${kernel}: ${error.message}`);
    }
  }

  /** The instruction, or an equal one that was made before. */
  function add(instruction: Instruction): Tensor {
    if (instruction.kernel === 'input') {
      const { name } = instruction.attributes;
      if (inputs.has(name)) throw new ProgramError(`${currentOrigin()}: a second input named ${name}`);
      inputs.add(name);
    }
    const made = shared.share(instruction);
    if (made === instruction) instructions.push(instruction);
    return made;
  }

  function emit<K extends Kernel>(
    kernel: K,
    attributes: KernelAttributes[K],
    operands: readonly Tensor[],
    stated: TensorType = { shape: [], type: 'float32' },
  ): Tensor {
    const { shape, type } = infer(kernel, attributes, operands, stated);
    const ids = operands.map(({ id }) => id);
    const id = instructions.length;
    return add({ id, kernel, attributes, operands: ids, shape, type, origin } as unknown as Instruction);
  }

  return {
    origin(label) {
      origin = label;
    },
    currentOrigin,
    emit,
    keep(instruction, operands) {
      const id = instructions.length;
      const inPlace = instruction.id === id && operands.every((each, place) => each.id === instruction.operands[place]);
      return add(inPlace ? instruction : { ...instruction, id, operands: operands.map((each) => each.id) });
    },
    definition: ({ id }) => instructions[id]!,
    finish: (outputs) =>
      dropDead({ instructions, outputs: outputs.map(({ name, tensor }) => ({ name, tensor: tensor.id })) }),
  };
}
