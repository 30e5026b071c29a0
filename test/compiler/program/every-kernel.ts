/** A few uses of every kernel, together covering every function and attribute: what emitters and engines are tried on. */
import type { Builder, Tensor } from '../../../src/compiler/program/builder.ts';
import type { Binary, Comparison, Kernel, Reduction, Unary } from '../../../src/compiler/program/program.ts';

const unaries: Record<Unary, true> = {
  neg: true,
  exp: true,
  log: true,
  sqrt: true,
  reciprocal: true,
  abs: true,
  sign: true,
  step: true,
  hard_sigmoid: true,
  floor: true,
  tanh: true,
  sigmoid: true,
  sin: true,
  cos: true,
  erf: true,
  relu: true,
  softplus: true,
  not: true,
};
const binaries: Record<Binary, true> = {
  add: true,
  sub: true,
  mul: true,
  div: true,
  pow: true,
  max: true,
  min: true,
  and: true,
  or: true,
};
const comparisons: Record<Comparison, true> = {
  equal: true,
  greater: true,
  greater_equal: true,
  less: true,
  less_equal: true,
};
const reductions: Record<Reduction, true> = { sum: true, mean: true, max: true, min: true };

const names = <T extends string>(table: Record<T, true>): T[] => Object.keys(table) as T[];

const plain = {
  strides: [1, 1],
  dilations: [1, 1],
  pads: [
    [1, 1],
    [1, 1],
  ] as const,
};
const uneven = {
  strides: [2, 1],
  dilations: [1, 2],
  pads: [
    [1, 0],
    [2, 1],
  ] as const,
};

