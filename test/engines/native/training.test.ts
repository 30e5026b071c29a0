import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../../src/compiler/graph.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { passNames } from '../../../src/compiler/program/passes/index.ts';
import { gradientStep, trainingStep } from '../../../src/compiler/training-step.ts';
import { fillMask } from '../../../src/engines/dropout-mask.ts';
import {
  EngineError,
  type NamedTensor,
  type NamedTensors,
  type Optimizer,
  type TrainingBatch,
  type TrainingSetup,
} from '../../../src/engines/engine.ts';
import { nativeEngine as engine } from '../../../src/engines/native/engine.ts';
import { loadRuntime, nativeAvailability } from '../../../src/engines/native/runtime.ts';
import { permuteAxes } from '../../../src/shared/axis-order.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { Random } from '../../../src/shared/random.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { fromGlorot } from '../../support/initializers.ts';
import { interpret } from '../../support/interpret.ts';

const adam: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.01 };
const same = {
  kernel: [3, 3],
  stride: [1, 1],
  dilation: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
} as const;

/** Convolution, batch normalisation, dropout, pooling, dense, softmax: something of everything an engine handles. */
const graph: Graph = handGraph({ photo: [4, 4, 2] }, (g, { photo }) => {
  // no bias before a normalisation: its gradient is rounding noise, which Adam makes large
  const conv = { ...same, filters: 4, groups: 1, bias: false, ...fromGlorot };
  let x = g.op('conv2d', conv, [photo], [4, 4, 4]);
  x = g.op('batch_norm', { epsilon: 1e-3, momentum: 0.9, scale: true, offset: true }, [x]);
  x = g.op('relu', {}, [x]);
  x = g.op('dropout', { rate: 0.25, per: 'element' }, [x]);
  x = g.op('global_avg_pool', {}, [x], [4]);
  x = g.op('dense', { units: 3, bias: true, ...fromGlorot }, [x], [3]);
  return g.op('softmax', { axis: 0 }, [x]);
});
const batch = 6;
const setup: TrainingSetup = {
  graph,
  batch,
  optimizer: adam,
  loss: { kind: 'cross_entropy', labelSmoothing: 0.1 },
  seed: 11,
  threads: 1,
};

function initialWeights(of: Graph): Map<string, NamedTensor> {
  return new Map(
    allWeights(of).map(({ path, shape, initializer }) => {
      const random = Random.of(3, path);
      const data = new Float32Array(elementCount(shape));
      if (initializer.kind === 'ones') data.fill(1);
      const drawn = initializer.kind === 'glorot_uniform' ? data.map(() => random.uniform(-0.5, 0.5)) : data;
      return [path, { shape, data: drawn }];
    }),
  );
}

/** Images whose class is which third of the brightness range they lie in. */
function batchOf(seed: number): TrainingBatch {
  const random = Random.of('batch', seed);
  const labels = Int32Array.from({ length: batch }, () => random.int(3));
  const images = new Float32Array(batch * 32).map(
    (_, index) => labels[Math.floor(index / 32)]! - 1 + random.uniform(-0.3, 0.3),
  );
  return { images, labels };
}

function feedsOf({ images, labels }: TrainingBatch, masks: ReturnType<typeof gradientStep>['masks'], step: number) {
  const oneHot = new Float32Array(batch * 3);
  for (const [index, label] of labels.entries()) oneHot[index * 3 + label] = 1;
  const drawn = masks.map(({ input, path, rate, shape }) => {
    const mask = new Float32Array(elementCount(shape));
    fillMask(mask, setup.seed, path, step, rate);
    return [input, mask] as const;
  });
  return { photo: images, 'step:labels': oneHot, ...Object.fromEntries(drawn) };
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.is(actual.length, expected.length, what);
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(actual[index]! - expected[index]!);
    assert.ok(
      difference <= tolerance * Math.max(1, Math.abs(expected[index]!)),
      `${what}[${index}] is off by ${difference}`,
    );
  }
}

function assertSame(actual: NamedTensors, expected: NamedTensors): void {
  assert.equal([...actual.keys()], [...expected.keys()]);
  for (const [name, { shape, data }] of expected) {
    assert.equal(actual.get(name)!.shape, shape, name);
    assert.equal(actual.get(name)!.data, data, name);
  }
}

