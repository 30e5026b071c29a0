import { type ParameterSpec, parameter, type Signature, unary, xs } from './signature.ts';

const axis = parameter('axis', 'int', -1, 'The axis, counted without the batch; negative from the end.');
const reduction: readonly ParameterSpec[] = [
  parameter('axes', 'int or ints', null, 'The axes to reduce, counted without the batch; all unless given.'),
  parameter('keep_axes', 'bool', false, 'Whether reduced axes stay, with size 1.'),
];

export const shaping = {
  concat: {
    summary: 'Joins tensors along an axis; their other axes must agree.',
    inputs: [xs],
    parameters: [axis],
    shapes: '[H, W, C1], [H, W, C2] -> [H, W, C1 + C2]',
  },
  split: unary(
    'Cuts an axis into pieces; the result is a list of tensors.',
    '[H, W, C] -> [[H, W, C / parts], …]',
    parameter('parts', 'int or ints', undefined, 'Into how many equal pieces, or the sizes of the pieces.'),
    axis,
  ),
  slice: unary(
    'The positions from `start` up to, but not including, `end` of an axis.',
    "[H, W, C] -> [H, W, C']",
    parameter('start', 'int', undefined, 'First position; negative from the end.'),
    parameter('end', 'int', undefined, 'Position after the last; negative from the end.'),
    axis,
  ),
  reshape: unary(
    'The same numbers, in the same order, with other axes.',
    '[...] -> shape',
    parameter('shape', 'ints', undefined, 'The new sizes, without the batch; at most one may be -1: what is left.'),
  ),
  flatten: unary('All axes in one.', '[...] -> [N]'),
  transpose: unary(
    'The axes in another order.',
    '[...] -> [...]',
    parameter('permutation', 'ints', undefined, 'For each axis of the output, the axis of the input that it is.'),
  ),
  pad: unary(
    'Adds a constant before and after each axis.',
    '[...] -> [...]',
    parameter('pads', 'pairs', undefined, '`[before, after]` for each axis.'),
    parameter('value', 'float', 0, 'What to add.'),
  ),
  reduce_mean: unary('The mean over axes.', '[...] -> [...]', ...reduction),
  reduce_sum: unary('The sum over axes.', '[...] -> [...]', ...reduction),
  reduce_max: unary('The maximum over axes.', '[...] -> [...]', ...reduction),
  reduce_min: unary('The minimum over axes.', '[...] -> [...]', ...reduction),
  broadcast_to: unary(
    'Repeats axes of size 1, and puts axes in front, until the shape is the one given.',
    '[...] -> shape',
    parameter('shape', 'ints', undefined, 'The new sizes, without the batch.'),
  ),
  resize: unary(
    'Height and width as given, larger or smaller, without smoothing before; as `interpolate` of PyTorch.',
    "[H, W, C] -> [H', W', C]",
    parameter('size', 'pair', undefined, 'Height and width of the output.'),
    parameter(
      'method',
      ['nearest', 'bilinear'],
      'nearest',
      '`"nearest"` takes the position `floor(i * size / output)`; `"bilinear"` goes by the centres of positions.',
    ),
    parameter(
      'align_corners',
      'bool',
      false,
      'For `"bilinear"`, whether the outermost positions stay where they are instead.',
    ),
  ),
  upsample: unary(
    'Enlarges height and width by whole factors.',
    '[H, W, C] -> [H * scale, W * scale, C]',
    parameter('scale', 'pair', 2, 'Factor for height and width.'),
    parameter('method', ['nearest', 'bilinear'], 'nearest', 'How new positions get their values; half-pixel centres.'),
  ),
} satisfies Record<string, Signature>;
