/** A step that computes blocks again is the same step, and takes less memory. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { type Graph, shapeOf } from '../../src/compiler/graph.ts';
import { trainingMemory } from '../../src/compiler/memory.ts';
import type { Program } from '../../src/compiler/program/program.ts';
import { trainingStep } from '../../src/compiler/training-step.ts';
import { matchBlocks } from '../../src/compiler/variants/blocks.ts';
import type { NamedTensors, TrainingSetup } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { chooseRecomputed } from '../../src/training/recompute.ts';
import { largestDifference } from './tfjs/compare.ts';
import { adam } from './tfjs/dilated-net.ts';

const read = (path: string): string => readFileSync(path, 'utf8');

function graphOf(path: string, text: string, model: string, settings = {}): Graph {
  const { value, diagnostics } = elaborate(compile(path, text, { read }), model, settings);
  assert.ok(value, diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

/** Blocks on the model's input, within others, of several results, one of another alone, and one before the loss. */
const blocks = graphOf(
  'net.spec',
  `
block Stem(x: [H, W, C]) -> [H, W, 8] {
  x |> conv2d(8, 3) |> batch_norm |> relu |> dropout(0.2)
}

block Inner(x: [H, W, C]) -> [H, W, C] {
  x + (x |> conv2d(C, 3) |> group_norm(2) |> silu |> conv2d(C, 3))
}

block Outer(x: [H, W, C]) -> [H, W, C] {
  x |> Inner |> batch_norm |> gelu |> Inner |> dropout(0.1, per: "example")
}

block Alone(x: [H, W, C]) -> [H, W, C] {
  x |> Outer
}

block Split(x: [H, W, C], y: [H, W, C]) -> (wide: [H, W, C], narrow: [C]) {
  wide = x * (y |> conv2d(C, 3) |> sigmoid)
  (wide, wide |> global_avg_pool |> dense(C) |> layer_norm)
}

block Tokens(x: [N, C]) -> [N, C] {
  x + (x |> layer_norm |> dense(2 * C) |> gelu |> dense(C))
}

block Head(x: [C]) -> [3] {
  x |> dense(8) |> relu |> dropout(0.3) |> dense(3) |> softmax
}

model Net(image: [8, 8, 3]) -> (classes: [3], early: [3]) {
  stem = image |> Stem
  wide, narrow = Split(stem |> Alone, stem)
  tokens = wide |> max_pool(2) |> reshape([16, 8]) |> Tokens |> Tokens |> reduce_mean(0)
  (Head(tokens + narrow), narrow |> dense(3) |> softmax)
}
`,
  'Net',
);
/** Blocks whose inputs are lists of tensors, of which others are elements as well. */
const lists = graphOf(
  'lists.spec',
  `
block Dense(features: [[H, W, _]]) -> [H, W, 4] {
  features |> concat |> group_norm(1) |> relu |> conv2d(4, 3)
}

block Exchange(levels: [[_, _, _]]) {
  [sum([x |> conv2d(6, 1) |> resize([y.shape[0], y.shape[1]]) for x in levels]) |> relu for y in levels]
}

model Net(image: [8, 8, 3]) -> [3] {
  features = [image]
  for _ in range(3) {
    features += Dense(features)
  }
  fine, coarse = [concat(features), features[1] |> max_pool(2)] |> Exchange
  concat([fine |> global_avg_pool, coarse |> global_avg_pool]) |> dense(3) |> softmax
}
`,
  'Net',
);
const ddrnet = graphOf('specs/ddrnet.spec', read('specs/ddrnet.spec'), 'DDRNet', { size: 16, dilations: [1, 2] });

function setupOf(graph: Graph, recompute: readonly string[] = [], microBatch?: number): TrainingSetup {
  const auxiliary = graph === blocks ? { early: 0.3 } : {};
  const loss = { kind: 'cross_entropy', labelSmoothing: 0.1, auxiliary } as const;
  const { paths, unmatched } = matchBlocks(graph, recompute);
  assert.equal(unmatched, []);
  return { graph, batch: 4, microBatch, recompute: paths, optimizer: adam, loss, seed: 11 };
}

