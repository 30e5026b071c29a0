/** Shared functions, options and loops put real networks together as the graph has them: against the native engine. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { modelOf } from '../../../src/compiler/graph.ts';
import { initialWeights } from '../../../src/engines/initialize.ts';
import { nativeEngine } from '../../../src/engines/native/engine.ts';
import { tfjsCpuEngine } from '../../../src/engines/tfjs/engine.ts';
import { Random } from '../../../src/shared/random.ts';
import { zooGraph } from '../../compiler/emit/tfjs/zoo-graphs.ts';

const models = [
  ['ddrnet.spec', 'DDRNet', 16],
  ['resnet.spec', 'ResNet50', 32],
  ['zoo/densenet.spec', 'DenseNet121', 32],
  ['zoo/efficientnet.spec', 'EfficientNetB0', 32],
  ['zoo/mobilenet_v3.spec', 'MobileNetV3Small', 32],
  ['zoo/convnext.spec', 'ConvNeXtTiny', 32],
] as const;

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  gamma: [0.2, 0.6],
  moving_mean: [-0.2, 0.2],
  moving_variance: [0.5, 1.5],
};

for (const [file, model, size] of models) {
  test(model, async () => {
    const graph = zooGraph(file, model, { size, classes: 10 });
    assert.ok(modelOf(graph).name === model);
    const weights = initialWeights(graph, 1);
    // Scales and statistics of their own, or a normalisation in the wrong place would not show.
    for (const [path, { data }] of weights) {
      const [low, high] = ranges[path.slice(path.lastIndexOf('/') + 1)] ?? [];
      if (low === undefined) continue;
      const random = Random.of('norm', path);
      for (const at of data.keys()) data[at] = random.uniform(low, high);
    }
    const random = Random.of('image');
    const images = Float32Array.from({ length: size * size * 3 }, () => random.uniform(-1, 1));
    const sessions = [
      await tfjsCpuEngine.infer(graph, weights, 1),
      await nativeEngine.infer(graph, weights, 1, 1),
    ] as const;
    const [ours, theirs] = [await sessions[0].predict(images), await sessions[1].predict(images)];
    for (const each of sessions) await each.close();
    const worst = ours.reduce((most, score, at) => Math.max(most, Math.abs(score - theirs[at]!)), 0);
    assert.ok(worst < 1e-4, `scores differ by ${worst}`);
    assert.ok(new Set(ours).size === 10, 'the scores say nothing');
  });
}

test.run();
