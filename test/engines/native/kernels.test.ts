/** onnxruntime must compute what the kernels are defined to: each kernel against the reference interpreter. */
import fc from 'fast-check';
import { test } from 'uvu';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../../src/compiler/program/builder.ts';
import type { Kernel, Program } from '../../../src/compiler/program/program.ts';
import { verifyProgram } from '../../../src/compiler/program/verify.ts';
import { everyKernel } from '../../compiler/program/every-kernel.ts';
import { assertEnginesAgree } from '../../support/onnxruntime.ts';

function programOf(build: (b: Builder) => Tensor[]): Program {
  const b = createBuilder();
  const program = b.finish(build(b).map((tensor, index) => ({ name: `result ${index}`, tensor })));
  verifyProgram(program);
  return program;
}

for (const kernel of Object.keys(everyKernel) as Kernel[]) {
  test(kernel, () => assertEnginesAgree(programOf(everyKernel[kernel])));
}

for (const wide of [0, 1, 2]) {
  test(`the maximum of negative numbers with zeros around them is 0, with ${wide} columns more that never win`, () =>
    assertEnginesAgree(
      programOf((b) => {
        const negative = b.unary('neg', b.unary('abs', b.input('x', [2, 3, 5, 5])));
        const padded = b.pad(negative, [
          [0, 0],
          [0, 0],
          [1, 0],
          [0, 1],
        ]);
        const pads = [
          [0, 0],
          [0, wide],
        ] as const;
        return [b.maxPool(padded, { strides: [1, 1], dilations: [1, 2], pads, kernel: [2, 2] })];
      }),
    ));
}

const size = fc.integer({ min: 1, max: 7 });
const pad = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
const axis = fc.record({
  size: fc.integer({ min: 1, max: 8 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  pad,
});
type Axis = { size: number; kernel: number; stride: number; dilation: number; pad: [number, number] };

const windowOf = (axes: readonly Axis[]) => ({
  strides: axes.map(({ stride }) => stride),
  dilations: axes.map(({ dilation }) => dilation),
  pads: axes.map(({ pad }) => pad),
});
const extent = ({ kernel, dilation }: Axis): number => dilation * (kernel - 1) + 1;
const fits = (each: Axis): boolean => each.size + each.pad[0] + each.pad[1] >= extent(each);
const axes = fc.array(axis.filter(fits), { minLength: 1, maxLength: 2 });
const channels = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 3 }),
  inputs: fc.integer({ min: 1, max: 3 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  bias: fc.boolean(),
});

/** Tries random programs; the seed is fixed so that a failure repeats. */
function tries<T>(name: string, arbitrary: fc.Arbitrary<T>, build: (b: Builder, drawn: T) => Tensor[]): void {
  test(`${name}, at random`, () =>
    fc.assert(
      fc.asyncProperty(arbitrary, (drawn) => assertEnginesAgree(programOf((b) => build(b, drawn)))),
      { numRuns: 60, seed: 20240501 },
    ));
}

tries('conv', fc.record({ axes, channels }), (b, { axes, channels: { batch, groups, inputs, outputs, bias } }) => [
  b.conv(
    b.input('x', [batch, groups * inputs, ...axes.map(({ size }) => size)]),
    b.input('f', [groups * outputs, inputs, ...axes.map(({ kernel }) => kernel)]),
    bias ? b.input('bias', [groups * outputs]) : undefined,
    { ...windowOf(axes), groups },
  ),
]);

const transposable = fc
  .array(fc.record({ axis, extra: fc.integer({ min: 0, max: 2 }) }), { minLength: 1, maxLength: 2 })
  // something that the input reaches must remain, and what is added to its end must be less than a step of some kind
  .filter((list) =>
    list.every(({ axis, extra }) => {
      const left = (axis.size - 1) * axis.stride + extent(axis) - axis.pad[0];
      return left >= 1 && left - axis.pad[1] + extra >= 1 && extra < Math.max(axis.stride, axis.dilation);
    }),
  );

