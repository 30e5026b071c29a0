import type { Pair, Window } from '../../../../src/compiler/ops/kind.ts';
import { fromZeros } from '../../../support/initializers.ts';
import { type OpCase, window, windowed } from '../case.ts';

type Sequence = readonly [length: number, channels: number];

interface Along {
  readonly kernel: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: Pair;
}

function along({ kernel, stride = 1, dilation = 1, padding = [0, 0] }: Along): Window {
  return window({ kernel: [1, kernel], stride: [1, stride], dilation: [1, dilation], padding: [[0, 0], padding] });
}

const lengthAfter = (length: number, given: Window): number => windowed([1, length], given)[1]!;

function conv([length, channels]: Sequence, filters: number, given: Along, groups = 1, bias = true): OpCase<'conv1d'> {
  const attributes = { ...along(given), filters, groups, bias, ...fromZeros };
  return { inputs: [[length, channels]], attributes, outputs: [[lengthAfter(length, attributes), filters]] };
}

function depthwise(
  [length, channels]: Sequence,
  multiplier: number,
  given: Along,
  bias = true,
): OpCase<'depthwise_conv1d'> {
  const attributes = { ...along(given), multiplier, bias, ...fromZeros };
  const outputs = [[lengthAfter(length, attributes), channels * multiplier]];
  return { inputs: [[length, channels]], attributes, outputs };
}

export const conv1dCases = [
  conv([6, 2], 3, { kernel: 3, padding: [1, 1] }),
  conv([7, 2], 2, { kernel: 3, dilation: 2, padding: [4, 0] }),
  conv([8, 4], 6, { kernel: 2, stride: 2 }, 2, false),
  conv([5, 3], 3, { kernel: 1 }, 3),
];

export const depthwise1dCases = [
  depthwise([6, 3], 1, { kernel: 3, padding: [2, 0] }),
  depthwise([7, 2], 2, { kernel: 3, stride: 2, dilation: 2, padding: [1, 2] }, false),
];

const pools: readonly (readonly [Sequence, Along])[] = [
  [[6, 2], { kernel: 2, stride: 2 }],
  [[7, 2], { kernel: 3, stride: 2, padding: [1, 1] }],
  [[5, 1], { kernel: 3, stride: 1, padding: [2, 0] }],
];

export const maxPool1dCases = pools.map(([[length, channels], given]): OpCase<'max_pool1d'> => {
  const attributes = along(given);
  return { inputs: [[length, channels]], attributes, outputs: [[lengthAfter(length, attributes), channels]] };
});

export const avgPool1dCases = pools.flatMap(([[length, channels], given]) =>
  ([true, false] as const).map((countPadding): OpCase<'avg_pool1d'> => {
    const attributes = { ...along(given), countPadding, ceiling: [0, given.padding?.[1] ?? 0] as const };
    return { inputs: [[length, channels]], attributes, outputs: [[lengthAfter(length, attributes), channels]] };
  }),
);
