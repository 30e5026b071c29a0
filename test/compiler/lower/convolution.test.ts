/** Convolutions against loops over channel-last arrays, written from their definitions. */
import fc from 'fast-check';
import { test } from 'uvu';
import type { Graph } from '../../../src/compiler/graph.ts';
import type { Window } from '../../../src/compiler/ops/kind.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { fromZeros } from '../../support/initializers.ts';
import { interpret } from '../../support/interpret.ts';
import { assertClose, randomFeeds } from '../../support/onnxruntime.ts';
import { window, windowed } from '../gradient/case.ts';
import { forwardProgram } from './run.ts';

const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));
const windows = fc
  .record({
    size: pair(1, 6),
    kernel: pair(1, 3),
    stride: pair(1, 3),
    dilation: pair(1, 2),
    padding: fc.tuple(pair(0, 2), pair(0, 2)),
  })
  .map(({ size, ...rest }) => ({ size, window: window(rest) }))
  .filter(({ size, window }) => windowed(size, window).every((count) => count >= 1));

const batch = 2;

/** Compares with `reference`, which reads the fed arrays. */
function matches(graph: Graph, reference: (feeds: Record<string, Float32Array>) => Float64Array): void {
  const program = forwardProgram(graph, batch, true);
  const feeds = randomFeeds(program);
  assertClose(interpret(program, feeds), { output: reference(feeds) }, 1e-12);
}

/** Calls with every output position, tap and the input position that they meet at, where that is inside. */
function visit(
  size: readonly number[],
  w: Window,
  each: (at: { n: number; row: number; column: number; i: number; j: number; y: number; x: number }) => void,
): void {
  const [rows, columns] = windowed(size, w) as [number, number];
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let i = 0; i < w.kernel[0]; i++)
          for (let j = 0; j < w.kernel[1]; j++) {
            const y = row * w.stride[0] + i * w.dilation[0] - w.padding[0][0];
            const x = column * w.stride[1] + j * w.dilation[1] - w.padding[1][0];
            if (y >= 0 && y < size[0]! && x >= 0 && x < size[1]!) each({ n, row, column, i, j, y, x });
          }
}

test('conv2d, any window and groups', () => {
  const groupings = fc.oneof(
    fc.record({ groups: fc.integer({ min: 1, max: 3 }), perGroup: pair(1, 2) }),
    // so many more inputs than outputs that products are shifted
    fc.record({ groups: fc.constant(1), perGroup: fc.constantFrom([32, 1] as const, [64, 2] as const) }),
  );
  fc.assert(
    fc.property(windows, groupings, fc.boolean(), ({ size, window: w }, { groups, perGroup }, bias) => {
      const [channels, filters] = [groups * perGroup[0], groups * perGroup[1]];
      const [rows, columns] = windowed(size, w) as [number, number];
      const attributes = { ...w, groups, filters, bias, ...fromZeros };
      const graph = handGraph({ x: [...size, channels] }, (g, { x }) =>
        g.op('conv2d', attributes, [x], [rows, columns, filters], 'conv'),
      );
      matches(graph, (feeds) => {
        const [x, kernel] = [feeds['x']!, feeds['conv/kernel']!];
        const result = new Float64Array(batch * rows * columns * filters);
        for (let at = 0; at < result.length; at++) result[at] = bias ? feeds['conv/bias']![at % filters]! : 0;
        visit(size, w, (at) => {
          for (let o = 0; o < filters; o++)
            for (let c = 0; c < perGroup[0]; c++) {
              const channel = Math.floor(o / perGroup[1]) * perGroup[0] + c;
              const from = ((at.n * size[0] + at.y) * size[1] + at.x) * channels + channel;
              const by = ((at.i * w.kernel[1] + at.j) * perGroup[0] + c) * filters + o;
              result[((at.n * rows + at.row) * columns + at.column) * filters + o]! += x[from]! * kernel[by]!;
            }
        });
        return result;
      });
    }),
    { numRuns: 80, seed: 1 },
  );
});

test('depthwise_conv2d: output channel c · M + m from channel c, as TensorFlow', () => {
  fc.assert(
    fc.property(windows, pair(1, 3), ({ size, window: w }, [channels, multiplier]) => {
      const [rows, columns] = windowed(size, w) as [number, number];
      const attributes = { ...w, multiplier, bias: false, ...fromZeros };
      const made = channels * multiplier;
      const graph = handGraph({ x: [...size, channels] }, (g, { x }) =>
        g.op('depthwise_conv2d', attributes, [x], [rows, columns, made], 'conv'),
      );
      matches(graph, (feeds) => {
        const [x, kernel] = [feeds['x']!, feeds['conv/kernel']!];
        const result = new Float64Array(batch * rows * columns * made);
        visit(size, w, (at) => {
          for (let c = 0; c < channels; c++)
            for (let m = 0; m < multiplier; m++) {
              const from = ((at.n * size[0] + at.y) * size[1] + at.x) * channels + c;
              const by = ((at.i * w.kernel[1] + at.j) * channels + c) * multiplier + m;
              const to = ((at.n * rows + at.row) * columns + at.column) * made + c * multiplier + m;
              result[to]! += x[from]! * kernel[by]!;
            }
        });
        return result;
      });
    }),
    { numRuns: 50, seed: 2 },
  );
});

test('conv2d_transpose: every input pixel adds its multiple of the kernel', () => {
  fc.assert(
    fc.property(windows, pair(1, 2), ({ size, window: w }, [filters, channels]) => {
      // the input of this operation is the output of the convolution that it is the adjoint of
      const [height, width] = windowed(size, w) as [number, number];
      const outputPadding = ([0, 1] as const).map(
        (axis) =>
          size[axis] +
          w.padding[axis][0] +
          w.padding[axis][1] -
          (w.dilation[axis] * (w.kernel[axis] - 1) + 1) -
          ([height, width][axis]! - 1) * w.stride[axis],
      ) as [number, number];
      const attributes = { ...w, filters, groups: 1, bias: true, outputPadding, ...fromZeros };
      const graph = handGraph({ x: [height, width, channels] }, (g, { x }) =>
        g.op('conv2d_transpose', attributes, [x], [...size, filters], 'conv'),
      );
      matches(graph, (feeds) => {
        const [x, kernel] = [feeds['x']!, feeds['conv/kernel']!];
        const result = new Float64Array(batch * size[0] * size[1] * filters);
        for (let at = 0; at < result.length; at++) result[at] = feeds['conv/bias']![at % filters]!;
        visit(size, w, (at) => {
          for (let o = 0; o < filters; o++)
            for (let c = 0; c < channels; c++) {
              const from = ((at.n * height + at.row) * width + at.column) * channels + c;
              const by = ((at.i * w.kernel[1] + at.j) * filters + o) * channels + c;
              result[((at.n * size[0] + at.y) * size[1] + at.x) * filters + o]! += x[from]! * kernel[by]!;
            }
        });
        return result;
      });
    }),
    { numRuns: 50, seed: 3 },
  );
});

test.run();
