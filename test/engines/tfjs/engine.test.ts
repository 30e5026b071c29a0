import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import type { NamedTensors, Optimizer } from '../../../src/engines/engine.ts';
import { initialWeights } from '../../../src/engines/initialize.ts';
import { nativeEngine } from '../../../src/engines/native/engine.ts';
import { tfjsCpuEngine as engine, tfjsGpuEngine } from '../../../src/engines/tfjs/engine.ts';
import { Random } from '../../../src/shared/random.ts';
import { assertSame, largestDifference } from './compare.ts';
import { batchOf, dilatedNet, setupOf } from './dilated-net.ts';

const graph = dilatedNet();
const setup = setupOf(graph);
const initial = initialWeights(graph, 5);

test('gradients match central differences of the loss', async () => {
  const session = await engine.train(setup, initial);
  const batch = batchOf(1);
  const { gradients } = await session.gradients(batch, 3);
  for (const [path, { data }] of gradients) {
    // One random direction a tensor: a single element would drown in the rounding of float32.
    const random = Random.of('direction', path);
    const direction = data.map(() => random.uniform(-1, 1));
    const step = 3e-3;
    const lossAt = async (by: number): Promise<number> => {
      const moved = initial.get(path)!.data.map((each, index) => each + by * direction[index]!);
      await session.load(new Map([...initial, [path, { shape: initial.get(path)!.shape, data: moved }]]));
      return (await session.gradients(batch, 3)).loss;
    };
    const expected = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    const actual = data.reduce((sum, each, index) => sum + each * direction[index]!, 0);
    assert.ok(
      Math.abs(actual - expected) < 2e-3 * Math.max(1, Math.abs(expected)),
      `${path}: ${actual} is not ${expected}`,
    );
  }
  assert.is(gradients.size, [...initial.keys()].filter((path) => !path.includes('moving_')).length);
  await session.close();
});

const optimizers: Record<string, Optimizer> = {
  'Adam with decay': setup.optimizer,
  'plain SGD': { kind: 'sgd', momentum: 0, nesterov: false, decay: 0 },
  'Nesterov SGD with decay': { kind: 'sgd', momentum: 0.9, nesterov: true, decay: 0.01 },
};

for (const [name, optimizer] of Object.entries(optimizers)) {
  test(`steps as the native engine does: ${name}`, async () => {
    const sessions = [
      await engine.train(setupOf(graph, optimizer), initial),
      await nativeEngine.train({ ...setupOf(graph, optimizer), threads: 1 }, initial),
    ] as const;
    for (let step = 1; step <= 4; step += 1) {
      const [ours, theirs] = await Promise.all(sessions.map((each) => each.step(batchOf(step), step, 0.01)));
      assert.ok(Math.abs(ours!.loss - theirs!.loss) < 2e-5, `step ${step}: ${ours!.loss} and ${theirs!.loss}`);
      assert.is(ours!.correct, theirs!.correct);
    }
    const [ours, theirs] = await Promise.all(sessions.map((each) => each.save()));
    assert.ok(largestDifference(ours!, theirs!) < 1e-4);
    const images = batchOf(9).images;
    const scores = await Promise.all(sessions.map((each) => each.predict(images)));
    assert.ok(scores[0]!.every((score, index) => Math.abs(score - scores[1]![index]!) < 1e-4));
    for (const each of sessions) await each.close();
  });
}

test('a model without weights has losses as on the native engine', async () => {
  const text = 'model Net(x: [8, 8, 2]) -> [2] {\n  x |> avg_pool(8) |> reshape([2])\n}\n';
  const { value: net } = elaborate(compile('net.spec', text, { read: () => undefined }), 'Net', {});
  const batch = { images: batchOf(2).images, labels: Int32Array.of(1, 0, 0, 1) };
  const losses: number[] = [];
  for (const each of [engine, nativeEngine]) {
    const session = await each.train({ ...setupOf(net!), threads: 1 }, new Map());
    losses.push((await session.step(batch, 1, 0.01)).loss);
    await session.close();
  }
  assert.ok(Math.abs(losses[0]! - losses[1]!) < 1e-6, losses.join(' and '));
});

