/** What depends on weights alone, and statistics that layers share: the generated code and the native engine agree. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import type { Engine, NamedTensors, TrainingBatch, TrainingSetup } from '../../../src/engines/engine.ts';
import { initialWeights } from '../../../src/engines/initialize.ts';
import { nativeEngine } from '../../../src/engines/native/engine.ts';
import { tfjsCpuEngine } from '../../../src/engines/tfjs/engine.ts';
import { Random } from '../../../src/shared/random.ts';
import { largestDifference } from './compare.ts';

const BATCH = 3;
const TOLERANCE = 1e-4;

const models: Readonly<Record<string, string>> = {
  'dropout of a learned tensor': `
    rows = weight([4, 6], "normal(1)") |> dropout(0.5) |> dropout(0.3, per: "channel") |> dropout(0.2, per: "example")
    (x |> reshape([4, 8]) |> dense(6)) * rows |> flatten |> dense(3)`,
  'batch normalisation of a learned tensor': `
    rows = weight([4, 6], "normal(1)") |> batch_norm |> relu
    maximum(x |> reshape([4, 8]) |> dense(6), rows) |> flatten |> dense(3)`,
  'statistics that three layers share': `
    norm = shared(batch_norm)
    (x |> norm) * (x * 3 + 1 |> norm) |> norm |> global_avg_pool |> dense(3)`,
  'a table that is looked up and multiplied by, at numbers of which some are outside': `
    table = weight([3, 5], "normal(1)")
    rows = lookup(4 * x |> flatten, table) |> reduce_mean(0)
    matmul(rows |> reshape([1, 5]), table, transpose_b: true) |> flatten`,
  'rows of an embedding that do not exist': `
    4 * x |> flatten |> embedding(3, 5) |> reduce_mean(0) |> dense(3)`,
  'a table for each example': `
    lookup(constant([0, 2, 9]), x |> reshape([8, 4]) |> dense(3)) |> reduce_mean(0)`,
  'scores that are a learned tensor': `
    weight([3], "normal(1)") + 0 * constant([1, 2, 3])`,
  'scores that are made of one': `
    weight([5], "normal(1)") |> dense(3) |> softmax`,
};

for (const [name, body] of Object.entries(models)) {
  test(name, async () => {
    const graph = graphOf(`model Net(x: [4, 4, 2]) -> [3] {${body}\n}\n`);
    const [ours, theirs] = [await runOf(tfjsCpuEngine, graph), await runOf(nativeEngine, graph)];
    for (const part of ['gradients', 'saved', 'scores'] as const) {
      const difference = largestDifference(ours[part], theirs[part]);
      assert.ok(difference < TOLERANCE, `${part} differ by ${difference}`);
    }
  });
}

function graphOf(text: string): Graph {
  const { value, diagnostics } = elaborate(compile('net.spec', text, { read: () => undefined }), 'Net');
  assert.ok(value, diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

/** Gradients, which must leave everything as it was; then all that two steps leave; then class scores. */
async function runOf(engine: Engine, graph: Graph): Promise<Record<'gradients' | 'saved' | 'scores', NamedTensors>> {
  const setup: TrainingSetup = {
    graph,
    batch: BATCH,
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false, decay: 0 },
    loss: { kind: 'cross_entropy', labelSmoothing: 0 },
    seed: 7,
  };
  const session = await engine.train(setup, initialWeights(graph, 3));
  try {
    const { gradients } = await session.gradients(batchOf(1), 1);
    for (const step of [1, 2]) await session.step(batchOf(step), step, 0.05);
    const scores = await session.predict(batchOf(3).images);
    return {
      gradients,
      saved: await session.save(),
      scores: new Map([['scores', { shape: [BATCH, 3], data: scores }]]),
    };
  } finally {
    await session.close();
  }
}

function batchOf(step: number): TrainingBatch {
  const random = Random.of('same for every example', step);
  const images = Float32Array.from({ length: BATCH * 4 * 4 * 2 }, () => random.normal());
  return { images, labels: Int32Array.from({ length: BATCH }, (_, index) => (index + step) % 3) };
}

test.run();
