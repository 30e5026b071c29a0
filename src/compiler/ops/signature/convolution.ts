import { type ParameterSpec, parameter, type Signature, unary } from './signature.ts';

const stride = parameter('stride', 'pair', 1, 'Step between windows.');
const dilation = parameter('dilation', 'pair', 1, 'Distance between the taps of a window.');
const groups = parameter('groups', 'int', 1, 'Channels are convolved in this many separate groups.');
const bias = parameter('bias', 'bool', true, 'Whether to add a learned offset to each output channel.');
const initializers = [
  parameter('initializer', 'initializer', 'glorot_uniform', 'How the kernel starts.'),
  parameter('bias_initializer', 'initializer', 'zeros', 'How the bias starts; its fans are those of the kernel.'),
];

export function padding(value: 'same' | 'valid'): ParameterSpec {
  return parameter(
    'padding',
    'padding',
    value,
    'Zeros around the input: `"same"` makes the output `ceil(size / stride)`, `"valid"` adds none; or as many as given.',
  );
}

export const convolution = {
  conv2d: unary(
    'Convolution with learned filters.',
    "[H, W, C] -> [H', W', filters]",
    parameter('filters', 'int', undefined, 'Channels of the output.'),
    parameter('kernel', 'pair', undefined, 'Height and width of the filters.'),
    stride,
    dilation,
    groups,
    padding('same'),
    bias,
    ...initializers,
  ),
  depthwise_conv2d: unary(
    'Convolution of each channel with filters of its own.',
    "[H, W, C] -> [H', W', C * multiplier]",
    parameter('kernel', 'pair', undefined, 'Height and width of the filters.'),
    stride,
    dilation,
    parameter('multiplier', 'int', 1, 'Output channels made from each input channel.'),
    padding('same'),
    bias,
    ...initializers,
  ),
  conv2d_transpose: unary(
    'The adjoint of a strided convolution: enlarges the input.',
    "[H, W, C] -> [H', W', filters]",
    parameter('filters', 'int', undefined, 'Channels of the output.'),
    parameter('kernel', 'pair', undefined, 'Height and width of the filters.'),
    stride,
    dilation,
    parameter(
      'padding',
      'padding',
      'same',
      '`"same"` makes the output `size * stride`, `"valid"` keeps all of it; or rows and columns cut from each side.',
    ),
    parameter('output_padding', 'pair', 0, 'Rows and columns added at the end.'),
    bias,
    ...initializers,
    groups,
  ),
  dense: unary(
    'Matrix product with learned weights over the last axis.',
    '[..., C] -> [..., units]',
    parameter('units', 'int', undefined, 'Size of the last axis of the output.'),
    bias,
    ...initializers,
  ),
  matmul: {
    summary: 'Matrix product of the last two axes; the axes before them broadcast.',
    inputs: [
      { name: 'a', list: false },
      { name: 'b', list: false },
    ],
    parameters: [
      parameter('transpose_a', 'bool', false, 'Swap the last two axes of `a` first.'),
      parameter('transpose_b', 'bool', false, 'Swap the last two axes of `b` first.'),
    ],
    shapes: '[..., M, K], [..., K, N] -> [..., M, N]',
  },
} satisfies Record<string, Signature>;