tries('conv_transpose', fc.record({ transposable, channels }), (b, { transposable, channels }) => {
  const axes = transposable.map(({ axis }) => axis);
  const { batch, groups, inputs, outputs, bias } = channels;
  return [
    b.convTranspose(
      b.input('x', [batch, groups * outputs, ...axes.map(({ size }) => size)]),
      b.input('f', [groups * outputs, inputs, ...axes.map(({ kernel }) => kernel)]),
      bias ? b.input('bias', [groups * inputs]) : undefined,
      { ...windowOf(axes), groups, outputPads: transposable.map(({ extra }) => extra) },
    ),
  ];
});

const pooled = (each: Axis): boolean => fits(each) && each.pad.every((pad) => pad < extent(each));

tries('max_pool', fc.array(axis.filter(pooled), { minLength: 1, maxLength: 2 }), (b, axes) => [
  b.maxPool(b.input('x', [2, 2, ...axes.map(({ size }) => size)]), {
    ...windowOf(axes),
    kernel: axes.map(({ kernel }) => kernel),
  }),
]);

tries(
  'average_pool',
  fc.record({
    axes: fc.array(axis.map((each) => ({ ...each, dilation: 1 })).filter(pooled), { minLength: 1, maxLength: 2 }),
    countPadding: fc.boolean(),
  }),
  (b, { axes, countPadding }) => [
    b.averagePool(b.input('x', [2, 2, ...axes.map(({ size }) => size)]), {
      ...windowOf(axes),
      kernel: axes.map(({ kernel }) => kernel),
      countPadding,
    }),
  ],
);

const cut = fc
  .record({
    size,
    start: fc.integer({ min: -9, max: 9 }),
    end: fc.integer({ min: -9, max: 9 }),
    step: fc.constantFrom(-3, -2, -1, 1, 2, 3),
  })
  .filter(({ size, start, end, step }) => {
    const taken = Array.from({ length: size }, (_, index) => index);
    return numpySlice(taken, start, end, step).length > 0;
  });

/** Python's definition, element by element. */
function numpySlice(list: number[], start: number, end: number, step: number): number[] {
  const clamp = (index: number): number => {
    const from = index < 0 ? index + list.length : index;
    return step > 0 ? Math.min(Math.max(from, 0), list.length) : Math.min(Math.max(from, -1), list.length - 1);
  };
  const result: number[] = [];
  for (let at = clamp(start); step > 0 ? at < clamp(end) : at > clamp(end); at += step) result.push(list[at]!);
  return result;
}

tries('slice', fc.array(cut, { minLength: 1, maxLength: 3 }), (b, cuts) => [
  b.slice(
    b.input(
      'x',
      cuts.map(({ size }) => size),
    ),
    cuts.map(({ start }) => start),
    cuts.map(({ end }) => end),
    cuts.map(({ step }) => step),
  ),
]);

tries(
  'pad',
  fc.record({
    axes: fc.array(fc.record({ size, pad }), { minLength: 1, maxLength: 3 }),
    value: fc.constantFrom(0, -2.5),
  }),
  (b, { axes, value }) => [
    b.pad(
      b.input(
        'x',
        axes.map(({ size }) => size),
      ),
      axes.map(({ pad }) => pad),
      value,
    ),
  ],
);

tries(
  'broadcasting',
  fc.record({
    sizes: fc.array(fc.record({ size, a: fc.boolean(), b: fc.boolean() }), { maxLength: 4 }),
    dropA: fc.integer({ min: 0, max: 4 }),
    dropB: fc.integer({ min: 0, max: 4 }),
  }),
  (b, { sizes, dropA, dropB }) => {
    const x = b.input('a', sizes.map(({ size, a }) => (a ? 1 : size)).slice(dropA));
    const y = b.input('b', sizes.map(({ size, b }) => (b ? 1 : size)).slice(dropB));
    const sum = b.add(x, y);
    return [sum, b.sumTo(sum, y.shape), b.expand(x, sum.shape)];
  },
);

test.run();
