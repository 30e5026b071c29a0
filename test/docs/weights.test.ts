/** What docs/weights.md says of torchvision's ResNet-18 works, with tensors of its names and shapes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run as load } from '../../src/cli/commands/weights-load.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import { Source } from '../../src/dsl/source.ts';
import type { NamedTensor } from '../../src/engines/engine.ts';
import { elementCount } from '../../src/shared/element-count.ts';
import { encodeSafetensors } from '../../src/training/safetensors.ts';
import { startingWeights } from '../../src/training/weights/starting-weights.ts';
import { readWeightMap } from '../../src/training/weights/weight-map.ts';

const page = readFileSync('docs/weights.md', 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text!);
const [resnetMap = '', config = '', blocks = ''] = examples;

/** The state_dict of torchvision's resnet18. */
function resnet18(): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  const add = (name: string, ...shape: number[]): void => {
    const count = elementCount(shape);
    tensors.set(name, { shape, data: new Float32Array(count).fill(tensors.size) });
  };
  const norm = (name: string, channels: number): void => {
    for (const each of ['weight', 'bias', 'running_mean', 'running_var']) add(`${name}.${each}`, channels);
    add(`${name}.num_batches_tracked`);
  };
  add('conv1.weight', 64, 3, 7, 7);
  norm('bn1', 64);
  for (const [at, width] of [64, 128, 256, 512].entries()) {
    for (const unit of [0, 1]) {
      const name = `layer${at + 1}.${unit}`;
      const input = unit === 0 && at > 0 ? width / 2 : width;
      add(`${name}.conv1.weight`, width, input, 3, 3);
      norm(`${name}.bn1`, width);
      add(`${name}.conv2.weight`, width, width, 3, 3);
      norm(`${name}.bn2`, width);
      if (input === width) continue;
      add(`${name}.downsample.0.weight`, width, input, 1, 1);
      norm(`${name}.downsample.1`, width);
    }
  }
  add('fc.weight', 1000, 512);
  add('fc.bias', 1000);
  return tensors;
}

test('the map is the one of the zoo', () => {
  const file = readFileSync('specs/zoo/torchvision/resnet18.yaml', 'utf8');
  assert.is(file.replace(/^#.*\n/, ''), resnetMap);
});

test('the other examples are right', () => {
  assert.equal(readWeightMap(new Source('blocks.yaml', blocks)).diagnostics, []);
  const loader = { read: (path: string) => readFileSync(path, 'utf8') };
  const { value, diagnostics } = loadExperiment(new Source('specs/cells.train.yaml', config), loader);
  assert.equal(diagnostics, []);
  assert.is(value?.plan.initializeFrom, 'start.safetensors');
});

test('the commands write what training then starts from, in the words of the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'specc-weights-'));
  try {
    const [from, out] = [join(folder, 'resnet18.safetensors'), join(folder, 'start.safetensors')];
    writeFileSync(from, encodeSafetensors(resnet18()));
    const said: string[] = [];
    const terminal = { ...openTerminal({ color: false }), note: (text: string) => void said.push(text) };
    const model = 'specs/resnet.spec#ResNet18';
    const map = 'specs/zoo/torchvision/resnet18.yaml';
    load([model, from], { map, out }, terminal);
    assert.equal(said, [`102 of 102 weights of ResNet18 are in ${out}; 20 tensors are ignored`]);
    assert.throws(
      () => load([model, from], { map, out, set: ['classes=4'] }, terminal),
      /fc.weight is \[1000, 512\], but/,
    );
    load([model, from], { map, out, set: ['classes=4'], partial: true }, terminal);
    const source = new Source('specs/cells.train.yaml', config);
    const graph = loadExperiment(source, { read: (path) => readFileSync(path, 'utf8') }).value!.graph;
    const { weights, account } = startingWeights(graph, 1, out);
    assert.ok(page.includes(`weights: ${account.replace(out, 'start.safetensors')}\n`), account);
    assert.equal(weights.get('layer1/Basic[0]/residual/ConvNorm[1]/batch_norm/beta')!.data[0], 14);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
