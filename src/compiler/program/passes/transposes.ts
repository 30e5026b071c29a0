/**
 * Removes transposes: joins pairs, moves reductions before them, and carries one through elementwise kernels where it
 * then meets another. A transpose moves every byte of a tensor and computes nothing.
 */
import type { Tensor } from '../builder.ts';
import type { Instruction, Kernel, Program } from '../program.ts';
import { equalShapes } from '../shape-rules.ts';
import { countUses } from '../uses.ts';
import { movesOnlyUnits } from './reshapes.ts';
import { type Rewriting, rewrite } from './rewrite.ts';

const elementwise: ReadonlySet<Kernel> = new Set(['unary', 'binary', 'compare', 'where', 'cast']);

export function removeTransposes(program: Program): Program {
  const uses = countUses(program);
  const meets = meetsTranspose(program, uses);
  return rewrite(program, (instruction, operands, rewriting) => {
    if (instruction.kernel === 'transpose') {
      return joinPair(instruction.attributes.permutation, operands[0]!, rewriting);
    }
    if (instruction.kernel === 'reduce') return reduceFirst(instruction, operands[0]!, rewriting);
    if (!elementwise.has(instruction.kernel)) return undefined;
    return carryThrough(instruction, operands, rewriting, meets[instruction.id]!, uses);
  });
}

function joinPair(
  outer: readonly number[],
  x: Tensor,
  { builder, definition, operand }: Rewriting,
): Tensor | undefined {
  const inner = definition(x);
  if (inner.kernel !== 'transpose') return undefined;
  const { permutation } = inner.attributes;
  return builder.transpose(
    operand(inner, 0),
    outer.map((axis) => permutation[axis]!),
  );
}

/** The transpose of a sum is the sum of a transpose, over fewer elements. */
function reduceFirst(
  { attributes: { fn, axes } }: Extract<Instruction, { kernel: 'reduce' }>,
  x: Tensor,
  { builder, definition, operand }: Rewriting,
): Tensor | undefined {
  const inner = definition(x);
  if (inner.kernel !== 'transpose') return undefined;
  const { permutation } = inner.attributes;
  const reduced = builder.reduce(
    fn,
    operand(inner, 0),
    axes.map((axis) => permutation[axis]!),
  );
  return transposeOrReshape(reduced, permutation, builder);
}

/** Computes before the transpose of the operands instead of after it, if that leaves fewer transposes. */
function carryThrough(
  instruction: Instruction,
  operands: readonly Tensor[],
  { builder, definition, operand, again }: Rewriting,
  meets: boolean,
  uses: readonly number[],
): Tensor | undefined {
  const { shape } = instruction;
  const definitions = operands.map(definition);
  const permutation = definitions.find(isTranspose)?.attributes.permutation;
  if (!permutation) return undefined;

  let removed = 0;
  const before: Tensor[] = [];
  for (const [place, tensor] of operands.entries()) {
    const inner = definitions[place]!;
    const same = isTranspose(inner) && equalShapes(inner.attributes.permutation, permutation);
    if (same && equalShapes(tensor.shape, shape)) {
      // a transpose that others read as well stays
      const here = instruction.operands.filter((each) => each === instruction.operands[place]).length;
      const alone = uses[instruction.operands[place]!] === here;
      if (alone && !before.some(({ id }) => id === operand(inner, 0).id)) removed++;
      before.push(operand(inner, 0));
      continue;
    }
    const moved = untransposed(tensor, shape.length, permutation);
    if (!moved) return undefined;
    before.push(builder.reshape(tensor, moved));
  }
  // one is made after the kernel, which costs nothing where it joins the next
  if (removed < (meets ? 1 : 2)) return undefined;
  const from = inverse(permutation).map((axis) => shape[axis]!);
  return builder.transpose(again({ ...instruction, shape: from }, before), permutation);
}

/** The shape of a broadcast operand before the transpose, if its elements keep their order. */
function untransposed({ shape }: Tensor, rank: number, permutation: readonly number[]): readonly number[] | undefined {
  if (shape.length === 0) return shape;
  const whole = [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
  const back = inverse(permutation);
  return movesOnlyUnits(whole, back) ? back.map((axis) => whole[axis]!) : undefined;
}

/** For each instruction, whether its result goes through elementwise kernels alone, and only once, into a transpose. */
function meetsTranspose(program: Program, uses: readonly number[]): readonly boolean[] {
  const { instructions } = program;
  const meets = new Array<boolean>(instructions.length).fill(false);
  for (let id = instructions.length - 1; id >= 0; id--) {
    const { kernel, operands, shape } = instructions[id]!;
    const carries = meets[id]! && elementwise.has(kernel);
    for (const operand of operands) {
      const reaches = kernel === 'transpose' || (carries && equalShapes(instructions[operand]!.shape, shape));
      if (reaches && uses[operand] === 1) meets[operand] = true;
    }
  }
  return meets;
}

function transposeOrReshape(x: Tensor, permutation: readonly number[], builder: Rewriting['builder']): Tensor {
  if (!movesOnlyUnits(x.shape, permutation)) return builder.transpose(x, permutation);
  return builder.reshape(
    x,
    permutation.map((axis) => x.shape[axis]!),
  );
}

function isTranspose(instruction: Instruction): instruction is Extract<Instruction, { kernel: 'transpose' }> {
  return instruction.kernel === 'transpose';
}

function inverse(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}
