/** Foreign tensors in a model's paths and layouts: each kind of weight by its indices, and what does not fit. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import { Source } from '../../../src/dsl/source.ts';
import type { NamedTensor, NamedTensors } from '../../../src/engines/engine.ts';
import { initialWeights } from '../../../src/engines/initialize.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { misfits } from '../../../src/training/weights/conversion-text.ts';
import { fromForeign, intoForeign } from '../../../src/training/weights/convert-weights.ts';
import { readWeightMap, type WeightMap } from '../../../src/training/weights/weight-map.ts';

function graphOf(text: string): Graph {
  const { value, diagnostics } = elaborate(compile('net.spec', text, { read: () => undefined }), 'Net', {});
  assert.ok(value, diagnostics.map((each) => each.message).join('\n'));
  return value;
}

function mapOf(text: string): WeightMap {
  const { value, diagnostics } = readWeightMap(new Source('map.yaml', text));
  assert.ok(value, diagnostics.map((each) => each.message).join('\n'));
  return value;
}

/** Every number tells where it stands: 0, 1, 2, … in the foreign order. */
function counted(...shape: number[]): NamedTensor {
  const count = elementCount(shape);
  return { shape, data: Float32Array.from({ length: count }, (_, at) => at) };
}

/** The number at an index of a row-major tensor. */
function at({ shape, data }: NamedTensor, ...index: number[]): number {
  assert.is(index.length, shape.length);
  return data[index.reduce((offset, each, axis) => offset * shape[axis]! + each, 0)]!;
}

const KINDS = graphOf(`
model Net(image: [4, 6, 4]) {
  plain = image |> conv2d(6, [3, 5])
  grouped = plain |> conv2d(8, 3, groups: 2, bias: false) |> batch_norm
  depthwise = grouped |> depthwise_conv2d(3, multiplier: 2, bias: false)
  up = depthwise |> conv2d_transpose(3, 2, 2, bias: false)
  pooled = up |> max_pool(4)
  hidden = pooled |> flatten |> relu |> batch_norm |> dense(5)
  hidden |> layer_norm |> dense(7, bias: false)
}
`);

const KINDS_MAP = `
layers:
  a: plain
  b: grouped/conv2d
  b.norm: grouped/batch_norm
  c: depthwise
  d: up
  e.norm: hidden/batch_norm
  e: hidden/dense
  f.norm: layer_norm
  f: dense
`;

const KINDS_TENSORS: NamedTensors = new Map([
  ['a.weight', counted(6, 4, 3, 5)],
  ['a.bias', counted(6)],
  ['b.weight', counted(8, 3, 3, 3)],
  ['b.norm.weight', counted(8)],
  ['b.norm.bias', counted(8)],
  ['b.norm.running_mean', counted(8)],
  ['b.norm.running_var', counted(8)],
  ['b.norm.num_batches_tracked', counted()],
  ['c.weight', counted(16, 1, 3, 3)],
  ['d.weight', counted(16, 3, 2, 2)],
  // [2, 3, 3], flattened: in PyTorch a channel after the other.
  ['e.norm.weight', counted(18)],
  ['e.norm.bias', counted(18)],
  ['e.norm.running_mean', counted(18)],
  ['e.norm.running_var', counted(18)],
  ['e.weight', counted(5, 18)],
  ['e.bias', counted(5)],
  ['f.norm.weight', counted(5)],
  ['f.norm.bias', counted(5)],
  ['f.weight', counted(7, 5)],
]);

test('each kind of weight, index by index, and back', () => {
  const map = mapOf(KINDS_MAP);
  const conversion = fromForeign(KINDS, KINDS_TENSORS, map);
  assert.equal(misfits(conversion), []);
  assert.equal(conversion.ignored, ['b.norm.num_batches_tracked']);
  const own = (path: string) => conversion.weights.get(path)!;
  const foreign = (name: string) => KINDS_TENSORS.get(name)!;
  for (let y = 0; y < 2; y++) {
    for (let x = 0; x < 2; x++) {
      // [H, W, I / groups, O] of [O, I / groups, H, W]
      assert.is(at(own('plain/kernel'), y, x, 3, 5), at(foreign('a.weight'), 5, 3, y, x));
      assert.is(at(own('grouped/conv2d/kernel'), y, x, 1, 6), at(foreign('b.weight'), 6, 1, y, x));
      // [H, W, C, M] of [C · M, 1, H, W], whose outputs of one channel stand together
      assert.is(at(own('depthwise/kernel'), y, x, 3, 1), at(foreign('c.weight'), 3 * 2 + 1, 0, y, x));
      // [H, W, O, I] of [I, O, H, W]
      assert.is(at(own('up/kernel'), y, x, 2, 7), at(foreign('d.weight'), 7, 2, y, x));
    }
  }
  for (const [y, x, c] of [
    [0, 0, 2],
    [1, 2, 0],
    [1, 1, 1],
  ] as const) {
    const [here, there] = [(y * 3 + x) * 3 + c, c * 6 + y * 3 + x];
    assert.is(at(own('hidden/dense/kernel'), here, 4), at(foreign('e.weight'), 4, there));
    assert.is(at(own('hidden/batch_norm/moving_variance'), here), at(foreign('e.norm.running_var'), there));
  }
  assert.is(at(own('dense/kernel'), 4, 6), at(foreign('f.weight'), 6, 4));

  const { tensors, unnamed } = intoForeign(KINDS, conversion.weights, map);
  assert.equal(unnamed, []);
  assert.is(tensors.size, KINDS_TENSORS.size - 1);
  for (const [name, tensor] of tensors) assert.equal(tensor, foreign(name), name);
});

