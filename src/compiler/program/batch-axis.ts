/**
 * Which tensors of a program have the batch as their first axis, or a multiple of it (`[N · T, C]`), so that the program
 * holds for any number of examples.
 *
 * In: a program built for a number of examples that is like none of its sizes, and its inputs that have one entry an
 * example. Out: the tensors that grow with that number, or the first instruction that needs the number itself. Every
 * kernel has a row that says what it does to the batch; an instruction that mixes examples, or pairs them with numbers
 * of its own, is refused. What is repeated that many times is repeated for each example.
 */
import type { Instruction, Kernel, Program, TensorId } from './program.ts';

export type BatchAxis =
  | { readonly grows: ReadonlySet<TensorId> }
  /** `why` continues "needs the number of examples: it …". */
  | { readonly refused: Instruction; readonly why: string };

interface Operand {
  readonly grows: boolean;
  readonly shape: readonly number[];
}

/** Whether the result grows, or why that cannot be told. At least one operand grows. */
type Row<K extends Kernel> = (
  instruction: Extract<Instruction, { readonly kernel: K }>,
  operands: readonly Operand[],
  batch: number,
) => true | string;

const examplewise = (): true => true;

const rows: { readonly [K in Kernel]: Row<K> } = {
  input: examplewise,
  constant: examplewise,
  unary: examplewise,
  cast: examplewise,
  binary: elementwise,
  compare: elementwise,
  where: elementwise,
  reduce: ({ attributes: { axes } }) => !axes.includes(0) || 'reduces over the examples',
  reshape: ({ shape }, _, batch) =>
    (shape.length > 0 && shape[0]! % batch === 0) || 'spreads the examples over several axes',
  transpose: ({ attributes: { permutation } }) => permutation[0] === 0 || 'moves the axis of the examples',
  expand: ({ shape }, [x]) =>
    (x!.shape.length === shape.length && x!.shape[0] === shape[0]) || 'repeats the axis of the examples',
  slice: ({ attributes: { starts, ends, steps } }, [x]) =>
    (starts[0] === 0 && ends[0] === x!.shape[0] && steps[0] === 1) || 'takes some of the examples',
  concat: ({ attributes: { axis } }, operands) => {
    if (axis === 0) return 'joins examples';
    return operands.every(({ grows }) => grows) || 'joins examples with numbers that are not one for each';
  },
  pad: ({ attributes: { pads } }) => (pads[0]![0] === 0 && pads[0]![1] === 0) || 'pads the axis of the examples',
  gather: ({ attributes: { axis } }, [x, indices]) => {
    if (x!.grows) return (axis !== 0 && !indices!.grows) || 'picks examples';
    return axis === 0 || 'moves the axis of the examples';
  },
  scatter_add: () => 'adds up examples',
  first: () => 'counts the examples',
  matmul: (_, [a, b]) => {
    if (b!.grows && b!.shape.length < 3) return 'multiplies by a matrix made of examples';
    if (a!.grows && a!.shape.length < b!.shape.length) return 'multiplies the examples by several matrices';
    // a matrix is the same for all examples, whatever its sizes
    const stacks = [a!, b!].filter(({ grows, shape }) => grows || shape.length > 2);
    return aligned(stacks, Math.max(a!.shape.length, b!.shape.length));
  },
  conv: onlyFirst,
  conv_transpose: onlyFirst,
  batch_norm: onlyFirst,
  instance_norm: examplewise,
  layer_norm: (_, [x, ...vectors]) =>
    (x!.shape.length > 1 && !vectors.some(({ grows }) => grows)) || 'normalises over the examples',
  max_pool: examplewise,
  max_pool_places: () => 'counts through all examples',
  max_unpool: () => 'counts through all examples',
  average_pool: examplewise,
  softmax: ({ attributes: { axis } }) => axis !== 0 || 'normalises over the examples',
};

/** `inputs` are the names of those that have one entry an example; all others are the same for every example. */
export function traceBatch(program: Program, inputs: ReadonlySet<string>, batch: number): BatchAxis {
  const grows = new Set<TensorId>();
  const fed = program.instructions.some(({ kernel, attributes }) => kernel === 'input' && inputs.has(attributes.name));
  for (const instruction of program.instructions) {
    if (instruction.kernel === 'input' && inputs.has(instruction.attributes.name)) grows.add(instruction.id);
    const operands = instruction.operands.map((id): Operand => {
      return { grows: grows.has(id), shape: program.instructions[id]!.shape };
    });
    if (!operands.some((operand) => operand.grows)) {
      if (instruction.kernel !== 'expand' || instruction.shape[0] !== batch) continue;
      if (!fed) return { refused: instruction, why: 'is for each example, and no input says how many there are' };
      grows.add(instruction.id);
      continue;
    }
    const row = rows[instruction.kernel] as Row<Kernel>;
    const answer = row(instruction as never, operands, batch);
    if (answer !== true) return { refused: instruction, why: answer };
    grows.add(instruction.id);
  }
  return { grows };
}

function elementwise({ shape }: Instruction, operands: readonly Operand[]): true | string {
  return aligned(operands, shape.length);
}

/** Broadcasting over `rank` axes: the examples of all stand in the first one, and what has none is the same for all. */
function aligned(operands: readonly Operand[], rank: number): true | string {
  const fits = operands.every(({ grows, shape }) =>
    grows ? shape.length === rank : shape.length < rank || shape[0] === 1,
  );
  return fits || 'combines the examples with numbers that are not one for each';
}

function onlyFirst(_: Instruction, [, ...others]: readonly Operand[]): true | string {
  return others.every(({ grows }) => !grows) || 'takes its weights from the examples';
}
