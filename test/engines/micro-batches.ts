/** A step in micro-batches is the step of the whole batch, on any engine. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import type { Engine, NamedTensors, Optimizer, TrainingSetup } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { largestDifference } from './tfjs/compare.ts';
import { adam, batchOf } from './tfjs/dilated-net.ts';

const momentum: Optimizer = { kind: 'sgd', momentum: 0.9, nesterov: false, decay: 0.01 };

/** Dropout of what each example has of its own and of what is the same for all; nothing normalises over the batch. */
const graph = graphOf(`
model Net(image: [8, 8, 2]) -> (classes: [3], early: [3]) {
  x = image |> conv2d(4, 3, dilation: 2) |> group_norm(2) |> silu |> dropout(0.25)
  early = x |> global_avg_pool |> dense(3) |> softmax
  position = weight([8, 8, 4], "normal(0.5)") |> dropout(0.5)
  (x + position |> conv2d(4, 3) |> dropout(0.3, per: "example") |> global_avg_pool |> dense(3) |> softmax, early)
}
`);
const initial = initialWeights(graph, 5);

function graphOf(text: string): Graph {
  const { value, diagnostics } = elaborate(compile('net.spec', text, { read: () => undefined }), 'Net');
  assert.ok(value, diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

function setupOf(microBatch: number | undefined, optimizer = adam): TrainingSetup {
  const loss = { kind: 'cross_entropy', labelSmoothing: 0.1, auxiliary: { early: 0.3 } } as const;
  return { graph, batch: 4, microBatch, optimizer, loss, seed: 11, threads: 1 };
}

/** Three steps from the initial weights. */
async function trained(engine: Engine, setup: TrainingSetup): Promise<{ losses: number[]; tensors: NamedTensors }> {
  const session = await engine.train(setup, initialWeights(setup.graph, 5));
  const losses: number[] = [];
  for (let step = 1; step <= 3; step++) losses.push((await session.step(batchOf(step), step, 0.01)).loss);
  const tensors = await session.save();
  await session.close();
  return { losses, tensors };
}

/** Registers the tests of an engine. */
export function testMicroBatches(engine: Engine): void {
  for (const [name, optimizer] of Object.entries({ adam, momentum })) {
    test(`${engine.name}, ${name}: parts of a batch make the same update as the whole`, async () => {
      const whole = await trained(engine, setupOf(undefined, optimizer));
      for (const size of [1, 2]) {
        const parts = await trained(engine, setupOf(size, optimizer));
        assert.equal([...parts.tensors.keys()].sort(), [...whole.tensors.keys()].sort());
        assert.ok(largestDifference(parts.tensors, whole.tensors) < 1e-5, `micro-batches of ${size}`);
        for (const [at, loss] of parts.losses.entries()) assert.ok(Math.abs(loss - whole.losses[at]!) < 1e-6);
        assert.equal(await trained(engine, setupOf(size, optimizer)), parts, 'the same bits again');
      }
    });
  }

  test(`${engine.name}: a saved state goes on bit for bit`, async () => {
    const whole = await trained(engine, setupOf(2));
    const first = await engine.train(setupOf(2), initial);
    await first.step(batchOf(1), 1, 0.01);
    const saved = await first.save();
    await first.close();
    const second = await engine.train(setupOf(2), initial);
    await second.load(saved);
    for (const step of [2, 3]) await second.step(batchOf(step), step, 0.01);
    assert.equal(await second.save(), whole.tensors);
    const images = batchOf(9).images;
    assert.is((await second.predict(images)).length, 4 * 3, 'predictions go in micro-batches, too');
    await second.close();
  });

  test(`${engine.name}: running statistics move once for each micro-batch`, async () => {
    const withStatistics = graphOf(`
model Net(image: [8, 8, 2]) -> [3] {
  image |> batch_norm(momentum: 0.5) |> global_avg_pool |> dense(3) |> softmax
}
`);
    const loss = { kind: 'cross_entropy', labelSmoothing: 0 } as const;
    const setup = { graph: withStatistics, batch: 4, microBatch: 2, optimizer: adam, loss, seed: 1, threads: 1 };
    const session = await engine.train(setup, initialWeights(withStatistics, 5));
    const { images, labels } = batchOf(1);
    await session.step({ images, labels }, 1, 0);
    const moved = (await session.save()).get('batch_norm/moving_mean')!.data;
    await session.close();
    const meanOf = (part: Float32Array, channel: number): number =>
      part.reduce((sum, value, at) => sum + (at % 2 === channel ? value : 0), 0) / (part.length / 2);
    const half = images.length / 2;
    for (const channel of [0, 1]) {
      const [first, second] = [meanOf(images.subarray(0, half), channel), meanOf(images.subarray(half), channel)];
      assert.ok(Math.abs(moved[channel]! - (0.25 * first + 0.5 * second)) < 1e-6);
    }
  });
}
