/** Models in inference mode on onnxruntime, with the forms that it fuses. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../../src/compiler/graph.ts';
import { inferenceForms } from '../../../src/compiler/lower/inference-form.ts';
import { initialWeights } from '../../../src/engines/initialize.ts';
import { type LeftOut, NativeInferenceSession } from '../../../src/engines/native/inference.ts';
import { handGraph } from '../../support/hand-graph.ts';

const learned = { epsilon: 1e-3, scale: true, offset: true };
/** A row of each layer that has a form, large enough for several threads. */
const graph = handGraph({ x: [48, 48, 16] }, (g, { x }) => {
  const grouped = g.op('group_norm', { groups: 4, ...learned }, [x], undefined, 'groups');
  const [exact, close] = [true, false].map((approximate) => g.op('gelu', { approximate }, [grouped]));
  const last = g.op('layer_norm', learned, [g.op('add', {}, [exact!, close!])], undefined, 'last');
  return g.op('batch_norm', { ...learned, momentum: 0.9 }, [last], undefined, 'all');
});
const images = Float32Array.from({ length: 2 * 48 * 48 * 16 }, (_, at) => Math.sin(at * at));

async function scores(model: Graph, threads: number, leftOut?: LeftOut): Promise<Float32Array> {
  const session = await NativeInferenceSession.start(
    model,
    initialWeights(model, 1),
    2,
    { provider: 'cpu', threads },
    leftOut,
  );
  try {
    return await session.predict(images);
  } finally {
    await session.close();
  }
}

test('the same bits on one thread and on two', async () => {
  const [one, two] = [await scores(graph, 1), await scores(graph, 2)];
  assert.ok(one.every((value, at) => value === two[at]));
});

test('no form changes what is computed', async () => {
  const [fused, spelt] = [await scores(graph, 1), await scores(graph, 1, { forms: inferenceForms })];
  const furthest = Math.max(...fused.map((value, at) => Math.abs(value - spelt[at]!)));
  assert.ok(furthest < 1e-5, `${furthest}`);
});

test.run();
