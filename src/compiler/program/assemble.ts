/** Puts instructions together: infers and checks their types, and makes equal ones once. */
import type { Tensor } from './builder.ts';
import { dropDead } from './passes/dead-code.ts';
import type { Instruction, Kernel, KernelAttributes, Program, TensorId } from './program.ts';
import { inferType, ProgramError, type TensorType } from './shape-rules.ts';
import { sharingKey } from './sharing.ts';

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
  /** The instruction that makes a tensor of this assembler. */
  definition(tensor: { readonly id: TensorId }): Instruction;
  /** The program so far with these outputs, without what they do not need. */
  finish(outputs: readonly { name: string; tensor: Tensor }[]): Program;
}

export function createAssembler(): Assembler {
  const instructions: Instruction[] = [];
  const shared = new Map<string, TensorId>();
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

  function emit<K extends Kernel>(
    kernel: K,
    attributes: KernelAttributes[K],
    operands: readonly Tensor[],
    stated: TensorType = { shape: [], type: 'float32' },
  ): Tensor {
    const { shape, type } = infer(kernel, attributes, operands, stated);
    const ids = operands.map(({ id }) => id);
    if (kernel === 'input') {
      const { name } = attributes as KernelAttributes['input'];
      if (inputs.has(name)) throw new ProgramError(`${currentOrigin()}: a second input named ${name}`);
      inputs.add(name);
    }
    const key = sharingKey(kernel, attributes, ids, shape, type);
    const known = key === undefined ? undefined : shared.get(key);
    if (known !== undefined) return instructions[known]!;
    const id = instructions.length;
    const instruction = { id, kernel, attributes, operands: ids, shape, type, origin } as unknown as Instruction;
    instructions.push(instruction);
    if (key !== undefined) shared.set(key, id);
    return instruction;
  }

  return {
    origin(label) {
      origin = label;
    },
    currentOrigin,
    emit,
    definition: ({ id }) => instructions[id]!,
    finish: (outputs) =>
      dropDead({ instructions, outputs: outputs.map(({ name, tensor }) => ({ name, tensor: tensor.id })) }),
  };
}
