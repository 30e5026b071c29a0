/**
 * Convolutions on images whose channels come in blocks, `[N, C / block, H, W, block]`, where the block is a vector of the
 * processor. onnxruntime's CPU provider has kernels for them, in its own domain, and uses them by itself where filters are
 * constant. A program that trains changes its filters, so the model says so itself: the image and the filter are
 * rearranged, and the result is rearranged back.
 *
 * Which convolutions gain by that follows from their sizes alone. Filters are `[O / block, C / block, kh, kw, block of C,
 * block of O]`, and those of depthwise convolutions `[C / block, kh, kw, block]`, which is an image in blocks, too. An
 * image of fewer channels than a block has is taken as it is, with filters `[O / block, C, kh, kw, block of O]`.
 */
import type { NodeProto } from 'onnx-buf';
import { elementCount } from '../../../shared/element-count.ts';
import type { Instruction, Program } from '../../program/program.ts';
import { type ModelContext, type Operator, operators } from './kernels.ts';
import { nodeMessage } from './message.ts';

export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

type Convolution = Extract<Instruction, { readonly kernel: 'conv' }>;

/** Below this many windows the filter takes longer to rearrange than its product with them can gain. */
const FEWEST_WINDOWS = 2048;

/** Whether a convolution is faster in blocks of this many channels. */
export function gainsByBlocks(instruction: Instruction, program: Program, block: number): instruction is Convolution {
  if (instruction.kernel !== 'conv' || instruction.shape.length !== 4) return false;
  const { shape: filter } = program.instructions[instruction.operands[1]!]!;
  const [outputs, inputs, ...kernel] = filter as [number, number, number, number];
  const { groups } = instruction.attributes;
  // one product with the image is all there is to it
  if (elementCount(kernel) === 1) return false;
  if (isDepthwise(filter, groups)) return groups % block === 0;
  const [batch, , ...size] = instruction.shape as [number, number, number, number];
  const whole = inputs % block === 0 || isThin(filter, groups, block);
  return whole && (outputs / groups) % block === 0 && batch * elementCount(size) >= FEWEST_WINDOWS;
}

function isDepthwise([outputs, inputs]: readonly number[], groups: number): boolean {
  return groups > 1 && outputs === groups && inputs === 1;
}

/** Fewer channels than a block has, such as the colours of a photograph. */
function isThin([, inputs]: readonly number[], groups: number, block: number): boolean {
  return groups === 1 && inputs! < block;
}

export function blockedConvolution(
  instruction: Convolution,
  program: Program,
  names: ReadonlyMap<number, string>,
  block: number,
  model: ModelContext,
): readonly NodeProto[] {
  const output = names.get(instruction.id)!;
  const [x, filter, bias] = instruction.operands.map((operand) => names.get(operand)!);
  const { shape } = program.instructions[instruction.operands[1]!]!;
  const nodes: NodeProto[] = [];
  const add = (part: string, { op, inputs, attributes }: Operator, domain?: string): string => {
    // no program can give a name with a colon and a space
    const name = `${output}: ${part}`;
    nodes.push(nodeMessage(name, op, inputs, name, attributes, domain));
    return name;
  };
  const reshape = (part: string, tensor: string, sizes: readonly number[]): string =>
    add(part, { op: 'Reshape', inputs: [tensor, model.int64(sizes)] });

  const [outputs, inputs, ...kernel] = shape as [number, number, number, number];
  const { groups } = instruction.attributes;
  const inBlocks = (part: string, tensor: string): string =>
    add(part, { op: 'ReorderInput', inputs: [tensor] }, BLOCKED_DOMAIN);
  const thin = isThin(shape, groups, block);
  const image = thin ? x! : inBlocks('blocks of the image', x!);
  const taps = elementCount(kernel);
  // as an image whose channels are the outputs, `[O / block, C, kh, kw, block of O]`: much faster than a transpose of six axes
  let moved = inBlocks('blocks of outputs', reshape('filter', filter!, [1, outputs, inputs, taps]));
  if (!thin && !isDepthwise(shape, groups)) {
    const apart = reshape('filter apart', moved, [(outputs * inputs) / block ** 2, block, taps, block]);
    moved = add('blocks of inputs', { op: 'Transpose', inputs: [apart], attributes: { perm: [0, 2, 1, 3] } });
  }
  const blocks = reshape('filter in blocks', moved, shape);

  const plain = operators.conv(instruction, [image, blocks, ...(bias === undefined ? [] : [bias])], model)!;
  const kernelShape = { ...plain.attributes, kernel_shape: kernel };
  const result = add('blocks of the result', { ...plain, attributes: kernelShape }, BLOCKED_DOMAIN);
  nodes.push(nodeMessage(output, 'ReorderOutput', [result], output, { channels: outputs }, BLOCKED_DOMAIN));
  return nodes;
}
