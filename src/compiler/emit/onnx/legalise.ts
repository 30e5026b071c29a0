/** Rewrites what the operators of ONNX allow but some of its readers do not take. */
import { elementCount } from '../../../shared/element-count.ts';
import type { Builder, Tensor } from '../../program/builder.ts';
import { type Rewriting, rewrite } from '../../program/passes/rewrite.ts';
import type { Instruction, Program } from '../../program/program.ts';
import { isNarrowPadding } from '../../program/shape-rules.ts';
import { convolveAffine } from './affine-convolution.ts';

/** In one sweep, since the programs of training steps are long; with what an engine has a faster kernel for. */
export function legalise(program: Program, opset: number, affineConvolution = false): Program {
  return rewrite(program, (instruction, operands, rewriting) => {
    const [x, ...vectors] = operands;
    const { builder } = rewriting;
    if (affineConvolution && instruction.kernel === 'batch_norm') {
      return convolveAffine(instruction, operands, rewriting);
    }
    if (instruction.kernel === 'max_pool' || instruction.kernel === 'max_pool_places') {
      const apart = padApart(x!, rewriting);
      const wide = instruction.kernel === 'max_pool' && spellOutWidePadding(instruction, apart ?? x!, builder);
      return wide || (apart && rewriting.again(instruction, [apart]));
    }
    if (instruction.kernel === 'conv_transpose') return spellOutWideOutput(instruction, operands, builder);
    if (instruction.kernel === 'layer_norm' && opset < 17) return spellOutLayerNorm(instruction, x!, vectors, builder);
    if (instruction.kernel === 'reduce') return spellOutMean(instruction, x!, builder);
    return undefined;
  });
}

/**
 * Zeros around what a maximum is taken of, with one axis more while they are put there. onnxruntime 1.30 takes a `Pad` with
 * zeros right before a `MaxPool` into it, whose own padding is below all numbers: the maximum of negative ones was then
 * not 0.
 */
function padApart(x: Tensor, { builder: b, definition, operand }: Rewriting): Tensor | undefined {
  const pad = definition(x);
  if (pad.kernel !== 'pad' || pad.attributes.value !== 0) return undefined;
  const [image, { pads }] = [operand(pad, 0), pad.attributes];
  const withOne = <T>(list: readonly T[], one: T): T[] => [...list.slice(0, 2), one, ...list.slice(2)];
  const apart = b.reshape(image, withOne(image.shape, 1));
  return b.reshape(b.pad(apart, withOne<readonly [number, number]>(pads, [0, 0]), 0), x.shape);
}

/** "Pad should be smaller than kernel": a dilated maximum window may have more padding, which must be spelt out. */
function spellOutWidePadding(
  { attributes }: Extract<Instruction, { kernel: 'max_pool' }>,
  x: Tensor,
  builder: Builder,
): Tensor | undefined {
  const { pads, kernel } = attributes;
  if (isNarrowPadding(pads, kernel)) return undefined;
  const padded = builder.pad(x, [[0, 0], [0, 0], ...pads], Number.NEGATIVE_INFINITY);
  return builder.maxPool(padded, { ...attributes, pads: pads.map(() => [0, 0]) });
}

/**
 * "output_padding may be too large for stride": rows and columns that are added at the end are first cut less from there,
 * which the operator knows as smaller pads; beyond what the input reaches, they are zeros, and the bias.
 */
function spellOutWideOutput(
  { attributes, shape }: Extract<Instruction, { kernel: 'conv_transpose' }>,
  [x, filter, bias]: readonly Tensor[],
  b: Builder,
): Tensor | undefined {
  const { pads, strides, outputPads } = attributes;
  if (outputPads.every((size, axis) => size < strides[axis]!)) return undefined;
  const uncut = pads.map(([, after], axis) => Math.min(after, outputPads[axis]!));
  const cut = pads.map(([before, after], axis) => [before, after - uncut[axis]!] as const);
  const beyond = outputPads.map((size, axis) => [0, size - uncut[axis]!] as const);
  const none = outputPads.map(() => 0);
  const made = b.convTranspose(x!, filter!, undefined, { ...attributes, pads: cut, outputPads: none });
  const padded = b.pad(made, [[0, 0], [0, 0], ...beyond], 0);
  return bias ? b.add(padded, b.reshape(bias, [1, shape[1]!, ...none.map(() => 1)])) : padded;
}

/** There is an operator from opset 17 on. */
function spellOutLayerNorm(
  { attributes: { epsilon } }: Extract<Instruction, { kernel: 'layer_norm' }>,
  x: Tensor,
  vectors: readonly Tensor[],
  b: Builder,
): Tensor {
  const [gamma, beta] = vectors as [Tensor, Tensor];
  const [last, share] = [x.shape.length - 1, 1 / x.shape.at(-1)!];
  const mean = (values: Tensor): Tensor => b.scale(b.reduce('sum', values, [last]), share);
  const centred = b.sub(x, mean(x));
  const deviation = b.unary('sqrt', b.add(mean(b.mul(centred, centred)), b.constant(epsilon)));
  return b.add(b.mul(b.div(centred, deviation), gamma), beta);
}

/**
 * The mean as a sum and a factor, but over whole images, where an operator has one form in all opsets: `ReduceMean`
 * changed its form in opset 18 and `ReduceSum` did not, so that checkers which know only opset 17 (Debian's) accept the
 * models, too.
 */
function spellOutMean(
  instruction: Extract<Instruction, { kernel: 'reduce' }>,
  x: Tensor,
  builder: Builder,
): Tensor | undefined {
  if (instruction.attributes.fn !== 'mean' || isGlobalPool(instruction)) return undefined;
  const count = elementCount(x.shape) / elementCount(instruction.shape);
  const sum = builder.reduce('sum', x, instruction.attributes.axes);
  // of all axes: see the pass `scalars`
  const share = builder.constant(
    1 / count,
    sum.shape.map(() => 1),
  );
  return builder.mul(sum, share);
}

/** Over height and width of `[N, C, H, W]`. */
export function isGlobalPool({ attributes: { axes }, shape }: Extract<Instruction, { kernel: 'reduce' }>): boolean {
  return shape.length === 4 && axes.length === 2 && axes.every((axis) => axis >= 2);
}
