/** Uses of every operation; a missing row fails `tsc`, and an empty one fails the test. */
import type { Shape } from '../../../../src/compiler/graph.ts';
import { zeros } from '../../../../src/compiler/ops/initializer.ts';
import type { OpAttributes, OpKind, ScaleAndOffset } from '../../../../src/compiler/ops/kind.ts';
import { fromZeros } from '../../../support/initializers.ts';
import type { OpCase } from '../case.ts';
import { conv2dCases, depthwiseCases, transposedCases } from './convolution.ts';
import { adaptiveCases, avgPoolCases, globalPoolCases, maxPoolCases, resizeCases, upsampleCases } from './pooling.ts';
import { avgPool1dCases, conv1dCases, depthwise1dCases, maxPool1dCases } from './sequence.ts';

/** Each index once, some never, some often; one axis and several. */
const gatherCases: readonly OpCase<'gather'>[] = [
  { inputs: [[3, 4, 5]], attributes: { axis: 2, indices: [4, 2, 0, 1, 3], places: [5] }, outputs: [[3, 4, 5]] },
  { inputs: [[3, 4, 2]], attributes: { axis: 1, indices: [1, 0, 1, 2, 3, 2], places: [6] }, outputs: [[3, 6, 2]] },
  { inputs: [[3, 4, 2]], attributes: { axis: 0, indices: [2], places: [1] }, outputs: [[1, 4, 2]] },
  { inputs: [[3, 4, 2]], attributes: { axis: 0, indices: [2], places: [] }, outputs: [[4, 2]] },
  { inputs: [[3, 4, 2]], attributes: { axis: 2, indices: [1], places: [] }, outputs: [[3, 4]] },
  { inputs: [[6]], attributes: { axis: 0, indices: [5, 5, 5, 0], places: [4] }, outputs: [[4]] },
  { inputs: [[5, 2]], attributes: { axis: 0, indices: [4, 0, 1, 1, 2, 3], places: [2, 3] }, outputs: [[2, 3, 2]] },
  { inputs: [[3, 4, 2]], attributes: { axis: 2, indices: [1, 0, 0, 1], places: [2, 2] }, outputs: [[3, 4, 2, 2]] },
  { inputs: [[3, 2]], attributes: { axis: 1, indices: [0, 1, 1, 1], places: [1, 2, 2] }, outputs: [[3, 1, 2, 2]] },
];

const image: Shape = [3, 4, 2];
const shapes: readonly Shape[] = [image, [3, 4], [5]];

/** Keeps every shape as it is. */
function same<K extends OpKind>(
  attributes: OpAttributes[K],
  range: readonly [number, number] = [-2, 2],
  on: readonly Shape[] = shapes,
): OpCase<K>[] {
  return on.map((shape) => ({ inputs: [shape], attributes, outputs: [shape], range }));
}

const learned: ScaleAndOffset = { scale: true, offset: true };
const partlyLearned: readonly ScaleAndOffset[] = [
  { scale: true, offset: false },
  { scale: false, offset: true },
  { scale: false, offset: false },
];

type Joined = readonly [Shape, Shape, Shape];

const broadcasts: readonly Joined[] = [
  [image, image, image],
  [image, [2], image],
  [[2], image, image],
  [image, [1, 1, 2], image],
  [image, [3, 4, 1], image],
  [[3, 4, 1], image, image],
  [[3, 4, 1], [1, 1, 2], image],
  [image, [4, 2], image],
  [image, [1, 4, 1], image],
  [image, [1], image],
  [image, [], image],
  [[3, 1, 2], [1, 4, 1], image],
  [
    [4, 2],
    [1, 2],
    [4, 2],
  ],
  [[4, 1], [3], [4, 3]],
  [[3], [3], [3]],
];

/** On two operands, equal shapes and each way to broadcast. */
function joined<K extends 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'>(
  range: readonly [number, number] = [-2, 2],
): OpCase<K>[] {
  const attributes = {} as OpAttributes[K];
  return broadcasts.map(([a, b, y]) => ({ inputs: [a, b], attributes, outputs: [y], range }));
}

function matmul(a: Shape, b: Shape, y: Shape, transposeA = false, transposeB = false): OpCase<'matmul'> {
  return { inputs: [a, b], attributes: { transposeA, transposeB }, outputs: [y] };
}

