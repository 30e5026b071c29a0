/** What operations compute, against numbers worked out by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Shape } from '../../../src/compiler/graph.ts';
import type { OpAttributes, OpKind } from '../../../src/compiler/ops/kind.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { interpret } from '../../support/interpret.ts';
import { assertClose, randomFeeds } from '../../support/onnxruntime.ts';
import { type Arrangement, graphOf, type OpCase, window } from '../gradient/case.ts';
import { cases } from '../gradient/cases/index.ts';
import { forwardProgram, runForward } from './run.ts';

type Fed = readonly [shape: Shape, data: readonly number[]];

/** One operation at batch 1. Constants are float32, hence the tolerance. */
function computes<K extends OpKind>(
  op: K,
  attributes: OpAttributes[K],
  inputs: readonly Fed[],
  output: Fed,
  tolerance = 1e-12,
): void {
  const shapes = Object.fromEntries(inputs.map(([shape], index) => [`x${index}`, shape]));
  const graph = handGraph(shapes, (g, fed) => g.op(op, attributes, Object.values(fed), output[0]));
  const feeds = Object.fromEntries(inputs.map(([, data], index) => [`x${index}`, data]));
  const actual = runForward(graph, feeds)['output']!;
  assertClose({ y: Float64Array.from(actual) }, { y: Float64Array.from(output[1]) }, tolerance);
}

test('activations', () => {
  const preluGraph = handGraph({ x: [2, 2] }, (g, { x }) => g.op('prelu', {}, [x], undefined, 'p'));
  const x: Fed = [[3], [-2, 0.5, 4]];
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  const on = <K extends OpKind>(op: K, attributes: OpAttributes[K], expected: readonly number[], tolerance?: number) =>
    computes(op, attributes, [x], [[3], expected], tolerance);
  on('relu', {}, [0, 0.5, 4]);
  computes('relu6', {}, [[[3], [-1, 5, 7]]], [[3], [0, 5, 6]]);
  on('leaky_relu', { alpha: 0.25 }, [-0.5, 0.5, 4]);
  on('elu', { alpha: 0.5 }, [0.5 * Math.expm1(-2), 0.5, 4]);
  // x · Φ(x) and its approximation to ten places
  assert.equal([...runForward(preluGraph, { x: [-2, 3, -4, 5], 'p/alpha': [0.5, 0.25] })['output']!], [-1, 3, -2, 5]);
  on('gelu', { approximate: false }, [-0.0455002639, 0.3457312306, 3.999873315], 1e-7);
  on('gelu', { approximate: true }, [-0.0454023059, 0.3457140004, 3.999929754], 1e-7);
  on('silu', {}, [-2 * sigmoid(-2), 0.5 * sigmoid(0.5), 4 * sigmoid(4)]);
  on('sigmoid', {}, [sigmoid(-2), sigmoid(0.5), sigmoid(4)]);
  on('hard_sigmoid', {}, [1 / 6, 0.5 + 0.5 / 6, 1], 1e-7);
  on('hard_swish', {}, [-2 / 6, 0.25 + 0.25 / 6, 4], 1e-7);
  on('tanh', {}, [Math.tanh(-2), Math.tanh(0.5), Math.tanh(4)]);
  on('softplus', {}, [Math.log1p(Math.exp(-2)), Math.log1p(Math.exp(0.5)), Math.log1p(Math.exp(4))]);
  on('hard_tanh', {}, [-1, 0.5, 1]);
  const mish = (z: number) => z * Math.tanh(Math.log1p(Math.exp(z)));
  on('mish', {}, [mish(-2), mish(0.5), mish(4)]);
  // PyTorch's constants
  const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];
  on('selu', {}, [scale * alpha * Math.expm1(-2), scale * 0.5, scale * 4], 1e-7);
  on('sin', {}, [Math.sin(-2), Math.sin(0.5), Math.sin(4)]);
  on('cos', {}, [Math.cos(-2), Math.cos(0.5), Math.cos(4)]);
  on('power', { exponent: 3 }, [-8, 0.125, 64]);
  on('power', { exponent: -1 }, [-0.5, 2, 0.25]);
  on('power', { exponent: 0 }, [1, 1, 1]);
  computes('power', { exponent: 1.5 }, [[[2], [4, 9]]], [[2], [8, 27]]);
  on('reciprocal', {}, [-0.5, 2, 0.25]);
  on('clip', { low: -1, high: 1 }, [-1, 0.5, 1]);
  on('clip', { low: 1, high: null }, [1, 1, 4]);
  on('clip', { low: null, high: 1 }, [-2, 0.5, 1]);
  on('exp', {}, [Math.exp(-2), Math.exp(0.5), Math.exp(4)]);
  on('square', {}, [4, 0.25, 16]);
  on('abs', {}, [2, 0.5, 4]);
  on('affine', { scale: -2, offset: 1 }, [5, 0, -7]);
  computes('log', {}, [[[2], [0.5, 3]]], [[2], [Math.log(0.5), Math.log(3)]]);
  computes('sqrt', {}, [[[2], [4, 2]]], [[2], [2, Math.SQRT2]]);
});

