import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { initialWeights } from '../../../src/engines/initialize.ts';
import { tfjsCpuEngine, tfjsWebGpuEngine } from '../../../src/engines/tfjs/engine.ts';
import { largestDifference } from './compare.ts';
import { batchOf, dilatedNet, setupOf } from './dilated-net.ts';
import { webgpuIsHere } from './webgpu-here.ts';

if (await webgpuIsHere('engine-webgpu')) {
  test('WebGPU gives the gradients, the steps and the predictions of the cpu backend', async () => {
    const graph = dilatedNet();
    const initial = initialWeights(graph, 5);
    // Open at once and used in turn: TensorFlow.js has one current backend for both.
    const ours = await tfjsWebGpuEngine.train(setupOf(graph), initial);
    const theirs = await tfjsCpuEngine.train(setupOf(graph), initial);
    const gradients = [await ours.gradients(batchOf(1), 1), await theirs.gradients(batchOf(1), 1)] as const;
    assert.ok(Math.abs(gradients[0].loss - gradients[1].loss) < 1e-5);
    assert.ok(largestDifference(gradients[0].gradients, gradients[1].gradients) < 1e-4);
    for (let step = 1; step <= 2; step += 1) {
      const [a, b] = [await ours.step(batchOf(step), step, 0.01), await theirs.step(batchOf(step), step, 0.01)];
      assert.ok(Math.abs(a.loss - b.loss) < 1e-4, `step ${step}: ${a.loss} and ${b.loss}`);
      assert.is(a.correct, b.correct);
    }
    assert.ok(largestDifference(await ours.save(), await theirs.save()) < 1e-3);
    const scores = [await ours.predict(batchOf(9).images), await theirs.predict(batchOf(9).images)] as const;
    assert.ok(scores[0].every((score, index) => Math.abs(score - scores[1][index]!) < 1e-3));
    await ours.close();
    await theirs.close();
  });
}

test.run();
