/** The forms of convolution gradients, over windows at random. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as filters from '../../../src/compiler/gradient/filter-gradient.ts';
import * as inputs from '../../../src/compiler/gradient/input-gradient.ts';
import { trainingForms } from '../../../src/compiler/lower/training-form.ts';
import type { Window } from '../../../src/compiler/ops/kind.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../../src/compiler/program/builder.ts';
import { verifyProgram } from '../../../src/compiler/program/verify.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { fromZeros } from '../../support/initializers.ts';
import { interpret } from '../../support/interpret.ts';
import { assertClose, randomFeeds } from '../../support/onnxruntime.ts';
import { window, windowed } from './case.ts';
import { checkGradients } from './finite-differences.ts';

const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

interface Use {
  readonly size: readonly [number, number];
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  readonly window: Window;
}

const uses: fc.Arbitrary<Use> = fc
  .record({
    size: pair(1, 7),
    groups: fc.integer({ min: 1, max: 3 }),
    perGroup: pair(1, 2),
    kernel: pair(1, 3),
    stride: pair(1, 3),
    dilation: pair(1, 2),
    padding: fc.tuple(pair(0, 3), pair(0, 3)),
  })
  .map(({ size, groups, perGroup, ...rest }) => ({
    size,
    groups,
    channels: groups * perGroup[0],
    filters: groups * perGroup[1],
    window: window(rest),
  }))
  .filter(({ size, window }) => windowed(size, window).every((count) => count >= 1));

test('conv2d, any window: gradients match finite differences', () => {
  fc.assert(
    fc.property(uses, ({ size, groups, channels, filters, window }) => {
      const attributes = { ...window, groups, filters, bias: true, ...fromZeros };
      const graph = handGraph({ x: [...size, channels] }, (g, { x }) =>
        g.op('conv2d', attributes, [x], [...windowed(size, window), filters]),
      );
      checkGradients(graph, { elements: 4 });
    }),
    { numRuns: 60, seed: 1 },
  );
});

/** Fails unless all these forms give the same numbers. */
function formsAgree(
  tensors: Readonly<Record<string, readonly number[]>>,
  forms: Readonly<Record<string, (b: Builder, given: Readonly<Record<string, Tensor>>) => Tensor>>,
): void {
  const b = createBuilder();
  const given = Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name, b.input(name, shape)]));
  const program = b.finish(Object.entries(forms).map(([name, form]) => ({ name, tensor: form(b, given) })));
  verifyProgram(program);
  const [first, ...rest] = Object.values(interpret(program, randomFeeds(program)));
  for (const other of rest) assertClose({ result: other }, { result: first! }, 1e-12);
}

test('every form of the filter gradient that applies gives the same', () => {
  fc.assert(
    fc.property(uses, ({ size, groups, channels, filters: outputs, window }) => {
      const attributes = { ...window, groups };
      const plain = groups === 1;
      const unit = window.stride.every((stride) => stride === 1);
      const perChannel = groups === channels && groups === outputs;
      formsAgree(
        { x: [2, channels, ...size], dy: [2, outputs, ...windowed(size, window)] },
        {
          chosen: (b, { x, dy }) => filters.filterGradient(b, x!, dy!, attributes),
          plain: (b, { x, dy }) => filters.filterGradient(b, x!, dy!, attributes, trainingForms),
          grouped: (b, { x, dy }) => filters.byGroupedTaps(b, x!, dy!, attributes),
          ...(plain && { strided: (b, { x, dy }) => filters.byStridedTaps(b, x!, dy!, window) }),
          ...(plain && { columns: (b, { x, dy }) => filters.byColumns(b, x!, dy!, window) }),
          ...(plain && unit && { flat: (b, { x, dy }) => filters.byFlatTaps(b, x!, dy!, window) }),
          ...(plain && unit && { stacked: (b, { x, dy }) => filters.byStackedRows(b, x!, dy!, window, 2) }),
          ...(plain && unit && { 'one at a time': (b, { x, dy }) => filters.byStackedRows(b, x!, dy!, window, 1) }),
          ...(plain && { images: (b, { x, dy }) => filters.byImageColumns(b, x!, dy!, window) }),
          ...(plain &&
            inputs.allowsFlippedFilter(window) && {
              gradients: (b, { x, dy }) => filters.byGradientColumns(b, x!, dy!, window),
            }),
          ...(perChannel && { channels: (b, { x, dy }) => filters.byChannels(b, x!, dy!, window) }),
        },
      );
    }),
    { numRuns: 80, seed: 2 },
  );
});

test('every form of the input gradient that applies gives the same', () => {
  fc.assert(
    fc.property(uses, ({ size, groups, channels, filters: outputs, window }) => {
      const attributes = { ...window, groups };
      const filter = [outputs, channels / groups, ...window.kernel];
      formsAgree(
        { filter, dy: [2, outputs, ...windowed(size, window)] },
        {
          chosen: (b, { filter, dy }) => inputs.inputGradient(b, dy!, filter!, attributes, size),
          plain: (b, { filter, dy }) => inputs.inputGradient(b, dy!, filter!, attributes, size, trainingForms),
          transposed: (b, { filter, dy }) => inputs.byTransposedConvolution(b, dy!, filter!, attributes, size),
          ...(inputs.allowsFlippedFilter(window) && {
            flipped: (b, { filter, dy }) => inputs.byFlippedFilter(b, dy!, filter!, attributes),
          }),
          ...(groups === 1 && {
            columns: (b, { filter, dy }) => inputs.byColumns(b, dy!, filter!, window, size),
          }),
        },
      );
    }),
    { numRuns: 60, seed: 3 },
  );
});

test('a plain 3×3 convolution takes the forms that were fastest', () => {
  const around = [
    [1, 1],
    [1, 1],
  ] as const;
  const attributes = { ...window({ kernel: [3, 3], padding: around }), groups: 1 };
  const b = createBuilder();
  const [x, dy, filter] = [
    b.input('x', [2, 16, 5, 5]),
    b.input('dy', [2, 16, 5, 5]),
    b.input('filter', [16, 16, 3, 3]),
  ];
  const program = b.finish([
    { name: 'dx', tensor: inputs.inputGradient(b, dy, filter, attributes, [5, 5]) },
    { name: 'dk', tensor: filters.filterGradient(b, x, dy, attributes) },
  ]);
  const count = (kernel: string): number => program.instructions.filter((each) => each.kernel === kernel).length;
  // three columns of the kernel, two of which look past an edge
  assert.equal([count('conv'), count('conv_transpose'), count('matmul')], [1, 0, 5]);
});

test.run();