test('far from zero activations stay finite', () => {
  const x: Fed = [[2], [-1000, 1000]];
  computes('softplus', {}, [x], [[2], [0, 1000]]);
  computes('elu', { alpha: 1 }, [x], [[2], [-1, 1000]]);
  computes('silu', {}, [x], [[2], [0, 1000]]);
  computes('softmax', { axis: 0 }, [x], [[2], [0, 1]]);
});

test('softmax over any axis', () => {
  const [a, b] = [1 / (1 + Math.E), Math.E / (1 + Math.E)];
  const x: Fed = [
    [1, 2, 2],
    [0, 0, 1, 0],
  ];
  computes(
    'softmax',
    { axis: 1 },
    [x],
    [
      [1, 2, 2],
      [a, 0.5, b, 0.5],
    ],
  );
  computes(
    'softmax',
    { axis: 2 },
    [x],
    [
      [1, 2, 2],
      [0.5, 0.5, b, a],
    ],
  );
});

test('dropout scales by its mask while training and does nothing afterwards', () => {
  const attributes = { rate: 0.5, per: 'element' } as const;
  const graph = handGraph({ x: [2] }, (g, { x }) => g.op('dropout', attributes, [x], undefined, 'drop'));
  const feeds = { x: [3, 4], 'mask:drop': [0, 2] };
  assert.equal(runForward(graph, feeds, { training: true })['output'], [0, 8]);
  assert.equal(runForward(graph, feeds)['output'], [3, 4]);
});

test('dropout of channels and of examples has one number in its mask for each', () => {
  const x = [1, 2, 3, 4, 5, 6, 7, 8];
  const dropped = (per: 'channel' | 'example', mask: readonly number[]): number[] => {
    const attributes = { rate: 0.5, per } as const;
    const graph = handGraph({ x: [2, 1, 2] }, (g, { x }) => g.op('dropout', attributes, [x], undefined, 'drop'));
    return [...runForward(graph, { x, 'mask:drop': mask }, { training: true, batch: 2 })['output']!];
  };
  assert.equal(dropped('channel', [2, 0, 0, 2]), [2, 0, 6, 0, 0, 12, 0, 16]);
  assert.equal(dropped('example', [0, 2]), [0, 0, 0, 0, 10, 12, 14, 16]);
});

