import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { fittingMicroBatch, memoryEstimates, trainingMemory } from '../../src/compiler/memory.ts';

const source = readFileSync('specs/ddrnet.spec', 'utf8');
const compiled = compile('ddrnet.spec', source, { read: () => undefined });
const graph = elaborate(compiled, 'DDRNet', { size: 32, stem_stride: 2 }).value!;
const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 } as const;
const setup = { graph, batch: 12, optimizer, loss: { kind: 'cross_entropy', labelSmoothing: 0 } } as const;

test('training takes more than inference, and the parts are the whole', () => {
  const { training, inference } = memoryEstimates(graph, 12);
  for (const each of [training!, inference]) assert.is(each.bytes, each.activations + each.state + each.batches);
  assert.ok(training!.activations > 3 * inference.activations);
  assert.is(inference.state, 4 * (435_365 + 128), 'the weights and running statistics, once');
  const slots = 3 * 435_365;
  assert.is(training!.state, 4 * 2 * (slots + 128), 'with two slots a weight, read and written');
});

test('the largest micro-batch that fits is found', () => {
  const large = { ...setup, graph: elaborate(compiled, 'DDRNet', { size: 64 }).value! };
  for (const [microBatch, next] of [
    [1, 1],
    [4, 3],
    [12, 6],
  ] as const) {
    const { bytes } = trainingMemory(large, microBatch);
    assert.is(fittingMicroBatch(large, bytes).microBatch, microBatch);
    assert.is(fittingMicroBatch(large, bytes - 1).microBatch, next);
  }
});

test.run();
