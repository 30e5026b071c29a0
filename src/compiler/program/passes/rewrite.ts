/**
 * The one way in which passes change a program: each instruction is written anew, in order, either as it was or as the
 * rule would have it. A rule sees operands that were already rewritten, so that one sweep follows a chain to its end.
 * Types are inferred again, equal instructions become one, and what is no longer needed goes.
 */
import { createAssembler } from '../assemble.ts';
import { builderOn } from '../build.ts';
import type { Builder, Tensor } from '../builder.ts';
import type { DataType, Instruction, Program } from '../program.ts';
import { equalShapes, type TensorType } from '../shape-rules.ts';

export interface Rewriting {
  readonly builder: Builder;
  /** The instruction, already rewritten, that makes this tensor. */
  definition(tensor: Tensor): Instruction;
  /** What makes an operand of a rewritten instruction, by its place; an instruction is also the tensor that it makes. */
  operand(instruction: Instruction, place: number): Instruction;
  /** A constant of any type. */
  literal(data: Float32Array | BigInt64Array | Uint8Array, shape: readonly number[], type: DataType): Tensor;
  /** A float32 constant that is, or stands for, the weight of this path. */
  weight(name: string, data: Float32Array, shape: readonly number[]): Tensor;
  /** The same instruction on other operands. */
  again(instruction: Instruction, operands: readonly Tensor[]): Tensor;
}

/** What an instruction becomes; undefined leaves it as it is. `instruction.operands` are ids of the old program. */
export type Rule = (instruction: Instruction, operands: readonly Tensor[], rewriting: Rewriting) => Tensor | undefined;

/** The same program when nothing changes. */
export function rewrite(program: Program, rule: Rule): Program {
  const assembler = createAssembler();
  const made: Tensor[] = [];
  const again = ({ kernel, attributes, shape, type }: Instruction, operands: readonly Tensor[]): Tensor =>
    assembler.emit(kernel, attributes, operands, { shape, type });
  const rewritten = (instruction: Instruction, operands: readonly Tensor[]): Tensor => {
    const sameTypes = operands.every((each, place) =>
      isSameType(each, program.instructions[instruction.operands[place]!]!),
    );
    return sameTypes ? assembler.keep(instruction, operands) : again(instruction, operands);
  };
  const rewriting: Rewriting = {
    builder: builderOn(assembler),
    definition: assembler.definition,
    operand: ({ operands }, place) => assembler.definition({ id: operands[place]! }),
    literal: (data, shape, type) => assembler.emit('constant', { data }, [], { shape, type }),
    weight: (name, data, shape) => assembler.emit('constant', { data, name }, [], { shape, type: 'float32' }),
    again,
  };
  for (const instruction of program.instructions) {
    assembler.origin(instruction.origin);
    const operands = instruction.operands.map((operand) => made[operand]!);
    made.push(rule(instruction, operands, rewriting) ?? rewritten(instruction, operands));
  }
  if (made.every((tensor, id) => tensor === program.instructions[id])) return program;
  return assembler.finish(program.outputs.map(({ name, tensor }) => ({ name, tensor: made[tensor]! })));
}

function isSameType(a: TensorType, b: TensorType): boolean {
  return a.type === b.type && (a.shape === b.shape || equalShapes(a.shape, b.shape));
}