test('pooling', () => {
  const x: Fed = [
    [2, 3, 1],
    [1, -2, 3, 4, -5, 6],
  ];
  const around = [
    [1, 1],
    [1, 1],
  ] as const;
  const two = window({ kernel: [2, 2], stride: [1, 1] });
  computes(
    'max_pool',
    two,
    [x],
    [
      [1, 2, 1],
      [4, 6],
    ],
  );
  computes(
    'avg_pool',
    { ...two, countPadding: false, ceiling: [0, 0] },
    [x],
    [
      [1, 2, 1],
      [-0.5, 0.5],
    ],
  );
  const padded = window({ kernel: [3, 3], stride: [2, 2], padding: around });
  computes(
    'max_pool',
    padded,
    [
      [
        [2, 2, 1],
        [-1, -2, -3, -4],
      ],
    ],
    [[1, 1, 1], [-1]],
  );
  computes(
    'avg_pool',
    { ...padded, countPadding: false, ceiling: [0, 0] },
    [
      [
        [2, 2, 1],
        [1, 2, 3, 6],
      ],
    ],
    [[1, 1, 1], [3]],
  );
  computes(
    'avg_pool',
    { ...padded, countPadding: true, ceiling: [0, 0] },
    [
      [
        [2, 2, 1],
        [1, 2, 3, 6],
      ],
    ],
    [[1, 1, 1], [12 / 9]],
    1e-7,
  );
  const dilated = window({
    kernel: [1, 2],
    dilation: [1, 2],
    padding: [
      [0, 0],
      [1, 1],
    ],
  });
  const line: Fed = [
    [1, 3, 1],
    [1, 2, 6],
  ];
  computes(
    'avg_pool',
    { ...dilated, countPadding: false, ceiling: [0, 0] },
    [line],
    [
      [1, 3, 1],
      [2, 3.5, 2],
    ],
    1e-7,
  );
  computes(
    'avg_pool',
    { ...dilated, countPadding: true, ceiling: [0, 0] },
    [line],
    [
      [1, 3, 1],
      [1, 3.5, 1],
    ],
    1e-7,
  );
  computes(
    'global_avg_pool',
    {},
    [
      [
        [1, 2, 2],
        [1, 10, 3, 30],
      ],
    ],
    [[2], [2, 20]],
  );
  computes(
    'global_max_pool',
    {},
    [
      [
        [1, 2, 2],
        [1, 10, 3, -30],
      ],
    ],
    [[2], [3, 10]],
  );
});

test('adaptive pooling takes cells from ⌊i·n/k⌋ to ⌈(i+1)·n/k⌉', () => {
  const x: Fed = [
    [1, 5, 1],
    [1, 2, 6, 8, 9],
  ];
  computes(
    'adaptive_avg_pool',
    { output: [1, 2] },
    [x],
    [
      [1, 2, 1],
      [3, 23 / 3],
    ],
    1e-6,
  );
  computes(
    'adaptive_max_pool',
    { output: [1, 2] },
    [x],
    [
      [1, 2, 1],
      [6, 9],
    ],
  );
  computes(
    'adaptive_avg_pool',
    { output: [2, 5] },
    [x],
    [
      [2, 5, 1],
      [1, 2, 6, 8, 9, 1, 2, 6, 8, 9],
    ],
  );
});

test('upsample, with the example of the PyTorch documentation', () => {
  const x: Fed = [
    [2, 2, 1],
    [1, 2, 3, 4],
  ];
  const nearest = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
  const bilinear = [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4];
  computes('upsample', { scale: [2, 2], method: 'nearest' }, [x], [[4, 4, 1], nearest]);
  computes('upsample', { scale: [2, 2], method: 'bilinear' }, [x], [[4, 4, 1], bilinear]);
});

