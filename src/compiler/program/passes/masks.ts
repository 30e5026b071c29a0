/**
 * Writes `x > 0 ? a : 0`, the gradient of a ReLU, as `a · step(x)`: two kernels that engines vectorise and spread over
 * threads, in place of a comparison and a selection, which they do not.
 *
 * A selection drops an infinite `a` where a product makes it NaN. So it stays where `a` may be infinite for some elements
 * alone, as in the gradient of `sqrt(relu(x))`. Through a sum or a product of matrices an infinity reaches everything,
 * and nothing is left that could be told apart.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Instruction, Kernel, Program, Unary } from '../program.ts';
import { equalShapes } from '../shape-rules.ts';
import { type Rewriting, rewrite } from './rewrite.ts';

export function multiplyByMasks(program: Program): Program {
  const infinite = mayBeInfinite(program);
  return rewrite(program, (instruction, [condition, a, b], { builder, definition, operand }) => {
    if (instruction.kernel !== 'where' || infinite[instruction.operands[1]!]) return undefined;
    const compared = definition(condition!);
    const isSign = compared.kernel === 'compare' && compared.attributes.fn === 'greater';
    if (!isSign || !isZero(operand(compared, 1)) || !isZero(definition(b!))) return undefined;
    const x = operand(compared, 0);
    if (x.type !== 'float32' || !equalShapes(x.shape, instruction.shape)) return undefined;
    return builder.mul(a!, builder.unary('step', x));
  });
}

function isZero({ kernel, attributes }: ReturnType<Rewriting['definition']>): boolean {
  if (kernel !== 'constant') return false;
  return (attributes.data as ArrayLike<number | bigint>).length === 1 && Number(attributes.data[0]) === 0;
}

/** Kernels that keep elements apart: what is infinite in one of them stays so in the result, and nowhere else. */
const keepsApart: ReadonlySet<Kernel> = new Set<Kernel>([
  'unary',
  'binary',
  'where',
  'reshape',
  'transpose',
  'expand',
  'slice',
  'concat',
  'pad',
  'gather',
  'first',
]);
const unbounded: ReadonlySet<Unary> = new Set(['reciprocal', 'log', 'exp']);

/** For each tensor, whether single elements may be infinite although all that the program is fed is finite. */
function mayBeInfinite({ instructions }: Program): readonly boolean[] {
  const infinite: boolean[] = [];
  for (const instruction of instructions) {
    const { kernel, operands, shape } = instruction;
    const size = elementCount(shape);
    // a factor that many elements share is infinite for all of them
    const own = operands.filter((each) => instructions[each]!.shape.length > 0 && !isShared(instructions[each]!, size));
    infinite.push(keepsApart.has(kernel) && (own.some((each) => infinite[each]) || makesInfinite(instruction, own)));
  }
  return infinite;
}

function isShared({ shape }: Instruction, size: number): boolean {
  return elementCount(shape) < size;
}

function makesInfinite({ kernel, attributes, operands }: Instruction, own: readonly number[]): boolean {
  if (kernel === 'unary') return unbounded.has(attributes.fn);
  if (kernel !== 'binary') return false;
  return attributes.fn === 'pow' || (attributes.fn === 'div' && own.includes(operands[1]!));
}
