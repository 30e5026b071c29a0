import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printInitializer } from '../../../src/compiler/ops/initializer.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { cpu } from '../../../src/engines/tfjs/cpu.ts';
import { loadGenerated } from '../../../src/engines/tfjs/generated-module.ts';
import { graphOfCase } from '../../compiler/emit/tfjs/graph-of-case.ts';
import { goldenCases } from '../../support/golden.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { fromZeros } from '../../support/initializers.ts';
import { dilatedNet } from './dilated-net.ts';

await (await cpu.load()).use();

test('the table of weights says what the graph says', () => {
  for (const input of goldenCases('emit')) {
    const graph = graphOfCase(input);
    const inOrder = <T extends { readonly path: string }>(specs: readonly T[]): T[] =>
      [...specs].sort((a, b) => (a.path < b.path ? -1 : 1));
    const expected = allWeights(graph).map(({ path, shape, initializer, trainable }) => {
      return { path, shape: [...shape], initializer: printInitializer(initializer), trainable };
    });
    assert.equal(inOrder(loadGenerated(tf, graph).weightSpecs), inOrder(expected), input.name);
  }
});

test('weights hang where the paths say, and wrong ones are refused', () => {
  const dense = { units: 2, bias: false, ...fromZeros } as const;
  // Names that differ in their case only keep it, and places may be empty.
  const graph = handGraph({ x: [2] }, (g, { x }) => {
    const paths = ['Unit', 'unit', 'part/group_norm_like', 'part/list', 'part/list[2]'];
    return paths.reduce((value, path) => g.op('dense', dense, [value], [2], path), x);
  });
  const model = loadGenerated(tf, graph);
  const tensors = new Map(model.weightSpecs.map(({ path }, at) => [path, tf.fill([2, 2], at)]));
  const bound = model.bindWeights(tensors) as Record<string, Record<string, unknown>>;
  const kernel = (path: string): unknown => ({ kernel: tensors.get(`${path}/kernel`) });
  assert.is((kernel('Unit') as { kernel: unknown }).kernel, bound['Unit']!['kernel']);
  assert.is((kernel('unit') as { kernel: unknown }).kernel, bound['unit']!['kernel']);
  assert.equal(Object.keys(bound['part']!), ['groupNormLike', 'list']);
  const list = bound['part']!['list'] as { kernel: unknown }[];
  assert.is(list[0]!.kernel, tensors.get('part/list/kernel'));
  assert.is(list[2]!.kernel, tensors.get('part/list[2]/kernel'));

  assert.throws(() => model.bindWeights(new Map([...tensors].slice(1))), /no tensor for Unit\/kernel/);
  const wrong = new Map([...tensors, ['unit/kernel', tf.zeros([2, 3])]]);
  assert.throws(() => model.bindWeights(wrong), /unit\/kernel should be \[2, 2\] and not \[2, 3\]/);
});

test('each dropout layer asks for its mask by its path, and running statistics are given back', () => {
  const graph = dilatedNet();
  const model = loadGenerated(tf, graph);
  const tensors = new Map(model.weightSpecs.map(({ path, shape }) => [path, tf.ones([...shape])]));
  const asked: string[] = [];
  const updated: (string | undefined)[] = [];
  model.run([tf.ones([1, 8, 8, 2])], model.bindWeights(tensors), {
    training: true,
    mask: (path, shape, rate) => {
      asked.push(`${path} ${shape.join('×')} ${rate}`);
      return tf.ones(shape);
    },
    update: (statistic) => updated.push([...tensors].find(([, tensor]) => tensor === statistic)?.[0]),
  });
  const masks = graph.nodes.filter(({ op }) => op === 'dropout').map(({ path }) => path);
  assert.equal(
    asked.map((each) => each.split(' ')[0]),
    masks,
  );
  assert.is(asked.at(-1), `${masks.at(-1)} 1×4×4×4 0.25`);
  assert.equal(updated.length, 2);
  assert.match(updated[0]!, /moving_mean$/);
  assert.match(updated[1]!, /moving_variance$/);
});

test('without a mask of its own, dropout draws one; inference draws none', () => {
  const graph = handGraph({ x: [1000] }, (g, { x }) => g.op('dropout', { rate: 0.25, per: 'element' }, [x]));
  const model = loadGenerated(tf, graph);
  const x = tf.ones([1, 1000]);
  const dropped = (model.run([x], undefined, { training: true }) as tf.Tensor).dataSync();
  const zeros = dropped.filter((each) => each === 0).length;
  assert.ok(zeros > 180 && zeros < 320, `${zeros} of 1000 dropped`);
  assert.ok(dropped.every((each) => each === 0 || Math.abs(each - 4 / 3) < 1e-6));
  assert.ok((model.run([x], undefined, { training: false }) as tf.Tensor).dataSync().every((each) => each === 1));
});

test.run();
