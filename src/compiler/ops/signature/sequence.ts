import { convolution } from './convolution.ts';
import { pooling } from './pooling.ts';
import { type ParameterSpec, type Signature, unary } from './signature.ts';

/** What a layer over an image says, for one over a sequence. */
function along(image: Signature, summary: string, shapes: string): Signature {
  const words: readonly (readonly [string, string])[] = [
    ['Height and width of', 'Length of'],
    ['Zeros around the input', 'Zeros before and after the input'],
  ];
  const parameters = image.parameters.map((each): ParameterSpec => {
    const type = each.type === 'pair' ? 'length' : each.type === 'padding' ? 'ends' : each.type;
    const doc = words.reduce((text, [of, to]) => text.replace(of, to), each.doc);
    return { ...each, type, doc };
  });
  return unary(summary, shapes, ...parameters);
}

export const sequence = {
  conv1d: along(
    convolution.conv2d,
    'Convolution along a sequence; `padding: [kernel - 1, 0]` lets no position see a later one.',
    "[L, C] -> [L', filters]",
  ),
  depthwise_conv1d: along(
    convolution.depthwise_conv2d,
    'Convolution of each channel of a sequence with filters of its own.',
    "[L, C] -> [L', C * multiplier]",
  ),
  max_pool1d: along(pooling.max_pool, 'The largest value of each window of a sequence.', "[L, C] -> [L', C]"),
  avg_pool1d: along(pooling.avg_pool, 'The mean of each window of a sequence.', "[L, C] -> [L', C]"),
} satisfies Record<string, Signature>;