test('a 1 × 1 convolution and a dense layer take each other’s weights', () => {
  const graph = graphOf(
    'model Net(x: [4, 4, 3]) { x |> conv2d(5, 1, bias: false) |> global_avg_pool |> dense(2, bias: false) }',
  );
  const map = mapOf('layers: { a: conv2d, b: dense }');
  const tensors = new Map([
    ['a.weight', counted(5, 3)],
    ['b.weight', counted(2, 5, 1, 1)],
  ]);
  const { weights, left } = fromForeign(graph, tensors, map);
  assert.equal(left, []);
  assert.is(at(weights.get('conv2d/kernel')!, 0, 0, 2, 4), at(counted(5, 3), 4, 2));
  assert.is(at(weights.get('dense/kernel')!, 4, 1), at(counted(2, 5), 1, 4));
});

test('everything that does not fit is told, with what was probably meant', () => {
  const tensors = new Map(KINDS_TENSORS);
  tensors.set('a.weight', counted(6, 4, 5, 3));
  tensors.set('b.bias', counted(8));
  tensors.delete('f.weight');
  tensors.set('head.weight', counted(7, 5));
  tensors.set('a.0.weight', counted(3));
  const text = KINDS_MAP.replace('d: up', 'd: upp').replace('  f: dense', '  a.{n}: plain');
  const conversion = fromForeign(KINDS, tensors, mapOf(text));
  assert.equal(misfits(conversion), [
    "a.weight is [6, 4, 5, 3], but plain/kernel takes [6, 4, 3, 5], which is [3, 5, 4, 6] in specc's order",
    'b.bias [8] is too much: grouped/conv2d has only weight',
    "a.0.weight is [3], but plain/kernel takes [6, 4, 3, 5], which is [3, 5, 4, 6] in specc's order",
    '`d: upp` makes d.weight upp, which the model does not have; did you mean up?',
    'head.weight [7, 5] is not the name of any weight',
    'up/kernel [2, 2, 3, 16] is missing',
    'dense/kernel [5, 7] is missing; head.weight would fit',
  ]);
  // What fits is there all the same, for `--partial`.
  assert.is(conversion.weights.size, conversion.places.all.length - 3);
});

test('convolutions along a sequence', () => {
  const graph = graphOf(
    'model Net(x: [9, 4]) { x |> conv1d(6, 3, bias: false) |> depthwise_conv1d(5, multiplier: 2, bias: false) }',
  );
  const tensors = new Map([
    ['a.weight', counted(6, 4, 3)],
    ['b.weight', counted(12, 1, 5)],
  ]);
  const map = mapOf('layers: { a: conv1d, b: depthwise_conv1d }');
  const { weights, left } = fromForeign(graph, tensors, map);
  assert.equal(left, []);
  assert.is(at(weights.get('conv1d/kernel')!, 2, 3, 5), at(tensors.get('a.weight')!, 5, 3, 2));
  assert.is(at(weights.get('depthwise_conv1d/kernel')!, 4, 3, 1), at(tensors.get('b.weight')!, 3 * 2 + 1, 0, 4));
  assert.equal([...intoForeign(graph, weights, map).tensors], [...tensors]);
});

test('layers that share their weights have them once; a table is as it is', () => {
  const graph = graphOf(`
    model Net(a: [4], b: [4], positions: [3]) {
      head = shared(dense)
      joined = (a |> head(5)) + (b |> head(5))
      joined + (positions |> embedding(9, 5) |> reduce_mean(0))
    }
  `);
  const tensors = new Map([
    ['fc.weight', counted(5, 4)],
    ['fc.bias', counted(5)],
    ['positions.weight', counted(9, 5)],
  ]);
  const map = mapOf('layers: { fc: joined/dense, positions: embedding }');
  const conversion = fromForeign(graph, tensors, map);
  assert.equal(misfits(conversion), []);
  assert.equal([...intoForeign(graph, conversion.weights, map).tensors], [...tensors]);
});

