/**
 * Writes a factor and an offset for each channel as a convolution of 1×1 with a group for each. onnxruntime's CPU provider
 * normalises by given statistics on one thread and convolves on all of them, and takes a ReLU that follows, and a sum before
 * it, into the same kernel.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Tensor } from '../../program/builder.ts';
import type { Rewriting } from '../../program/passes/rewrite.ts';
import type { Instruction } from '../../program/program.ts';

/** A group takes some time of its own, in which so many numbers could be computed. */
const FEWEST_POSITIONS = 256;

/** Of a normalisation by given statistics; undefined where it is more than that, or the image is small. */
export function convolveAffine(
  instruction: Instruction,
  operands: readonly Tensor[],
  rewriting: Rewriting,
): Tensor | undefined {
  if (!isAffine(instruction, operands, rewriting)) return undefined;
  const [x, scale, offset] = operands;
  const { builder: b } = rewriting;
  const [, channels, ...positions] = instruction.shape as [number, number, ...number[]];
  const along = <T>(each: T): T[] => positions.map(() => each);
  const window = { strides: along(1), dilations: along(1), pads: along([0, 0] as const), groups: channels };
  return b.conv(x!, b.reshape(scale!, [channels, 1, ...along(1)]), offset!, window);
}

/** Whether a normalisation by given statistics is no more than a factor and an offset, and the image large enough. */
function isAffine(
  { kernel, attributes, shape }: Instruction,
  [, , , mean, variance]: readonly Tensor[],
  { definition }: Rewriting,
): boolean {
  if (kernel !== 'batch_norm' || attributes.epsilon !== 0) return false;
  const isAll = (tensor: Tensor, value: number): boolean => {
    const { kernel, attributes } = definition(tensor);
    return kernel === 'constant' && attributes.data.every((each) => each === value);
  };
  return elementCount(shape.slice(2)) >= FEWEST_POSITIONS && isAll(mean!, 0) && isAll(variance!, 1);
}
