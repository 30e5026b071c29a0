import { parameter, type Signature, unary } from './signature.ts';

const epsilon = parameter('epsilon', 'float', 1e-5, 'Added to the variance.');

export const normalization = {
  batch_norm: unary(
    'Normalises each channel over the batch, with a learned scale and offset; running statistics serve inference.',
    '[..., C] -> [..., C]',
    epsilon,
    parameter('momentum', 'float', 0.9, 'The share of the old running statistics kept at each step.'),
  ),
  group_norm: unary(
    'Normalises groups of channels of each example, with a learned scale and offset a channel.',
    '[..., C] -> [..., C]',
    parameter('groups', 'int', 32, 'Number of groups; it must divide the channels.'),
    epsilon,
  ),
  instance_norm: unary(
    'Normalises each channel of each example, with a learned scale and offset.',
    '[H, W, C] -> [H, W, C]',
    epsilon,
  ),
  layer_norm: unary(
    'Normalises the last axis of each position, with a learned scale and offset.',
    '[..., C] -> [..., C]',
    epsilon,
  ),
} satisfies Record<string, Signature>;
