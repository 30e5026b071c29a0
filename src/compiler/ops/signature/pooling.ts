import { padding } from './convolution.ts';
import { parameter, type Signature, unary } from './signature.ts';

const kernel = parameter('kernel', 'pair', undefined, 'Height and width of the window.');
const stride = parameter('stride', 'pair', null, 'Step between windows; the kernel unless given.');
const ceilMode = parameter(
  'ceil_mode',
  'bool',
  false,
  'Whether a last window that begins inside the input, or the padding before it, may reach over the end.',
);
const output = parameter('output', 'pair', undefined, 'Height and width of the output.');

export const pooling = {
  max_pool: unary(
    'The largest value of each window; padding never wins.',
    "[H, W, C] -> [H', W', C]",
    kernel,
    stride,
    padding('valid'),
    parameter('dilation', 'pair', 1, 'Distance between the taps of a window.'),
    ceilMode,
  ),
  avg_pool: unary(
    'The mean of each window.',
    "[H, W, C] -> [H', W', C]",
    kernel,
    stride,
    padding('valid'),
    parameter('count_padding', 'bool', false, 'Whether padded zeros count in the mean.'),
    ceilMode,
  ),
  global_avg_pool: unary('The mean over height and width, or along a sequence `[L, C]`.', '[H, W, C] -> [C]'),
  global_max_pool: unary('The maximum over height and width, or along a sequence `[L, C]`.', '[H, W, C] -> [C]'),
  adaptive_avg_pool: unary(
    'The mean of as many cells as the output has; where that is more than there are positions, cells share them.',
    "[H, W, C] -> [H', W', C]",
    output,
  ),
  adaptive_max_pool: unary(
    'The maximum of as many cells as the output has, cut as those of `adaptive_avg_pool`.',
    "[H, W, C] -> [H', W', C]",
    output,
  ),
} satisfies Record<string, Signature>;