test('arithmetic broadcasts over the logical axes', () => {
  const x: Fed = [
    [1, 2, 2],
    [1, 2, 3, 4],
  ];
  computes(
    'sub',
    {},
    [x, [[2], [10, 20]]],
    [
      [1, 2, 2],
      [-9, -18, -7, -16],
    ],
  );
  computes(
    'sub',
    {},
    [[[2], [10, 20]], x],
    [
      [1, 2, 2],
      [9, 18, 7, 16],
    ],
  );
  computes(
    'mul',
    {},
    [
      x,
      [
        [1, 2, 1],
        [10, 20],
      ],
    ],
    [
      [1, 2, 2],
      [10, 20, 60, 80],
    ],
  );
  computes(
    'div',
    {},
    [
      x,
      [
        [1, 1, 2],
        [1, 2],
      ],
    ],
    [
      [1, 2, 2],
      [1, 1, 3, 2],
    ],
  );
  computes(
    'maximum',
    {},
    [x, [[], [2.5]]],
    [
      [1, 2, 2],
      [2.5, 2.5, 3, 4],
    ],
  );
  computes(
    'minimum',
    {},
    [
      x,
      [
        [2, 1],
        [2, 3],
      ],
    ],
    [
      [1, 2, 2],
      [1, 2, 3, 3],
    ],
  );
  computes(
    'add',
    {},
    [
      [
        [2, 1],
        [1, 2],
      ],
      [[2], [10, 20]],
    ],
    [
      [2, 2],
      [11, 21, 12, 22],
    ],
  );
});

test('shape', () => {
  const x: Fed = [
    [1, 2, 3],
    [1, 2, 3, 4, 5, 6],
  ];
  computes(
    'concat',
    { axis: 2 },
    [
      x,
      [
        [1, 2, 1],
        [7, 8],
      ],
    ],
    [
      [1, 2, 4],
      [1, 2, 3, 7, 4, 5, 6, 8],
    ],
  );
  computes(
    'slice',
    { axis: 2, start: 1, end: 3 },
    [x],
    [
      [1, 2, 2],
      [2, 3, 5, 6],
    ],
  );
  computes(
    'reshape',
    { shape: [3, 2] },
    [x],
    [
      [3, 2],
      [1, 2, 3, 4, 5, 6],
    ],
  );
  computes('flatten', {}, [x], [[6], [1, 2, 3, 4, 5, 6]]);
  computes(
    'transpose',
    { permutation: [2, 0, 1] },
    [x],
    [
      [3, 1, 2],
      [1, 4, 2, 5, 3, 6],
    ],
  );
  const pads = [
    [0, 0],
    [1, 0],
    [0, 1],
  ] as const;
  computes(
    'pad',
    { pads, value: 9 },
    [x],
    [
      [1, 3, 4],
      [9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9],
    ],
  );
  computes(
    'reduce_sum',
    { axes: [2], keepAxes: true },
    [x],
    [
      [1, 2, 1],
      [6, 15],
    ],
  );
  computes('reduce_mean', { axes: [0, 1], keepAxes: false }, [x], [[3], [2.5, 3.5, 4.5]]);
  computes('reduce_max', { axes: [0, 1, 2], keepAxes: false }, [x], [[], [6]]);
});

test('matmul', () => {
  const a: Fed = [
    [2, 2],
    [1, 2, 3, 4],
  ];
  const b: Fed = [
    [2, 1],
    [10, 100],
  ];
  computes(
    'matmul',
    { transposeA: false, transposeB: false },
    [a, b],
    [
      [2, 1],
      [210, 430],
    ],
  );
  computes(
    'matmul',
    { transposeA: true, transposeB: false },
    [a, b],
    [
      [2, 1],
      [310, 420],
    ],
  );
});

for (const op of Object.keys(cases) as OpKind[]) {
  test(`${op} computes the same from either layout`, () => {
    for (const use of cases[op] as readonly OpCase<OpKind>[]) {
      const run = (channelsFirst: Arrangement) => {
        const program = forwardProgram(graphOf(op, use, channelsFirst), 2, use.training ?? true);
        const positive = Object.entries(randomFeeds(program)).map(([name, x]) => [name, x.map(Math.abs)] as const);
        return interpret(program, Object.fromEntries(positive));
      };
      const expected = run('none');
      for (const channelsFirst of ['first', 'all'] as const) assertClose(run(channelsFirst), expected, 1e-12);
    }
  });
}

test.run();
