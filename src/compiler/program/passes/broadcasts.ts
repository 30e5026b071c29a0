/** Drops an `expand` where the kernel that reads it would broadcast anyway. */
import type { Tensor } from '../builder.ts';
import type { Instruction, Program } from '../program.ts';
import { broadcastShapes, equalShapes } from '../shape-rules.ts';
import { type Rewriting, rewrite } from './rewrite.ts';

export function dropImpliedExpands(program: Program): Program {
  return rewrite(program, (instruction, operands, rewriting) => {
    const { definition, operand, again } = rewriting;
    const { kernel, shape } = instruction;
    if (kernel === 'expand') {
      const inner = definition(operands[0]!);
      return inner.kernel === 'expand' ? again(instruction, [operand(inner, 0)]) : undefined;
    }
    if (kernel === 'slice') return sliceOfOne(instruction, definition(operands[0]!), rewriting);
    if (kernel !== 'binary' && kernel !== 'compare' && kernel !== 'where') return undefined;
    let narrow = operands;
    for (const [place, wide] of operands.entries()) {
      const inner = definition(wide);
      if (inner.kernel !== 'expand') continue;
      const kept = narrow.with(place, operand(inner, 0));
      // the operand that gives the result its shape must stay wide
      if (equalShapes(joinShapes(kept), shape)) narrow = kept;
    }
    return narrow === operands ? undefined : again(instruction, narrow);
  });
}

/** One of many that are the same is that one: the weight that a batch repeats, for its first example. */
function sliceOfOne(
  { attributes: { steps }, shape }: Extract<Instruction, { kernel: 'slice' }>,
  source: Instruction,
  { builder, operand }: Rewriting,
): Tensor | undefined {
  if (source.kernel !== 'expand') return undefined;
  const one = operand(source, 0);
  const whole = [...shape.slice(one.shape.length).map(() => 1), ...one.shape];
  return equalShapes(whole, shape) && steps.every((step) => step === 1) ? builder.reshape(one, shape) : undefined;
}

function joinShapes(operands: readonly Tensor[]): readonly number[] {
  return operands.reduce<readonly number[]>((joined, { shape }) => broadcastShapes(joined, shape), []);
}
