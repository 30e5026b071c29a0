import type { OpAttributes, Window } from '../../../../src/compiler/ops/kind.ts';
import { fromZeros } from '../../../support/initializers.ts';
import { type OpCase, window, windowed } from '../case.ts';

function conv2d(
  input: readonly [number, number, number],
  filters: number,
  given: Partial<Window>,
  { groups = 1, bias = true } = {},
): OpCase<'conv2d'> {
  const attributes = { ...window(given), filters, groups, bias, ...fromZeros };
  return { inputs: [input], attributes, outputs: [[...windowed(input, attributes), filters]] };
}

function depthwise(
  input: readonly [number, number, number],
  multiplier: number,
  given: Partial<Window>,
  bias = true,
): OpCase<'depthwise_conv2d'> {
  const attributes = { ...window(given), multiplier, bias, ...fromZeros };
  return { inputs: [input], attributes, outputs: [[...windowed(input, attributes), input[2] * multiplier]] };
}

function transposed(
  input: readonly [number, number, number],
  filters: number,
  given: Partial<OpAttributes['conv2d_transpose']>,
): OpCase<'conv2d_transpose'> {
  const attributes = {
    ...window(given),
    filters,
    groups: 1,
    bias: true,
    ...fromZeros,
    outputPadding: [0, 0] as const,
    ...given,
  };
  const { kernel, stride, dilation, padding, outputPadding } = attributes;
  const spatial = ([0, 1] as const).map(
    (axis) =>
      (input[axis] - 1) * stride[axis] +
      dilation[axis] * (kernel[axis] - 1) +
      1 -
      padding[axis][0] -
      padding[axis][1] +
      outputPadding[axis],
  );
  return { inputs: [input], attributes, outputs: [[...spatial, filters]] };
}

const around = (size: number) =>
  [
    [size, size],
    [size, size],
  ] as const;
const uneven = [
  [0, 1],
  [2, 1],
] as const;

export const conv2dCases = [
  conv2d([4, 5, 2], 3, { kernel: [1, 1] }),
  conv2d([4, 5, 2], 3, { kernel: [1, 1], stride: [2, 2] }, { bias: false }),
  conv2d([4, 4, 2], 2, { kernel: [1, 1], padding: around(1) }),
  conv2d([5, 4, 2], 3, { kernel: [3, 3], padding: around(1) }),
  conv2d([5, 5, 2], 2, { kernel: [3, 3] }, { bias: false }),
  conv2d([7, 6, 2], 2, { kernel: [3, 3], dilation: [2, 2], padding: around(2) }),
  conv2d([7, 7, 1], 2, { kernel: [3, 3], stride: [2, 2], padding: around(1) }),
  conv2d([6, 8, 2], 1, { kernel: [3, 3], stride: [2, 2], padding: uneven }),
  conv2d([6, 8, 1], 2, { kernel: [2, 5], stride: [2, 3], padding: uneven }),
  conv2d([5, 6, 2], 3, {
    kernel: [3, 1],
    padding: [
      [1, 1],
      [0, 0],
    ],
  }),
  conv2d([5, 6, 2], 2, {
    kernel: [1, 3],
    padding: [
      [0, 0],
      [1, 1],
    ],
    dilation: [1, 2],
  }),
  conv2d([8, 7, 1], 2, { kernel: [3, 2], stride: [2, 1], dilation: [2, 3], padding: uneven }),
  conv2d([4, 4, 2], 1, { kernel: [2, 2], padding: around(3) }),
  conv2d([5, 4, 4], 6, { kernel: [3, 3], padding: around(1) }, { groups: 2 }),
  conv2d([6, 5, 4], 4, { kernel: [3, 2], stride: [2, 2], padding: uneven }, { groups: 2, bias: false }),
  conv2d([4, 4, 3], 6, { kernel: [3, 3], padding: around(1), dilation: [2, 1] }, { groups: 3 }),
  conv2d([4, 4, 3], 3, { kernel: [3, 3], padding: around(1) }, { groups: 3 }),
];

export const depthwiseCases = [
  depthwise([5, 4, 3], 1, { kernel: [3, 3], padding: around(1) }),
  depthwise([6, 7, 2], 1, { kernel: [3, 3], stride: [2, 2], padding: uneven }, false),
  depthwise([7, 7, 2], 1, { kernel: [3, 3], dilation: [2, 2], padding: around(2) }),
  depthwise([5, 6, 2], 3, { kernel: [2, 3], padding: uneven }),
  depthwise([6, 5, 2], 2, { kernel: [3, 3], stride: [2, 1], dilation: [1, 2], padding: around(2) }),
  depthwise([4, 4, 1], 2, { kernel: [3, 3], padding: around(1) }),
  depthwise([4, 4, 1], 1, { kernel: [3, 3], padding: around(1) }),
];

export const transposedCases = [
  transposed([3, 4, 2], 3, { kernel: [2, 2], stride: [2, 2] }),
  transposed([3, 3, 2], 2, { kernel: [3, 3], stride: [2, 2], padding: around(1), outputPadding: [1, 1] }),
  transposed([4, 3, 2], 2, { kernel: [3, 3], padding: around(1) }),
  transposed([3, 4, 1], 2, { kernel: [4, 3], stride: [2, 3], padding: uneven, outputPadding: [0, 2] }),
  transposed([3, 3, 2], 1, { kernel: [3, 2], stride: [2, 1], dilation: [2, 2], padding: around(1), bias: false }),
  transposed([2, 3, 2], 2, { kernel: [1, 1], stride: [2, 2], outputPadding: [1, 1] }),
  transposed([3, 4, 4], 6, { kernel: [3, 2], stride: [2, 1], padding: around(1), groups: 2 }),
  transposed([3, 3, 3], 3, { kernel: [2, 3], dilation: [1, 2], groups: 3, bias: false }),
  // as much output padding as a stride, or more: rows that a further window would see
  transposed([3, 4, 2], 2, { kernel: [2, 3], dilation: [2, 3], padding: around(1), outputPadding: [1, 2] }),
  transposed([3, 3, 2], 2, { kernel: [2, 2], stride: [2, 1], dilation: [3, 3], outputPadding: [2, 1], bias: false }),
  transposed([3, 3, 2], 4, { kernel: [2, 2], dilation: [2, 3], padding: uneven, outputPadding: [1, 2], groups: 2 }),
  transposed([3, 3, 2], 2, { kernel: [3, 2], dilation: [2, 3], outputPadding: [1, 2], groups: 2 }),
];