const labels = Int32Array.of(0, 1, 2, 1);

function imagesOf(graph: Graph): Float32Array {
  const size = shapeOf(graph, graph.inputs[0]!.value).reduce((product, each) => product * each, 1);
  return Float32Array.from({ length: 4 * size }, (_, at) => Math.sin(at * 1.7 + (at % size)));
}

/** Three steps. */
async function trained(setup: TrainingSetup): Promise<{ losses: number[]; tensors: NamedTensors }> {
  const images = imagesOf(setup.graph);
  const session = await nativeEngine.train(setup, initialWeights(setup.graph, 5));
  const losses: number[] = [];
  for (const step of [1, 2, 3]) losses.push((await session.step({ images, labels }, step, 0.01)).loss);
  const tensors = await session.save();
  await session.close();
  return { losses, tensors };
}

/** Loss and gradients of the first step, and the state after it, whose running statistics have moved. */
async function firstStep(
  setup: TrainingSetup,
): Promise<{ loss: number; gradients: NamedTensors; state: NamedTensors }> {
  const images = imagesOf(setup.graph);
  const session = await nativeEngine.train(setup, initialWeights(setup.graph, 5));
  const found = await session.gradients({ images, labels }, 1);
  await session.step({ images, labels }, 1, 0);
  const state = await session.save();
  await session.close();
  return { ...found, state };
}

/** How often convolutions and products of matrices are computed again, by the programs' origins. */
function again({ instructions }: Program): number {
  return instructions.filter(({ kernel, origin }) => /^(conv|matmul)$/.test(kernel) && origin.startsWith('again '))
    .length;
}

const cases: readonly (readonly [name: string, graph: Graph, patterns: readonly string[], products: number])[] = [
  ['a block on the image', blocks, ['stem'], 1],
  ['blocks within a block', blocks, ['**/Inner'], 2],
  ['all blocks, some within others and one of two results', blocks, ['**'], 10],
  ['blocks that take lists', lists, ['**'], 4],
  ['the residual blocks of DDRNet', ddrnet, ['**/Residual'], 8],
  ['all blocks of DDRNet', ddrnet, ['**'], 30],
];

for (const [name, graph, patterns, products] of cases) {
  const setup = setupOf(graph, patterns);

  test(`${name}: as many products again as the blocks have`, () => {
    assert.is(again(trainingStep(setup).program), products);
  });

  // onnxruntime joins some operations only where it knows all sizes, which rounds differently
  test(`${name}: the same step, but for rounding`, async () => {
    const [found, expected] = [await firstStep(setup), await firstStep(setupOf(graph))];
    assert.ok(Math.abs(found.loss - expected.loss) < 1e-6, `${found.loss}, ${expected.loss}`);
    assert.ok(largestDifference(found.gradients, expected.gradients) < 1e-5);
    assert.ok(largestDifference(found.state, expected.state) < 1e-5);
  });
}

test('DDRNet: the same bits after three steps', async () => {
  for (const patterns of [['**/Residual'], ['**']]) {
    assert.equal(await trained(setupOf(ddrnet, patterns)), await trained(setupOf(ddrnet)));
  }
});

test('a rerun gives the same bits', async () => {
  assert.equal(await trained(setupOf(blocks, ['**'])), await trained(setupOf(blocks, ['**'])));
});

test('micro-batches: the same step, but for rounding', async () => {
  const [found, expected] = [await trained(setupOf(blocks, ['**'], 2)), await trained(setupOf(blocks, [], 2))];
  assert.ok(Math.abs(found.losses[0]! - expected.losses[0]!) < 1e-6);
});

test('less memory is estimated', () => {
  const [all, kept] = [['**'], []].map((patterns) => trainingMemory(setupOf(ddrnet, patterns)).activations);
  assert.ok(all! < 0.8 * kept!, `${all} of ${kept}`);
});

test('an engine that keeps all activations says so', () => {
  const { paths, messages } = chooseRecomputed({ recompute: ['**'] }, blocks, { name: 'tfjs-cpu' });
  assert.equal(paths, []);
  assert.is(messages[0]!.severity, 'warning');
});

test.run();