test('nothing leaks: every step leaves as many tensors as it found, and closing leaves none', async () => {
  const before = tf.memory().numTensors;
  const session = await engine.train(setup, initial);
  const open = tf.memory().numTensors;
  for (let step = 1; step <= 3; step += 1) {
    await session.step(batchOf(step), step, 0.01);
    await session.gradients(batchOf(step), step);
    await session.predict(batchOf(step).images);
    await session.save();
    assert.is(tf.memory().numTensors, open);
  }
  await session.close();
  assert.is(tf.memory().numTensors, before);
});

test('a saved session goes on bit for bit', async () => {
  const first = await engine.train(setup, initial);
  await first.step(batchOf(1), 1, 0.01);
  const saved = await first.save();
  const expected = [await first.step(batchOf(2), 2, 0.01), await first.step(batchOf(3), 3, 0.01)];
  const second = await engine.train(setup, initial);
  await second.load(saved);
  const actual = [await second.step(batchOf(2), 2, 0.01), await second.step(batchOf(3), 3, 0.01)];
  assert.equal(actual, expected);
  assertSame(await second.save(), await first.save());
  await first.close();
  await second.close();
});

test('what is loaded and saved is copied', async () => {
  const own: NamedTensors = new Map(
    [...initial].map(([path, { shape, data }]) => [path, { shape, data: data.slice() }]),
  );
  const session = await engine.train(setup, own);
  await session.step(batchOf(1), 1, 0.1);
  assertSame(own, initial);
  const saved = await session.save();
  const copy = new Map([...saved].map(([path, { shape, data }]) => [path, { shape, data: data.slice() }]));
  await session.step(batchOf(2), 2, 0.1);
  assertSame(saved, copy);
  await session.close();
});

test('tensors that do not belong are refused', async () => {
  const shape = [1];
  const extra = new Map([...initial, ['nowhere/kernel', { shape, data: new Float32Array(1) }]]);
  const session = await engine.train(setup, initial);
  await rejects(() => session.load(extra), /no tensor nowhere\/kernel/);
  await rejects(() => session.load(new Map()), /is missing/);
  await rejects(
    () => session.step({ ...batchOf(1), labels: Int32Array.of(0, 1) }, 1, 0.1),
    /4 labels, not .* 2 labels/,
  );
  await rejects(
    () => session.step({ ...batchOf(1), labels: Int32Array.of(0, 1, 2, 3) }, 1, 0.1),
    /label 3 is none of 3/,
  );
  await session.close();
});

test('inference predicts any number of images with running statistics', async () => {
  const session = await engine.infer(graph, initial, 3);
  const trained = await engine.train(setup, initial);
  const images = batchOf(1).images;
  const scores = await session.predict(images);
  assert.equal(scores, await trained.predict(images));
  for (let row = 0; row < 4; row += 1) {
    const sum = scores.subarray(3 * row, 3 * row + 3).reduce((total, each) => total + each, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6, 'class scores are probabilities');
  }
  await rejects(() => session.predict(images.subarray(1)), /no whole number of images/);
  await session.close();
  await trained.close();
});

test('an engine without its device says why and what to do', async () => {
  const { available, reason, remedy } = await tfjsGpuEngine.availability();
  if (available) return;
  assert.match(reason, /tfjs-node-gpu (is not installed|does not load|loads and finds no GPU)/);
  assert.match(remedy!, /npm install @tensorflow\/tfjs-node-gpu/);
  await rejects(() => tfjsGpuEngine.train(setup, initial), /the engine 'tfjs-gpu' is not available here/);
});

async function rejects(run: () => Promise<unknown>, message: RegExp): Promise<void> {
  let failure: unknown;
  await run().catch((error: unknown) => {
    failure = error;
  });
  assert.instance(failure, Error, 'nothing was refused');
  assert.match((failure as Error).message, message);
}

test.run();