function reduced<K extends 'reduce_mean' | 'reduce_sum' | 'reduce_max' | 'reduce_min'>(): OpCase<K>[] {
  const everyAxes = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
  const reductions: (readonly [Shape, readonly number[]])[] = [
    ...everyAxes.map((axes) => [image, axes] as const),
    [[3, 4], [0]],
    [[3, 4], [1]],
    [[5], [0]],
  ];
  return reductions.flatMap(([shape, axes]) =>
    [true, false].map((keepAxes) => {
      const output = shape.flatMap((size, axis) => (axes.includes(axis) ? (keepAxes ? [1] : []) : [size]));
      return { inputs: [shape], attributes: { axes, keepAxes } as OpAttributes[K], outputs: [output] };
    }),
  );
}

export const cases: { readonly [K in OpKind]: readonly OpCase<K>[] } = {
  input: [{ inputs: [image], attributes: {}, outputs: [image] }],
  weight: shapes.map((shape) => ({
    inputs: [shape],
    attributes: { shape, initializer: { kind: 'zeros' } },
    outputs: [shape],
  })),
  constant: [
    { inputs: [[2, 3]], attributes: { shape: [2, 3], values: [1, -2, 0.5, 3, 0, -1] }, outputs: [[2, 3]] },
    { inputs: [[2]], attributes: { shape: [], values: [0.25] }, outputs: [[]] },
  ],

  conv2d: conv2dCases,
  depthwise_conv2d: depthwiseCases,
  conv2d_transpose: transposedCases,
  dense: [true, false].flatMap((bias) =>
    [[4], [3, 4], [2, 3, 4]].map((shape) => ({
      inputs: [shape],
      attributes: { units: 5, bias, ...fromZeros },
      outputs: [[...shape.slice(0, -1), 5]],
    })),
  ),
  matmul: [
    matmul([3, 4], [4, 2], [3, 2]),
    matmul([4, 3], [4, 2], [3, 2], true),
    matmul([3, 4], [2, 4], [3, 2], false, true),
    matmul([4, 3], [2, 4], [3, 2], true, true),
    matmul([2, 3, 4], [2, 4, 5], [2, 3, 5]),
    matmul([2, 3, 4], [4, 5], [2, 3, 5]),
    matmul([3, 4], [2, 5, 4], [2, 3, 5], false, true),
    matmul([1, 4, 3], [2, 4, 5], [2, 3, 5], true),
    matmul([3, 1, 2, 4], [1, 2, 4, 3], [3, 2, 2, 3]),
  ],

  conv1d: conv1dCases,
  depthwise_conv1d: depthwise1dCases,
  max_pool1d: maxPool1dCases,
  avg_pool1d: avgPool1dCases,

  max_pool: maxPoolCases,
  avg_pool: avgPoolCases,
  global_avg_pool: globalPoolCases,
  global_max_pool: globalPoolCases,
  adaptive_avg_pool: adaptiveCases,
  adaptive_max_pool: adaptiveCases,

  batch_norm: [
    ...[true, false].flatMap((training) =>
      [image, [3, 4], [5], [1, 1, 2]].map((shape) => ({
        inputs: [shape],
        attributes: { epsilon: 1e-3, momentum: 0.9, ...learned },
        outputs: [shape],
        training,
      })),
    ),
    ...[true, false].flatMap((training) =>
      partlyLearned.flatMap((each) =>
        same<'batch_norm'>({ epsilon: 1e-3, momentum: 0.9, ...each }, [-2, 2], [image]).map((use) => ({
          ...use,
          training,
        })),
      ),
    ),
  ],
  group_norm: [
    ...[1, 2, 4].flatMap((groups) =>
      same<'group_norm'>({ groups, epsilon: 1e-3, ...learned }, [-2, 2], [[3, 2, 4], [3, 4], [4]]),
    ),
    // one member a group: nothing but the offset is left
    ...same<'group_norm'>({ groups: 3, epsilon: 0.1, ...learned }, [-2, 2], [[1, 1, 3]]),
    ...partlyLearned.flatMap((each) => same<'group_norm'>({ groups: 2, epsilon: 1e-3, ...each }, [-2, 2], [[3, 2, 4]])),
  ],
  instance_norm: [learned, ...partlyLearned].flatMap((each) =>
    same<'instance_norm'>({ epsilon: 1e-3, ...each }, [-2, 2], [image, [4, 3, 3]]),
  ),
  layer_norm: [learned, ...partlyLearned].flatMap((each) => same<'layer_norm'>({ epsilon: 1e-3, ...each })),
  rms_norm: [true, false].flatMap((scale) => same<'rms_norm'>({ epsilon: 1e-3, scale })),
  l2_normalize: [
    ...shapes.flatMap((shape) =>
      shape.map((_, axis) => ({ inputs: [shape], attributes: { axis, epsilon: 1e-12 }, outputs: [shape] })),
    ),
    // some vectors are shorter than the least length
    ...same<'l2_normalize'>({ axis: 0, epsilon: 4 }),
  ],

  relu: same({}),
  relu6: same({}, [-2, 9]),
  leaky_relu: [...same<'leaky_relu'>({ alpha: 0.01 }), ...same<'leaky_relu'>({ alpha: 0.3 })],
  prelu: same({}),
  elu: [...same<'elu'>({ alpha: 1 }), ...same<'elu'>({ alpha: 0.5 })],
  gelu: [...same<'gelu'>({ approximate: false }), ...same<'gelu'>({ approximate: true })],
  silu: same({}),
  sigmoid: same({}),
  hard_sigmoid: same({}, [-5, 5]),
  hard_swish: same({}, [-5, 5]),
  tanh: same({}),
  hard_tanh: same({}),
  mish: same({}, [-9, 9]),
  selu: same({}),
  softplus: same({}, [-9, 9]),
  softmax: [
    ...shapes.flatMap((shape) => shape.map((_, axis) => ({ inputs: [shape], attributes: { axis }, outputs: [shape] }))),
  ],
  exp: same({}),
  log: same({}, [0.5, 3]),
  sqrt: same({}, [0.5, 3]),
  square: same({}),
  abs: same({}),
  sin: same({}, [-7, 7]),
  cos: same({}, [-7, 7]),
  power: [
    ...[-1.5, 0.3, 2.5].flatMap((exponent) => same<'power'>({ exponent }, [0.5, 3])),
    ...[0, 1, 2, 3, 4].flatMap((exponent) => same<'power'>({ exponent }, [-2, 2], [image])),
    ...same<'power'>({ exponent: -2 }, [0.5, 3], [image]),
  ],
  reciprocal: same({}, [0.5, 3]),
  clip: [
    ...same<'clip'>({ low: -1, high: 0.5 }),
    ...same<'clip'>({ low: 0.25, high: null }),
    ...same<'clip'>({ low: null, high: 0.75 }),
  ],
  dropout: [
    ...same<'dropout'>({ rate: 0.5, per: 'element' }),
    ...same<'dropout'>({ rate: 0.5, per: 'channel' }),
    ...same<'dropout'>({ rate: 0.5, per: 'example' }),
    ...same<'dropout'>({ rate: 0, per: 'example' }),
    ...same<'dropout'>({ rate: 0.5, per: 'channel' }).map((each) => ({ ...each, training: false })),
  ],

  add: joined(),
  sub: joined(),
  mul: joined(),
  div: joined([0.5, 3]),
  maximum: joined(),
  minimum: joined(),
  affine: [
    ...same<'affine'>({ scale: -1, offset: 0 }),
    ...same<'affine'>({ scale: 2.5, offset: 1 }),
    ...same<'affine'>({ scale: 1, offset: -0.5 }),
  ],

  concat: [
    {
      inputs: [
        [3, 4, 2],
        [3, 4, 3],
        [3, 4, 1],
      ],
      attributes: { axis: 2 },
      outputs: [[3, 4, 6]],
    },
    {
      inputs: [
        [3, 4, 2],
        [1, 4, 2],
      ],
      attributes: { axis: 0 },
      outputs: [[4, 4, 2]],
    },
    {
      inputs: [
        [3, 4, 2],
        [3, 2, 2],
      ],
      attributes: { axis: 1 },
      outputs: [[3, 6, 2]],
    },
    { inputs: [[2], [3]], attributes: { axis: 0 }, outputs: [[5]] },
    {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      attributes: { axis: 1 },
      outputs: [[2, 4]],
    },
  ],
  split: [
    {
      inputs: [[3, 4, 5]],
      attributes: { axis: 2, sizes: [2, 1, 2] },
      outputs: [
        [3, 4, 2],
        [3, 4, 1],
        [3, 4, 2],
      ],
    },
    {
      inputs: [[3, 4, 2]],
      attributes: { axis: 0, sizes: [1, 2] },
      outputs: [
        [1, 4, 2],
        [2, 4, 2],
      ],
    },
    { inputs: [[6]], attributes: { axis: 0, sizes: [3, 3] }, outputs: [[3], [3]] },
  ],
  slice: [
    { inputs: [[3, 4, 5]], attributes: { axis: 2, start: 1, end: 3 }, outputs: [[3, 4, 2]] },
    { inputs: [[3, 4, 2]], attributes: { axis: 1, start: 0, end: 3 }, outputs: [[3, 3, 2]] },
    { inputs: [[3, 4, 2]], attributes: { axis: 0, start: 2, end: 3 }, outputs: [[1, 4, 2]] },
    { inputs: [[6]], attributes: { axis: 0, start: 1, end: 6 }, outputs: [[5]] },
  ],
  reshape: [
    { inputs: [[3, 4, 2]], attributes: { shape: [6, 4] }, outputs: [[6, 4]] },
    { inputs: [[12]], attributes: { shape: [2, 3, 2] }, outputs: [[2, 3, 2]] },
    { inputs: [[3, 4, 2]], attributes: { shape: [2, 4, 3] }, outputs: [[2, 4, 3]] },
  ],
  flatten: [
    { inputs: [[3, 4, 2]], attributes: {}, outputs: [[24]] },
    { inputs: [[1, 1, 3]], attributes: {}, outputs: [[3]] },
  ],
  transpose: [
    { inputs: [[3, 4, 2]], attributes: { permutation: [2, 0, 1] }, outputs: [[2, 3, 4]] },
    { inputs: [[3, 4, 2]], attributes: { permutation: [1, 0, 2] }, outputs: [[4, 3, 2]] },
    { inputs: [[3, 4]], attributes: { permutation: [1, 0] }, outputs: [[4, 3]] },
  ],
  pad: [
    {
      inputs: [[3, 4, 2]],
      attributes: {
        pads: [
          [1, 0],
          [2, 1],
          [0, 3],
        ],
        value: 0,
      },
      outputs: [[4, 7, 5]],
    },
    {
      inputs: [[3, 4, 2]],
      attributes: {
        pads: [
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        value: -1.5,
      },
      outputs: [[5, 6, 2]],
    },
    { inputs: [[4]], attributes: { pads: [[1, 2]], value: 1 }, outputs: [[7]] },
  ],
  reduce_mean: reduced(),
  reduce_sum: reduced(),
  reduce_max: reduced(),
  reduce_min: reduced(),
  gather: gatherCases,
  embedding: [
    {
      inputs: [[5]],
      attributes: { vocabulary: 4, width: 3, initializer: zeros },
      outputs: [[5, 3]],
      range: [0.1, 3.8],
    },
    {
      inputs: [[2, 3]],
      attributes: { vocabulary: 9, width: 2, initializer: zeros },
      outputs: [[2, 3, 2]],
      range: [0.1, 8.8],
    },
    {
      inputs: [[3, 4, 2]],
      attributes: { vocabulary: 3, width: 1, initializer: zeros },
      outputs: [[3, 4, 2, 1]],
      range: [0.1, 2.8],
    },
    { inputs: [[]], attributes: { vocabulary: 3, width: 2, initializer: zeros }, outputs: [[2]], range: [0.1, 2.8] },
  ],
  lookup: [
    { inputs: [[5], [4, 3]], attributes: {}, outputs: [[5, 3]], range: [0.1, 3.8] },
    {
      inputs: [
        [2, 3],
        [9, 2],
      ],
      attributes: {},
      outputs: [[2, 3, 2]],
      range: [0.1, 8.8],
    },
    {
      inputs: [
        [3, 4, 2],
        [3, 1],
      ],
      attributes: {},
      outputs: [[3, 4, 2, 1]],
      range: [0.1, 2.8],
    },
    { inputs: [[], [3, 2]], attributes: {}, outputs: [[2]], range: [0.1, 2.8] },
  ],
  broadcast_to: (
    [
      [[2], [3, 4, 2]],
      [
        [3, 1, 2],
        [3, 4, 2],
      ],
      [
        [1, 4, 1],
        [3, 4, 2],
      ],
      [[5], [5]],
      [[], [2, 3]],
      [
        [1, 3],
        [2, 4, 3],
      ],
      [
        [2, 1, 3],
        [4, 2, 5, 3],
      ],
    ] as readonly (readonly [Shape, Shape])[]
  ).map(([from, shape]) => ({ inputs: [from], attributes: { shape }, outputs: [shape] })),
  resize: resizeCases,
  upsample: upsampleCases,
};
