/**
 * Writes `x · scale + offset`, with one scale and one offset for each channel of each example or for each channel alone,
 * as the normalisation by given statistics, which reads and writes `x` once where a product and a sum do it twice.
 * Nothing else may read the product. A ReLU that follows is brought next to it, where an engine may join them.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Tensor } from '../builder.ts';
import type { Instruction, Program } from '../program.ts';
import { equalShapes } from '../shape-rules.ts';
import { countUses } from '../uses.ts';
import { type Rewriting, rewrite } from './rewrite.ts';

/** Below this many elements the two kernels take less than making the vectors of the one. */
const smallest = 1 << 12;

export function joinAffine(program: Program): Program {
  const uses = countUses(program);
  return rewrite(program, (instruction, operands, rewriting) => {
    const { shape } = instruction;
    if (instruction.kernel === 'unary') return nextToAffine(instruction, operands[0]!, rewriting);
    if (!isBinary(instruction, 'add') || shape.length < 3 || elementCount(shape) < smallest) return undefined;
    for (const place of [0, 1]) {
      const product = rewriting.definition(operands[place]!);
      if (!isBinary(product, 'mul') || uses[instruction.operands[place]!] !== 1) continue;
      const [a, b] = [rewriting.operand(product, 0), rewriting.operand(product, 1)];
      const [x, scale] = equalShapes(a.shape, shape) ? [a, b] : [b, a];
      if (!equalShapes(x.shape, shape)) continue;
      const result = affine(x, scale, operands[1 - place]!, rewriting);
      if (result) return result;
    }
    return undefined;
  });
}

/** ReLU before the reshape of a normalisation, in place of after it. */
function nextToAffine(
  { attributes: { fn }, shape }: Extract<Instruction, { kernel: 'unary' }>,
  x: Tensor,
  rewriting: Rewriting,
): Tensor | undefined {
  const reshape = rewriting.definition(x);
  if (fn !== 'relu' || reshape.kernel !== 'reshape') return undefined;
  const normalised = rewriting.operand(reshape, 0);
  if (rewriting.definition(normalised).kernel !== 'batch_norm') return undefined;
  return rewriting.builder.reshape(rewriting.builder.unary('relu', normalised), shape);
}

function isBinary({ kernel, attributes }: Instruction, fn: 'add' | 'mul'): boolean {
  return kernel === 'binary' && attributes.fn === fn;
}

function affine(x: Tensor, scale: Tensor, offset: Tensor, { builder: b }: Rewriting): Tensor | undefined {
  const [examples, channels] = x.shape as [number, number];
  const groups = [scale, offset].map((each) => groupsOf(each, x.shape));
  if (groups.includes(undefined)) return undefined;
  const perExample = groups.some((each) => each! > channels);
  const count = perExample ? examples * channels : channels;
  const vector = (tensor: Tensor): Tensor => {
    if (elementCount(tensor.shape) === count) return b.reshape(tensor, [count]);
    return b.reshape(b.expand(tensor, [examples, channels, ...x.shape.slice(2).map(() => 1)]), [count]);
  };
  const image = perExample ? b.reshape(x, [1, count, elementCount(x.shape.slice(2))]) : x;
  const statistics = [b.constant(0, [count]), b.constant(1, [count])] as const;
  return b.reshape(b.batchNorm(image, [vector(scale), vector(offset), ...statistics], 0), x.shape);
}

/** C for `[1, C, 1, …]` and N · C for `[N, C, 1, …]`. */
function groupsOf({ shape, type }: Tensor, [examples, channels, ...positions]: readonly number[]): number | undefined {
  const missing = positions.length + 2 - shape.length;
  if (missing < 0) return undefined;
  const [first, second, ...others] = [...Array<number>(missing).fill(1), ...shape];
  if (type !== 'float32' || second !== channels || others.some((size) => size !== 1)) return undefined;
  return first === 1 || first === examples ? first! * channels! : undefined;
}
