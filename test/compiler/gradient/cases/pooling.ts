import type { Pair, Window } from '../../../../src/compiler/ops/kind.ts';
import { type OpCase, window, windowed } from '../case.ts';

type Image = readonly [number, number, number];

function maxPool(input: Image, given: Partial<Window>): OpCase<'max_pool'> {
  const attributes = window(given);
  return { inputs: [input], attributes, outputs: [[...windowed(input, attributes), input[2]]] };
}

function avgPool(
  input: Image,
  given: Partial<Window>,
  countPadding = false,
  ceiling: Pair = [0, 0],
): OpCase<'avg_pool'> {
  const attributes = { ...window(given), countPadding, ceiling };
  return { inputs: [input], attributes, outputs: [[...windowed(input, attributes), input[2]]] };
}

const around = [
  [1, 1],
  [1, 1],
] as const;
const uneven = [
  [0, 1],
  [1, 0],
] as const;

const poolWindows: readonly (readonly [Image, Partial<Window>])[] = [
  [[4, 6, 2], { kernel: [2, 2], stride: [2, 2] }],
  [[5, 7, 2], { kernel: [2, 2], stride: [2, 2] }],
  [[5, 5, 2], { kernel: [3, 3], stride: [1, 1], padding: around }],
  [[7, 6, 2], { kernel: [3, 3], stride: [2, 2], padding: around }],
  [[6, 7, 1], { kernel: [3, 2], stride: [2, 1], padding: uneven }],
  [[7, 8, 1], { kernel: [2, 2], stride: [3, 3] }],
  [[5, 6, 1], { kernel: [1, 1], stride: [2, 2] }],
  [[4, 7, 1], { kernel: [3, 4], stride: [3, 4], padding: uneven }],
];

const dilated: readonly (readonly [Image, Partial<Window>])[] = [
  [[7, 7, 1], { kernel: [3, 3], dilation: [2, 2], padding: around }],
  [[8, 7, 2], { kernel: [2, 3], stride: [2, 2], dilation: [3, 2], padding: uneven }],
  [[10, 6, 2], { kernel: [2, 2], stride: [4, 2], dilation: [3, 1] }],
];

export const maxPoolCases = [...poolWindows, ...dilated].map(([input, given]) => maxPool(input, given));

export const avgPoolCases = [...poolWindows, ...dilated]
  .flatMap(([input, given]) => [avgPool(input, given), avgPool(input, given, true)])
  .concat(
    // a last row and two last columns of the padding that do not count
    avgPool(
      [6, 6, 2],
      {
        kernel: [3, 3],
        stride: [2, 2],
        padding: [
          [1, 2],
          [0, 2],
        ],
      },
      true,
      [1, 2],
    ),
    avgPool(
      [6, 7, 1],
      {
        kernel: [3, 2],
        dilation: [2, 3],
        stride: [2, 2],
        padding: [
          [1, 1],
          [1, 1],
        ],
      },
      true,
      [1, 1],
    ),
  );

export const globalPoolCases = [
  { inputs: [[3, 4, 2]], attributes: {}, outputs: [[2]] },
  { inputs: [[1, 1, 3]], attributes: {}, outputs: [[3]] },
  { inputs: [[1, 5, 1]], attributes: {}, outputs: [[1]] },
  { inputs: [[5, 2]], attributes: {}, outputs: [[2]] },
] as const;

function adaptive(
  [height, width, channels]: Image,
  output: Pair,
): OpCase<'adaptive_avg_pool'> & OpCase<'adaptive_max_pool'> {
  return { inputs: [[height, width, channels]], attributes: { output }, outputs: [[...output, channels]] };
}

export const adaptiveCases = [
  adaptive([6, 4, 2], [3, 2]),
  adaptive([7, 5, 2], [3, 2]),
  adaptive([5, 7, 1], [1, 1]),
  adaptive([3, 2, 2], [5, 4]),
  adaptive([4, 3, 2], [4, 2]),
];

function upsample([height, width, channels]: Image, scale: Pair, method: 'nearest' | 'bilinear'): OpCase<'upsample'> {
  const outputs = [[height * scale[0], width * scale[1], channels]];
  return { inputs: [[height, width, channels]], attributes: { scale, method }, outputs };
}

function resize(
  [height, width, channels]: Image,
  size: Pair,
  method: 'nearest' | 'bilinear',
  alignCorners = false,
): OpCase<'resize'> {
  const attributes = { size, method, alignCorners };
  return { inputs: [[height, width, channels]], attributes, outputs: [[...size, channels]] };
}

export const resizeCases = [
  resize([3, 4, 2], [5, 7], 'nearest'),
  resize([5, 7, 2], [3, 4], 'nearest'),
  resize([2, 3, 1], [1, 6], 'nearest'),
  resize([3, 4, 2], [5, 7], 'bilinear'),
  resize([5, 7, 2], [3, 2], 'bilinear'),
  resize([3, 4, 2], [5, 7], 'bilinear', true),
  resize([5, 4, 1], [1, 2], 'bilinear', true),
];

export const upsampleCases = (['nearest', 'bilinear'] as const).flatMap((method) => [
  upsample([3, 4, 2], [2, 2], method),
  upsample([2, 3, 2], [3, 1], method),
  upsample([1, 2, 1], [4, 5], method),
]);
