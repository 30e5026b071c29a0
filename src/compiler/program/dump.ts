/** A program as text, a line an instruction: `%3 float32 [2, 4] add %1 %2  // head/dense`. */
import type { Instruction, Program } from './program.ts';
import { textOf } from './shape-rules.ts';

/** At most this many numbers of a constant are shown. */
const numbersShown = 4;

export function dumpProgram(program: Program): string {
  const lines = program.instructions.map(lineOf);
  const outputs = program.outputs.map(({ name, tensor }) => `${name} = %${tensor}`);
  return [...lines, ...outputs, ''].join('\n');
}

function lineOf(instruction: Instruction): string {
  const { id, type, shape, operands, origin } = instruction;
  const parts = [`%${id}`, type, textOf(shape), nameOf(instruction), ...operands.map((operand) => `%${operand}`)];
  const attributes = attributesOf(instruction);
  return `${parts.join(' ')}${attributes && ` {${attributes}}`}${origin && `  // ${origin}`}`;
}

/** The function where the kernel has several: `exp` rather than `unary`. */
export function nameOf({ kernel, attributes }: Instruction): string {
  if (!('fn' in attributes)) return kernel;
  return kernel === 'reduce' ? `reduce_${attributes.fn}` : attributes.fn;
}

function attributesOf({ kernel, attributes }: Instruction): string {
  if (kernel === 'constant') {
    const { data } = attributes;
    const shown = Array.from(data.subarray(0, numbersShown) as ArrayLike<number | bigint>, String);
    return data.length > numbersShown ? `${shown.join(', ')}, …` : shown.join(', ');
  }
  return Object.entries(attributes)
    .filter(([key]) => key !== 'fn')
    .map(([key, value]) => `${key}: ${typeof value === 'number' ? value : JSON.stringify(value).replaceAll(',', ', ')}`)
    .join(', ');
}