const optimizers: Record<string, Optimizer> = {
  adam,
  sgd: { kind: 'sgd', momentum: 0, nesterov: false, decay: 0 },
  'sgd with momentum': { kind: 'sgd', momentum: 0.9, nesterov: true, decay: 0.01 },
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`three steps of ${name} are what the reference computes`, async () => {
    const session = await engine.train({ ...setup, optimizer }, initialWeights(graph));
    const { program, masks, state } = trainingStep({ ...setup, optimizer });
    const initial = initialWeights(graph);
    let reference: Record<string, Float64Array> = Object.fromEntries(
      state.map(({ name, shape, order }) => {
        const given = initial.get(name)?.data ?? new Float32Array(elementCount(shape));
        return [name, Float64Array.from(permuteAxes(given, shape, order))];
      }),
    );
    for (const step of [1, 2, 3]) {
      const data = batchOf(step);
      const scalars = { 'step:number': [step], 'step:learning_rate': [0.05] };
      const results = interpret(program, { ...reference, ...feedsOf(data, masks, step), ...scalars });
      const { loss, correct } = await session.step(data, step, 0.05);
      assertNear([loss], results.loss!, 1e-5, `loss of step ${step}`);
      assert.is(correct, results.correct![0]);
      reference = {
        ...reference,
        ...Object.fromEntries(state.flatMap(({ name, next }) => (next ? [[name, results[next]!]] : []))),
      };
      const saved = await session.save();
      assert.equal([...saved.keys()].sort(), Object.keys(reference).sort());
      for (const { name, shape, order } of state) {
        assert.equal(saved.get(name)!.shape, shape);
        assertNear(permuteAxes(saved.get(name)!.data, shape, order), reference[name]!, 2e-4, name);
      }
    }
    await session.close();
  });
}

test('gradients are what the reference computes, and change nothing', async () => {
  const session = await engine.train(setup, initialWeights(graph));
  const before = await session.save();
  const data = batchOf(1);
  const { loss, gradients } = await session.gradients(data, 4);
  const { program, masks } = gradientStep(setup);
  const orders = new Map(trainingStep(setup).state.map(({ name, order }) => [name, order]));
  const weights = Object.fromEntries(
    [...initialWeights(graph)].map(([name, { data, shape }]) => [name, permuteAxes(data, shape, orders.get(name)!)]),
  );
  const expected = interpret(program, { ...weights, ...feedsOf(data, masks, 4) });
  assertNear([loss], expected.loss!, 1e-5, 'loss');
  const trainable = allWeights(graph).filter((weight) => weight.trainable);
  assert.equal(
    [...gradients.keys()],
    trainable.map(({ path }) => path),
  );
  for (const { path, shape } of trainable) {
    assert.equal(gradients.get(path)!.shape, shape);
    const held = permuteAxes(gradients.get(path)!.data, shape, orders.get(path)!);
    assertNear(held, expected[`gradient:${path}`]!, 1e-5, path);
  }
  assertSame(await session.save(), before);
  await session.close();
});

for (const without of [[], ...passNames.map((name) => [name])]) {
  test(`gradients ${without.length === 0 ? 'with all passes' : `without ${without.join(', ')}`}`, async () => {
    const [data, expected] = [batchOf(1), await plainGradients()];
    const session = await engine.train({ ...setup, withoutPasses: without }, initialWeights(graph));
    const { gradients } = await session.gradients(data, 4);
    for (const [path, { data: numbers }] of expected) assertNear(gradients.get(path)!.data, numbers, 1e-5, path);
    await session.close();
  });
}

/** Of the program as it was built. */
async function plainGradients(): Promise<NamedTensors> {
  const session = await engine.train({ ...setup, withoutPasses: passNames }, initialWeights(graph));
  const { gradients } = await session.gradients(batchOf(1), 4);
  await session.close();
  return gradients;
}

test('a model learns, and predicts with what it learnt in training and in inference sessions alike', async () => {
  const session = await engine.train(setup, initialWeights(graph));
  const first = await session.step(batchOf(0), 1, 0.05);
  let last = first;
  for (let step = 2; step <= 60; step++) last = await session.step(batchOf(step % 8), step, 0.05);
  assert.ok(last.loss < 0.65 * first.loss, `the loss went from ${first.loss} to ${last.loss}`);

  const { images, labels } = batchOf(100);
  const scores = await session.predict(images);
  const guessed = Array.from(labels, (_, row) => {
    const own = scores.subarray(row * 3, row * 3 + 3);
    assertNear([own.reduce((sum, each) => sum + each, 0)], [1], 1e-5, 'sum of probabilities');
    return own.indexOf(Math.max(...own));
  });
  assert.equal(guessed, [...labels]);

  const inference = await engine.infer(graph, await session.save(), 4, 1);
  assert.is(inference.batch, 4);
  assertNear(await inference.predict(images), scores, 1e-5, 'a batch of 4 and a rest of 2');
  assertNear(await inference.predict(images.subarray(0, 32)), scores.subarray(0, 3), 1e-5, 'one image');
  await inference.close();
  await session.close();
});

