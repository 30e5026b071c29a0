/** Drops an `expand` where the kernel that reads it would broadcast anyway. */
import type { Tensor } from '../builder.ts';
import type { Program } from '../program.ts';
import { broadcastShapes, equalShapes } from '../shape-rules.ts';
import { rewrite } from './rewrite.ts';

export function dropImpliedExpands(program: Program): Program {
  return rewrite(program, (instruction, operands, { definition, operand, again }) => {
    const { kernel, shape } = instruction;
    if (kernel === 'expand') {
      const inner = definition(operands[0]!);
      return inner.kernel === 'expand' ? again(instruction, [operand(inner, 0)]) : undefined;
    }
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

function joinShapes(operands: readonly Tensor[]): readonly number[] {
  return operands.reduce<readonly number[]>((joined, { shape }) => broadcastShapes(joined, shape), []);
}
