import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createBuilder } from '../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../src/compiler/program/builder.ts';
import { interpret } from './interpret.ts';

/** Worked by hand: the engine comparison in `test/engines/native` checks the rest at random. */
function computes(
  inputs: Record<string, { shape: number[]; data: number[] }>,
  build: (b: Builder, tensors: Record<string, Tensor>) => Tensor,
  expected: number[],
): void {
  const b = createBuilder();
  const tensors = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, b.input(name, shape)]));
  const program = b.finish([{ name: 'result', tensor: build(b, tensors) }]);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
  const result = [...interpret(program, feeds).result!];
  assert.is(result.length, expected.length);
  for (const [index, number] of expected.entries()) assert.ok(Math.abs(result[index]! - number) < 1e-12, `${result}`);
}

const line = (...data: number[]) => ({ shape: [1, 1, data.length], data });
const window = { strides: [1], dilations: [1], pads: [[0, 0]] as const };

test('convolution with stride, dilation, padding, groups and bias', () => {
  computes(
    { x: line(1, 2, 3, 4), f: line(1, 10) },
    (b, { x, f }) => b.conv(x!, f!, undefined, { ...window, groups: 1 }),
    [21, 32, 43],
  );
  const wide = { strides: [2], dilations: [2], pads: [[1, 1]] as const };
  computes(
    { x: line(1, 2, 3, 4), f: line(1, 10) },
    (b, { x, f }) => b.conv(x!, f!, b.constant(100, [1]), { ...wide, groups: 1 }),
    [120, 142],
  );
  computes(
    { x: { shape: [1, 2, 2], data: [1, 2, 3, 4] }, f: { shape: [2, 1, 1], data: [10, 100] } },
    (b, { x, f }) => b.conv(x!, f!, undefined, { ...window, groups: 2 }),
    [10, 20, 300, 400],
  );
});

test('the transposed convolution is the adjoint: <conv(x), y> = <x, convTranspose(y)>', () => {
  const wide = { strides: [2], dilations: [1], pads: [[1, 0]] as const };
  computes(
    { y: line(1, 5), f: line(1, 10, 100) },
    (b, { y, f }) => b.convTranspose(y!, f!, undefined, { ...wide, groups: 1, outputPads: [0] }),
    [10, 105, 50, 500],
  );
});

test('pooling', () => {
  const padded = { strides: [2], dilations: [1], pads: [[1, 1]] as const, kernel: [3] };
  computes({ x: line(-1, -2, -3, -4) }, (b, { x }) => b.maxPool(x!, padded), [-1, -2]);
  computes({ x: line(3, 6, 9, 12) }, (b, { x }) => b.averagePool(x!, { ...padded, countPadding: true }), [3, 9]);
  computes({ x: line(3, 6, 9, 12) }, (b, { x }) => b.averagePool(x!, { ...padded, countPadding: false }), [4.5, 9]);
});

test('moving elements', () => {
  const x = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
  computes({ x }, (b, { x }) => b.transpose(x!, [1, 0]), [1, 4, 2, 5, 3, 6]);
  computes({ x }, (b, { x }) => b.slice(x!, [0, 2], [2, -4], [1, -2]), [3, 1, 6, 4]);
  for (const [pads, expected] of [
    [
      [1, 0],
      [9, 1, 2, 3, 9, 4, 5, 6],
    ],
    [
      [-1, 1],
      [2, 3, 9, 5, 6, 9],
    ],
  ] as const) {
    computes({ x }, (b, { x }) => b.pad(x!, [[0, 0], pads], 9), [...expected]);
  }
  computes({ x }, (b, { x }) => b.gather(x!, b.indices([2, 0]), 1), [3, 1, 6, 4]);
  const updates = { shape: [3, 3], data: [1, 0, 0, 10, 10, 10, 100, 0, 1] };
  computes(
    { x, updates },
    (b, { x, updates }) => b.scatterAdd(x!, b.indices([1, 0, 1], [3, 1]), updates!),
    [11, 12, 13, 105, 5, 7],
  );
  computes({ x }, (b, { x }) => b.concat([x!, x!], 1), [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
  computes({ x: { shape: [2, 1], data: [1, 2] } }, (b, { x }) => b.expand(x!, [2, 2]), [1, 1, 2, 2]);
});

test('reductions, products and softmax', () => {
  const x = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
  computes({ x }, (b, { x }) => b.reduce('sum', x!, [0]), [5, 7, 9]);
  computes({ x }, (b, { x }) => b.reduce('mean', x!, [0, 1]), [3.5]);
  computes({ x }, (b, { x }) => b.reduce('max', x!, [1]), [3, 6]);
  computes({ x }, (b, { x }) => b.matmul(x!, b.transpose(x!, [1, 0])), [14, 32, 32, 77]);
  computes(
    { x: { shape: [2, 2], data: [0, Math.log(3), 5, 5] } },
    (b, { x }) => b.softmax(x!, 1),
    [0.25, 0.75, 0.5, 0.5],
  );
});

test('erf', () => {
  computes(
    { x: { shape: [3], data: [0.5, -2, 7] } },
    (b, { x }) => b.unary('erf', x!),
    [0.5204998778130465, -0.9953222650189527, 1],
  );
});

test.run();
