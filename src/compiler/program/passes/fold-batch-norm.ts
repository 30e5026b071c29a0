/**
 * Folds a normalisation by known statistics into the convolution before it: with `s = gamma / √(variance + ε)` for each
 * channel, `s · (W ∗ x + b − mean) + beta` is a convolution by `s · W` with the bias `s · (b − mean) + beta`. Both have to
 * have their numbers, and nothing else may read the convolution.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Instruction, Program } from '../program.ts';
import { countUses } from '../uses.ts';
import { rewrite } from './rewrite.ts';

export function foldBatchNorm(program: Program): Program {
  const uses = countUses(program);
  return rewrite(program, (instruction, operands, { definition, operand, weight, builder }) => {
    if (instruction.kernel !== 'batch_norm') return undefined;
    const convolution = definition(operands[0]!);
    if (convolution.kernel !== 'conv' || uses[instruction.operands[0]!] !== 1) return undefined;
    const [filter, bias] = convolution.operands.map((_, place) => operand(convolution, place)).slice(1);
    const vectors = operands.slice(1).map((each) => numbersOf(definition(each)));
    const kernel = weightOf(filter!);
    const offset = bias === undefined ? undefined : weightOf(bias);
    if (!kernel || vectors.includes(undefined) || (bias && !offset)) return undefined;

    const [gamma, beta, mean, variance] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array];
    const scale = Float64Array.from(gamma, (each, channel) => {
      return each / Math.sqrt(variance[channel]! + instruction.attributes.epsilon);
    });
    const perOutput = elementCount(filter!.shape.slice(1));
    const scaled = kernel.data.map((each, index) => each * scale[Math.floor(index / perOutput)]!);
    const shifted = beta.map((each, channel) => {
      return each + scale[channel]! * ((offset?.data[channel] ?? 0) - mean[channel]!);
    });
    builder.origin(convolution.origin);
    return builder.conv(
      operand(convolution, 0),
      weight(kernel.name, scaled, filter!.shape),
      weight(offset?.name ?? kernel.name.replace(/[^/]*$/, 'bias'), shifted, [shifted.length]),
      convolution.attributes,
    );
  });
}

/** Of a weight, or of a scale or an offset that is not learned. */
function numbersOf({ kernel, attributes }: Instruction): Float32Array | undefined {
  return kernel === 'constant' ? (attributes.data as Float32Array) : undefined;
}

function weightOf({ kernel, attributes }: Instruction): { data: Float32Array; name: string } | undefined {
  if (kernel !== 'constant' || attributes.name === undefined) return undefined;
  return { data: attributes.data as Float32Array, name: attributes.name };
}
