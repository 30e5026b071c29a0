import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Pads } from '../../src/compiler/ops/kind.ts';
import type { NamedTensors } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { handGraph } from '../support/hand-graph.ts';
import { fromGlorot, fromZeros } from '../support/initializers.ts';
import { smallNet } from '../support/small-net.ts';

const around: Pads = [
  [1, 1],
  [1, 1],
];
const window = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: around } as const;

function largest(weights: NamedTensors, path: string): number {
  return weights.get(path)!.data.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
}

function deviation(weights: NamedTensors, path: string): number {
  const { data } = weights.get(path)!;
  return Math.sqrt(data.reduce((sum, each) => sum + each * each, 0) / data.length);
}

/** Within 3 % below the limit: thousands of uniform numbers come that close. */
function reaches(actual: number, limit: number): void {
  assert.ok(actual <= limit && actual > 0.97 * limit, `${actual} does not reach ${limit}`);
}

test('every weight has its shape; offsets start at 0, scales and running variances at 1', () => {
  const weights = initialWeights(smallNet(), 1);
  assert.equal(weights.get('stem/conv2d/kernel')!.shape, [3, 3, 2, 4]);
  assert.is(weights.get('stem/conv2d/kernel')!.data.length, 72);
  assert.ok(weights.get('stem/conv2d/bias')!.data.every((each) => each === 0));
  assert.ok(weights.get('body/norm/beta')!.data.every((each) => each === 0));
  assert.ok(weights.get('body/norm/gamma')!.data.every((each) => each === 1));
  assert.ok(weights.get('body/norm/moving_mean')!.data.every((each) => each === 0));
  assert.ok(weights.get('body/norm/moving_variance')!.data.every((each) => each === 1));
});

test('the limits of glorot_uniform follow the fans of each kind of kernel', () => {
  const common = { bias: false, ...fromGlorot } as const;
  const graph = handGraph({ x: [8, 8, 32] }, (g, { x }) => [
    g.op('conv2d', { ...window, ...common, filters: 64, groups: 1 }, [x], [8, 8, 64], 'plain'),
    g.op('conv2d', { ...window, ...common, filters: 64, groups: 4 }, [x], [8, 8, 64], 'grouped'),
    g.op('depthwise_conv2d', { ...window, ...common, multiplier: 2 }, [x], [8, 8, 64], 'depthwise'),
    g.op(
      'conv2d_transpose',
      { ...window, ...common, filters: 64, groups: 1, outputPadding: [0, 0] },
      [x],
      [8, 8, 64],
      'transposed',
    ),
    g.op('dense', { ...common, units: 96 }, [x], [8, 8, 96], 'dense'),
  ]);
  const weights = initialWeights(graph, 3);
  reaches(largest(weights, 'plain/kernel'), Math.sqrt(6 / (9 * 32 + 9 * 64)));
  reaches(largest(weights, 'grouped/kernel'), Math.sqrt(6 / (9 * 8 + 9 * 16)));
  reaches(largest(weights, 'depthwise/kernel'), Math.sqrt(6 / (9 + 18)));
  reaches(largest(weights, 'transposed/kernel'), Math.sqrt(6 / (9 * 32 + 9 * 64)));
  reaches(largest(weights, 'dense/kernel'), Math.sqrt(6 / (32 + 96)));
});

test('he_normal has the deviation √(2 / fan-in)', () => {
  const graph = handGraph({ x: [8, 8, 32] }, (g, { x }) =>
    g.op(
      'conv2d',
      {
        ...window,
        filters: 64,
        groups: 1,
        bias: false,
        ...fromZeros,
        initializer: { kind: 'he_normal', fan: 'fan_in' },
      },
      [x],
      [8, 8, 64],
      'c',
    ),
  );
  const expected = Math.sqrt(2 / (9 * 32));
  const actual = deviation(initialWeights(graph, 3), 'c/kernel');
  assert.ok(Math.abs(actual / expected - 1) < 0.02, `${actual} is not ${expected}`);
});

test('a weight depends on the seed and its own path alone', () => {
  const net = (extra: boolean) =>
    handGraph({ x: [4] }, (g, { x }) => {
      const dense = { units: 4, bias: false, ...fromGlorot } as const;
      const before = extra ? g.op('dense', dense, [x], [4], 'before') : x;
      return [g.op('dense', dense, [before], [4], 'a'), g.op('dense', dense, [before], [4], 'b')];
    });
  const [plain, extended, other] = [
    initialWeights(net(false), 7),
    initialWeights(net(true), 7),
    initialWeights(net(false), 8),
  ];
  assert.equal(plain.get('a/kernel'), extended.get('a/kernel'));
  assert.not.equal(plain.get('a/kernel'), plain.get('b/kernel'));
  assert.not.equal(plain.get('a/kernel'), other.get('a/kernel'));
});

test.run();