test('two tensors for one weight', () => {
  const graph = graphOf('model Net(x: [4]) { x |> dense(2, bias: false) }');
  const tensors = new Map([
    ['a.weight', counted(2, 4)],
    ['b.weight', counted(2, 4)],
  ]);
  const { left } = fromForeign(graph, tensors, mapOf('layers: { "{x}": dense }'));
  assert.equal(
    left.map(({ name, reason }) => [name, reason.kind]),
    [['b.weight', 'twice']],
  );
});

test('what the map ignores, and everything below it, is left alone', () => {
  const graph = graphOf('model Net(x: [4]) { x |> dense(2, bias: false) }');
  const map = mapOf('layers: { a: dense }\nignore: [aux, "heads.{n}"]');
  const names = ['a.weight', 'aux', 'aux.fc.weight', 'heads.1.weight', 'auxiliary.weight'];
  const { ignored, left } = fromForeign(graph, new Map(names.map((name) => [name, counted(2, 4)])), map);
  assert.equal(ignored, ['aux', 'aux.fc.weight', 'heads.1.weight']);
  assert.equal(
    left.map(({ name }) => name),
    ['auxiliary.weight'],
  );
});

test('without a map, names and layouts are specc’s own; with the layout specc, only names change', () => {
  const weights = initialWeights(KINDS, 1);
  assert.equal([...fromForeign(KINDS, weights, undefined).weights], [...weights]);
  const renamed = graphOf('model Net(x: [6, 6, 2]) { first = x |> conv2d(3, 3)\n first |> conv2d(2, 3) }');
  const old = new Map([
    ['conv2d/kernel', counted(3, 3, 2, 3)],
    ['conv2d/bias', counted(3)],
    ['conv2d[1]/kernel', counted(3, 3, 3, 2)],
    ['conv2d[1]/bias', counted(2)],
  ]);
  const map = mapOf('layout: specc\nlayers: { "conv2d[1]": conv2d, conv2d: first }');
  const conversion = fromForeign(renamed, old, map);
  assert.equal(misfits(conversion), []);
  assert.equal(conversion.weights.get('first/kernel'), old.get('conv2d/kernel'));
  assert.equal([...intoForeign(renamed, conversion.weights, map).tensors], [...old]);
});

test('one tensor for several weights, whole layers and single tensors alike', () => {
  const graph = graphOf('model Net(x: [2]) { a = x |> dense(2)\n b = a |> dense(2)\n b |> dense(2) }');
  const old = new Map([
    ['head/kernel', counted(2, 2)],
    ['head/bias', counted(2)],
    ['last/kernel', counted(2, 2)],
  ]);
  const map = mapOf('layout: specc\nlayers: { head: [a, b], head/bias: a, last/kernel: [dense/kernel] }');
  const { weights, missing, left } = fromForeign(graph, old, map);
  assert.equal([...weights.keys()], ['a/kernel', 'a/bias', 'b/kernel', 'b/bias', 'dense/kernel']);
  assert.equal(weights.get('b/kernel'), old.get('head/kernel'));
  assert.equal([missing.map(({ spec }) => spec.path), left], [['dense/bias'], []]);
  // On the way back, it is that of the first.
  const { tensors, unnamed } = intoForeign(graph, initialWeights(graph, 1), map);
  assert.equal([...tensors.keys()], ['head/kernel', 'head/bias', 'last/kernel']);
  assert.equal(unnamed, ['b/kernel', 'b/bias', 'dense/bias']);
});

test('a weight without a name on the way back is told', () => {
  const graph = graphOf('model Net(x: [4]) { x |> dense(2) }');
  const { unnamed } = intoForeign(graph, initialWeights(graph, 1), mapOf('layers: { "{any}.fc": dense }'));
  assert.equal(unnamed, ['dense/kernel', 'dense/bias']);
});

test('numbers that no model computes with are told with their tensor and place', () => {
  const graph = graphOf('model Net(x: [2]) {\n  x |> dense(3)\n}\n');
  const numbers = Float32Array.from({ length: 6 }, (_, at) => at);
  for (const [value, told] of [
    [Number.NaN, /^dense\/kernel holds NaN at \[1, 2\], so/],
    [1e39, /^dense\/kernel holds infinity, or a number beyond float32, at \[1, 2\], so/],
  ] as const) {
    const kernel = { shape: [2, 3], data: numbers.with(5, value) };
    const conversion = fromForeign(
      graph,
      new Map([
        ['dense/kernel', kernel],
        ['dense/bias', counted(3)],
      ]),
      undefined,
    );
    assert.equal([...conversion.weights.keys()], ['dense/bias']);
    const lines = misfits(conversion);
    assert.is(lines.length, 1);
    assert.match(lines[0]!, told);
  }
});

test.run();
