import { parameter, type Signature, unary } from './signature.ts';

const epsilon = parameter('epsilon', 'float', 1e-5, 'Added to the variance.');

const scale = parameter('scale', 'bool', true, 'Whether to learn a factor for each channel.');
const offset = parameter('offset', 'bool', true, 'Whether to learn an offset for each channel.');

export const normalization = {
  batch_norm: unary(
    'Normalises each channel over the batch, with a learned scale and offset; running statistics serve inference.',
    '[..., C] -> [..., C]',
    epsilon,
    parameter('momentum', 'float', 0.9, 'The share of the old running statistics kept at each step.'),
    scale,
    offset,
  ),
  group_norm: unary(
    'Normalises groups of channels of each example, with a learned scale and offset a channel.',
    '[..., C] -> [..., C]',
    parameter('groups', 'int', 32, 'Number of groups; it must divide the channels.'),
    epsilon,
    scale,
    offset,
  ),
  instance_norm: unary(
    'Normalises each channel of each example, with a learned scale and offset.',
    '[H, W, C] -> [H, W, C]',
    epsilon,
    scale,
    offset,
  ),
  layer_norm: unary(
    'Normalises the last axis of each position, with a learned scale and offset.',
    '[..., C] -> [..., C]',
    epsilon,
    scale,
    offset,
  ),
  rms_norm: unary(
    'Divides the last axis of each position by its root mean square; a learned scale follows.',
    '[..., C] -> [..., C]',
    parameter('epsilon', 'float', 1e-6, 'Added to the mean square.'),
    scale,
  ),
  l2_normalize: unary(
    'Scales the vectors along an axis to length 1.',
    '[...] -> [...]',
    parameter('axis', 'int', -1, 'The axis, counted without the batch; negative from the end.'),
    parameter('epsilon', 'float', 1e-12, 'The least squared length that is divided by: zeros stay zeros.'),
  ),
} satisfies Record<string, Signature>;
