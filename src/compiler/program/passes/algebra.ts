/** Arithmetic that changes nothing, or has a cheaper form with the same bits: `x · 1`, `x + 0`, `−(−x)`, `pow(x, 2)`. */
import type { Tensor } from '../builder.ts';
import type { Binary, Instruction, Program } from '../program.ts';
import { equalShapes } from '../shape-rules.ts';
import { type Rewriting, rewrite } from './rewrite.ts';

/** The number that leaves the other operand as it is; `right` only where it must stand second. */
const neutral: { readonly [F in Binary]?: { readonly value: number; readonly side: 'any' | 'right' } } = {
  add: { value: 0, side: 'any' },
  sub: { value: 0, side: 'right' },
  mul: { value: 1, side: 'any' },
  div: { value: 1, side: 'right' },
  pow: { value: 1, side: 'right' },
};

export function simplifyAlgebra(program: Program): Program {
  return rewrite(program, (instruction, operands, rewriting) => {
    if (instruction.kernel === 'binary') return simplifyBinary(instruction, operands, rewriting);
    if (instruction.kernel === 'unary') return simplifyUnary(instruction, operands, rewriting);
    if (instruction.kernel === 'cast') return operands[0]!.type === instruction.type ? operands[0]! : undefined;
    return undefined;
  });
}

function simplifyBinary(
  { attributes: { fn }, shape }: Extract<Instruction, { kernel: 'binary' }>,
  operands: readonly Tensor[],
  { builder, definition }: Rewriting,
): Tensor | undefined {
  const [a, b] = operands as [Tensor, Tensor];
  const [first, second] = [uniformValue(definition(a)), uniformValue(definition(b))];
  const rule = neutral[fn];
  if (rule && second === rule.value && equalShapes(a.shape, shape)) return a;
  if (rule?.side === 'any' && first === rule.value && equalShapes(b.shape, shape)) return b;
  if (fn === 'pow' && second === 2 && equalShapes(a.shape, shape)) return builder.mul(a, a);
  if (fn === 'pow' && second === 0.5 && equalShapes(a.shape, shape)) return builder.unary('sqrt', a);
  if ((fn === 'max' || fn === 'min') && a.id === b.id) return a;
  return undefined;
}

function simplifyUnary(
  { attributes: { fn } }: Extract<Instruction, { kernel: 'unary' }>,
  [x]: readonly Tensor[],
  { definition, operand }: Rewriting,
): Tensor | undefined {
  const inner = definition(x!);
  if (inner.kernel !== 'unary' || inner.attributes.fn !== fn) return undefined;
  if (fn === 'neg' || fn === 'not') return operand(inner, 0);
  return fn === 'abs' || fn === 'relu' || fn === 'floor' || fn === 'sign' ? x : undefined;
}

/** The number that fills a constant, if there is one. */
function uniformValue({ kernel, attributes }: Instruction): number | undefined {
  if (kernel !== 'constant' || !(attributes.data instanceof Float32Array)) return undefined;
  const first = attributes.data[0];
  return attributes.data.every((each) => each === first) ? first : undefined;
}