test('a run that was saved and loaded goes on with the same bits', async () => {
  const session = await engine.train(setup, initialWeights(graph));
  for (const step of [1, 2, 3]) await session.step(batchOf(step), step, 0.05);
  const saved = await session.save();
  for (const step of [4, 5]) await session.step(batchOf(step), step, 0.05);
  const expected = await session.save();
  await session.close();

  const resumed = await engine.train(setup, initialWeights(graph));
  await resumed.step(batchOf(9), 1, 0.05);
  await resumed.load(saved);
  for (const step of [4, 5]) await resumed.step(batchOf(step), step, 0.05);
  assertSame(await resumed.save(), expected);
  await resumed.close();
});

test('arrays of the caller stay the callers own', async () => {
  const initial = initialWeights(graph);
  const session = await engine.train(setup, initial);
  const data = batchOf(1);
  const [images, labels] = [data.images.slice(), data.labels.slice()];
  await session.step(data, 1, 0.05);
  assert.equal(data, { images, labels });
  assertSame(initial, initialWeights(graph));
  const saved = await session.save();
  const copy = new Map([...saved].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  await session.step(data, 2, 0.05);
  assertSame(saved, copy);
  await session.close();
});

test('the calling thread goes on while a step runs', async () => {
  const wide = handGraph({ photo: [32, 32, 32] }, (g, { photo }) => {
    let x = photo;
    for (let layer = 0; layer < 4; layer++) {
      x = g.op('conv2d', { ...same, filters: 32, groups: 1, bias: false, ...fromGlorot }, [x], [32, 32, 32]);
    }
    return g.op('dense', { units: 3, bias: false, ...fromGlorot }, [g.op('global_avg_pool', {}, [x], [32])], [3]);
  });
  const session = await engine.train({ ...setup, graph: wide, batch: 8 }, initialWeights(wide));
  const data = { images: new Float32Array(8 * 32 * 32 * 32).fill(0.1), labels: new Int32Array(8) };
  await session.step(data, 1, 0.01);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await session.step(data, 2, 0.01);
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks of the timer during a step`);
  await session.close();
});

async function fails(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(
    () => assert.unreachable(`expected an error like ${message}`),
    (reason: unknown) => reason,
  );
  assert.instance(error, Error);
  assert.match((error as Error).message, message);
}

test('mistakes are errors that say what is wrong, and leave the session usable', async () => {
  const without = initialWeights(graph);
  without.delete('dense[0]/bias');
  await fails(engine.train(setup, without), /the weight dense\[0\]\/bias is missing/);
  const misshapen = initialWeights(graph).set('dense[0]/bias', { shape: [4], data: new Float32Array(4) });
  await fails(engine.train(setup, misshapen), /dense\[0\]\/bias is \[3\], and \[4\] was given/);
  const stranger = initialWeights(graph).set('head', { shape: [1], data: new Float32Array(1) });
  await fails(engine.train(setup, stranger), /Hand in training has no tensor head/);

  const session = await engine.train(setup, initialWeights(graph));
  const { images, labels } = batchOf(1);
  await fails(session.step({ images, labels: labels.subarray(1) }, 1, 0.1), /a batch has 192 numbers and 6 labels/);
  await fails(session.step({ images, labels: labels.map(() => 3) }, 1, 0.1), /label 3 is none of 3 classes/);
  await fails(session.predict(images.subarray(1)), /no whole number of images/);
  assert.ok(Number.isFinite((await session.step({ images, labels }, 1, 0.1)).loss));
  await session.close();
  await session.close();
  await fails(session.step({ images, labels }, 2, 0.1), /closed/);
});

test('availability names the device', async () => {
  const found = await engine.availability();
  assert.ok(found.available, found.reason);
  assert.match(found.device, /^CPU, \d+ threads?$/);
  assert.match(found.reason, /^onnxruntime-node \d/);
  assert.not.ok(found.accelerated);
});

test('without onnxruntime-node, the reason and the remedy are told', async () => {
  const absent = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'\nRequire stack: …"));
  const found = await nativeAvailability(absent);
  assert.not.ok(found.available);
  assert.is(found.reason, "onnxruntime-node does not load: Cannot find package 'onnxruntime-node'");
  assert.match(found.remedy!, /npm install onnxruntime-node/);
  const error = await loadRuntime(absent).catch((reason: unknown) => reason);
  assert.instance(error, EngineError);
});

test.run();