/** Every row returns the tensors to compare; float32 inputs are drawn from (−2, 2). */
export const everyKernel: { readonly [K in Kernel]: (b: Builder) => Tensor[] } = {
  input: (b) => [b.input('x', [2, 3]), b.input('scalar', [])],
  constant: (b) => [b.constant(2.5), b.constant(Float32Array.of(1, -0, 3), [3, 1]), b.indices([4, 5])],
  unary: (b) => {
    const x = b.input('x', [3, 4]);
    const positive = b.add(b.unary('abs', x), b.constant(0.5));
    return names(unaries).map((fn) => {
      if (fn === 'not') return b.unary(fn, b.compare('greater', x, b.constant(0)));
      return b.unary(fn, fn === 'log' || fn === 'sqrt' || fn === 'reciprocal' ? positive : x);
    });
  },
  binary: (b) => {
    const [x, y] = [b.input('x', [2, 3, 4]), b.input('y', [3, 1])];
    const zero = b.constant(0);
    return names(binaries).map((fn) => {
      if (fn === 'and' || fn === 'or') return b.binary(fn, b.compare('less', x, zero), b.compare('less', y, zero));
      if (fn === 'pow') return b.binary(fn, b.unary('abs', x), y);
      return fn === 'div' ? b.div(x, b.add(b.unary('abs', y), b.constant(0.5))) : b.binary(fn, x, y);
    });
  },
  compare: (b) => {
    const x = b.unary('floor', b.input('x', [4, 5]));
    const y = b.unary('floor', b.input('y', [5]));
    return names(comparisons).map((fn) => b.compare(fn, x, y));
  },
  where: (b) => {
    const [x, y] = [b.input('x', [2, 3]), b.input('y', [3])];
    return [b.where(b.compare('greater', x, b.constant(0)), y, b.constant(7))];
  },
  cast: (b) => {
    const x = b.input('x', [5]);
    return [
      b.cast(x, 'int64'),
      b.cast(b.compare('less', x, b.constant(0)), 'float32'),
      b.cast(b.cast(x, 'int64'), 'bool'),
    ];
  },
  reduce: (b) => {
    const x = b.input('x', [2, 3, 4]);
    return names(reductions).flatMap((fn) => [
      b.reduce(fn, x, [1]),
      b.reduce(fn, x, [2]),
      b.reduce(fn, x, [0, 2]),
      b.reduce(fn, x, [0, 1, 2]),
    ]);
  },
  reshape: (b) => {
    const x = b.input('x', [2, 6]);
    return [b.reshape(x, [3, 4]), b.reshape(b.input('one', [1, 1]), [])];
  },
  transpose: (b) => [b.transpose(b.input('x', [2, 3, 4, 5]), [0, 3, 1, 2]), b.transpose(b.input('y', [2, 3]), [1, 0])],
  expand: (b) => [b.expand(b.input('x', [3, 1]), [2, 3, 4]), b.expand(b.constant(1), [2, 2])],
  slice: (b) => {
    const x = b.input('x', [5, 6]);
    return [b.slice(x, [1, 0], [4, 6]), b.slice(x, [4, -1], [-9, -9], [-2, -1]), b.slice(x, [0, 1], [5, 6], [3, 2])];
  },
  concat: (b) => {
    const [x, y] = [b.input('x', [2, 3]), b.input('y', [2, 1])];
    return [b.concat([x, y, x], 1), b.concat([x, x], 0)];
  },
  pad: (b) => {
    const x = b.input('x', [2, 3]);
    const pads = [
      [1, 0],
      [2, 3],
    ] as const;
    return [b.pad(x, pads), b.pad(x, pads, -1.5), b.pad(x, pads, Number.NEGATIVE_INFINITY)];
  },
  gather: (b) => {
    const x = b.input('x', [3, 4]);
    return [b.gather(x, b.indices([2, 0, 2]), 0), b.gather(x, b.indices([1, 3, 0, 0], [2, 2]), 1)];
  },
  scatter_add: (b) => {
    const [x, updates] = [b.input('x', [3, 2]), b.input('updates', [4, 2])];
    const [zeros, many] = [b.expand(b.constant(0), [5, 3]), b.input('many', [64, 3])];
    return [
      b.scatterAdd(x, b.indices([2, 0, 2, 2], [4, 1]), updates),
      b.scatterAdd(
        zeros,
        b.indices(
          Array.from({ length: 64 }, (_, at) => (at * at) % 5),
          [64, 1],
        ),
        many,
      ),
    ];
  },
  first: (b) => {
    // a count that is computed leaves the checker without a size: test/engines/recompute.test.ts has those
    return [b.first(b.input('x', [3, 4]), b.indices([3]))];
  },
  matmul: (b) => {
    const [x, y] = [b.input('x', [2, 1, 3, 4]), b.input('y', [5, 4, 2])];
    return [b.matmul(x, y), b.matmul(b.input('p', [2, 3]), b.input('q', [3, 4]))];
  },
  conv: (b) => {
    const x = b.input('x', [2, 4, 7, 6]);
    return [
      b.conv(x, b.input('f', [6, 4, 3, 3]), b.input('bias', [6]), { ...plain, groups: 1 }),
      b.conv(x, b.input('grouped', [6, 2, 3, 2]), undefined, { ...uneven, groups: 2 }),
      b.conv(x, b.input('depthwise', [8, 1, 2, 2]), undefined, { ...plain, groups: 4 }),
    ];
  },
  conv_transpose: (b) => {
    const x = b.input('x', [2, 6, 4, 5]);
    return [
      b.convTranspose(x, b.input('f', [6, 4, 3, 3]), b.input('bias', [4]), { ...plain, groups: 1, outputPads: [0, 0] }),
      b.convTranspose(x, b.input('grouped', [6, 2, 3, 2]), undefined, { ...uneven, groups: 2, outputPads: [1, 0] }),
    ];
  },
  max_pool: (b) => {
    const x = b.input('x', [2, 3, 7, 6]);
    return [b.maxPool(x, { ...plain, kernel: [3, 2] }), b.maxPool(x, { ...uneven, kernel: [3, 3] })];
  },
  max_pool_places: (b) => {
    const x = b.input('x', [2, 3, 7, 6]);
    return [
      b.cast(b.maxPoolPlaces(x, { ...plain, kernel: [3, 2] }), 'float32'),
      b.cast(b.maxPoolPlaces(x, { ...uneven, kernel: [3, 3] }), 'float32'),
    ];
  },
  max_unpool: (b) => {
    const window = { ...plain, pads: [0, 0].map(() => [0, 0] as const), kernel: [3, 2], strides: [3, 2] };
    const x = b.input('x', [2, 3, 6, 6]);
    return [b.maxUnpool(b.input('y', [2, 3, 2, 3]), b.maxPoolPlaces(x, window), window, x.shape)];
  },
  average_pool: (b) => {
    const x = b.input('x', [2, 3, 7, 6]);
    const window = { ...uneven, dilations: [1, 1], kernel: [2, 3] };
    return [b.averagePool(x, { ...window, countPadding: true }), b.averagePool(x, { ...window, countPadding: false })];
  },
  softmax: (b) => {
    const x = b.input('x', [2, 3, 4]);
    return [b.softmax(x, 2), b.softmax(x, 1), b.softmax(x, 0)];
  },
  batch_norm: (b) => {
    const vector = (name: string): Tensor => b.input(name, [3]);
    const variance = b.unary('abs', vector('variance'));
    const vectors = [vector('gamma'), vector('beta'), vector('mean'), variance] as const;
    return [
      b.batchNorm(b.input('image', [2, 3, 4, 5]), vectors, 1e-3),
      b.batchNorm(b.input('row', [4, 3]), vectors, 0.1),
    ];
  },
  instance_norm: (b) => [
    b.instanceNorm(b.input('image', [2, 3, 4, 5]), 1e-3),
    b.instanceNorm(b.input('groups', [2, 3, 7]), 0.1),
  ],
  layer_norm: (b) => {
    const vectors = [b.input('gamma', [5]), b.input('beta', [5])] as const;
    return [
      b.layerNorm(b.input('image', [2, 3, 4, 5]), vectors, 1e-3),
      b.layerNorm(b.input('row', [4, 5]), vectors, 0.1),
    ];
  },
};
