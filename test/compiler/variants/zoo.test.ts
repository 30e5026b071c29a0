/** Ablations of published networks: edits within blocks that are imported, and within those of the standard library. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Loader } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import { ownWeightsOf } from '../../../src/compiler/ops/weights/index.ts';
import { summarize } from '../../../src/compiler/summary.ts';
import { variantsOf } from './ablation-text.ts';

const files: Loader = { read: (path) => readFileSync(path, 'utf8') };

function variants(entries: string, model: string, file: string): ReadonlyMap<string, Graph> {
  const text = `import { ${model} } from "./${file}"\n\nablation A of ${model} {\n${entries}\n}\n`;
  return variantsOf(text, { path: 'specs/test.spec', loader: files });
}

const count = (graph: Graph, op: string): number => graph.nodes.filter((node) => node.op === op).length;
const weightPaths = (graph: Graph): string[] =>
  graph.nodes.filter((node) => ownWeightsOf(graph, node).length > 0).map((node) => node.path);

test('ResNet-18 without its shortcuts loses the projections, and nothing else that is learned', () => {
  const graphs = variants('  "plain" { disable **/add }', 'ResNet18', 'resnet.spec');
  const [base, plain] = [graphs.get('base')!, graphs.get('plain')!];
  assert.is(count(base, 'add'), 8);
  assert.is(count(plain, 'add'), 0);
  // Three projections: a 1 × 1 convolution without bias, and scale and offset.
  const projections = 64 * 128 + 2 * 128 + 128 * 256 + 2 * 256 + 256 * 512 + 2 * 512;
  assert.is(summarize(base).parameters - summarize(plain).parameters, projections);
  const kept = weightPaths(base).filter((path) => !path.includes('/shortcut/'));
  assert.equal(weightPaths(plain), kept);
});

test('another activation wherever there is one, in a network that is imported', () => {
  const graphs = variants(
    '  "gelu" { replace **/relu with gelu }\n  "leaky" { replace **/relu with leaky_relu(0.1) }',
    'ResNet18',
    'resnet.spec',
  );
  const [base, gelu, leaky] = [...graphs.values()] as [Graph, Graph, Graph];
  assert.is(count(gelu, 'relu'), 0);
  assert.is(count(gelu, 'gelu'), count(base, 'relu'));
  assert.is(count(leaky, 'leaky_relu'), 17);
  assert.equal(
    gelu.nodes.map((node) => node.path),
    base.nodes.map((node) => node.path),
  );
});

test('MobileNet v3 without squeeze-and-excitation, which is a block of the standard library', () => {
  const graphs = variants(
    '  "no excitation" { disable **/SqueezeExcite }\n  "coarser" { set **/SqueezeExcite.gate = sigmoid }',
    'MobileNetV3Small',
    'zoo/mobilenet_v3.spec',
  );
  const [base, without, sigmoid] = [...graphs.values()] as [Graph, Graph, Graph];
  assert.is(count(base, 'adaptive_avg_pool') > count(without, 'adaptive_avg_pool'), true);
  assert.equal(
    weightPaths(without),
    weightPaths(base).filter((path) => !path.includes('/SqueezeExcite/')),
  );
  assert.is(count(base, 'hard_sigmoid'), 9);
  assert.is(count(sigmoid, 'hard_sigmoid'), 0);
  assert.is(summarize(sigmoid).parameters, summarize(base).parameters);
});

test('one part at a time, of all that a pattern matches', () => {
  const graphs = variants('  leave_one_out layer*/Basic[1]', 'ResNet18', 'resnet.spec');
  assert.equal([...graphs.keys()], ['base', ...[1, 2, 3, 4].map((layer) => `without layer${layer}/Basic[1]`)]);
  const [base, ...others] = [...graphs.values()] as [Graph, ...Graph[]];
  for (const each of others) {
    const paths = new Set(base.nodes.map((node) => node.path));
    assert.ok(each.nodes.every((node) => paths.has(node.path)));
    assert.is(base.nodes.length - each.nodes.length, 7);
  }
});

test.run();
