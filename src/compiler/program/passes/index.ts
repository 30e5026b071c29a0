/**
 * The optimisation of programs: named passes, each a pure `Program → Program` of linear cost, in this order. The program
 * is verified after each. A pass keeps every result to float tolerance, and the names of inputs that are still read
 * and of all outputs.
 */
import type { Program } from '../program.ts';
import { ProgramError } from '../shape-rules.ts';
import { verifyProgram } from '../verify.ts';
import { joinAffine } from './affine.ts';
import { simplifyAlgebra } from './algebra.ts';
import { dropImpliedExpands } from './broadcasts.ts';
import { shareEqual } from './common-subexpressions.ts';
import { foldConstants } from './constants.ts';
import { dropDead } from './dead-code.ts';
import { multiplyByMasks } from './masks.ts';
import { joinReshapes } from './reshapes.ts';
import { fillAxes } from './scalars.ts';
import { removeTransposes } from './transposes.ts';

const passes = {
  'dead-code': dropDead,
  'common-subexpressions': shareEqual,
  constants: foldConstants,
  broadcasts: dropImpliedExpands,
  algebra: simplifyAlgebra,
  transposes: removeTransposes,
  masks: multiplyByMasks,
  affine: joinAffine,
  scalars: fillAxes,
  reshapes: joinReshapes,
} as const satisfies Readonly<Record<string, (program: Program) => Program>>;

export type PassName = keyof typeof passes;
export const passNames = Object.keys(passes) as readonly PassName[];

export interface OptimiseOptions {
  readonly disable?: readonly PassName[];
  /** Sees the program after each pass: for dumps. */
  onPass?(name: PassName, program: Program): void;
}

/** Throws `ProgramError`, naming the pass, when a pass makes an illegal program. */
export function optimise(program: Program, options: OptimiseOptions = {}): Program {
  verifyProgram(program);
  let current = program;
  for (const name of passNames) {
    if (options.disable?.includes(name)) continue;
    const next = passes[name](current);
    if (next !== current) verifyAfter(name, next);
    current = next;
    options.onPass?.(name, current);
  }
  return current;
}

function verifyAfter(name: PassName, program: Program): void {
  try {
    verifyProgram(program);
  } catch (error) {
    throw new ProgramError(`after pass ${name}: ${(error as Error).message}`);
  }
}
