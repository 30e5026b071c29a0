import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { initialWeights } from '../../src/engines/initialize.ts';
import { CheckpointStore } from '../../src/training/checkpoint.ts';
import { fitWeights, readWeights } from '../../src/training/read-weights.ts';
import { createRun } from '../../src/training/run-folder.ts';
import { encodeSafetensors } from '../../src/training/safetensors.ts';
import { smallNet } from '../support/small-net.ts';
import { fails } from './fails.ts';
import { temporaryFolder, toyPlan } from './toy-run.ts';

const graph = smallNet();
const weights = initialWeights(graph, 7);
/** What a checkpoint has besides. */
const withSlots = new Map([...weights, ['dense/bias:m', { shape: [3], data: new Float32Array(3) }]]);

test('of a run, of one of its checkpoints, and of a safetensors file', () => {
  const output = temporaryFolder();
  const run = createRun({
    plan: { ...toyPlan(), output },
    config: 'toy.train.yaml',
    overrides: [],
    classes: ['a', 'b'],
    engine: { name: 'native', device: 'CPU' },
    sources: [{ path: 'toy.train.yaml', text: 'model: tiny.spec\n' }],
  });
  const state = {
    step: 3,
    epoch: 1,
    batch: 0,
    running: { loss: 0, correct: 0, images: 0 },
    best: null,
    history: 0,
    seconds: 1,
  };
  run.checkpoints.save({ state, tensors: withSlots, identity: {}, engine: 'native' }, ['last']);
  assert.instance(run.checkpoints, CheckpointStore);
  assert.equal(readWeights(run.folder, 'last'), new Map([...weights].sort(([a], [b]) => (a < b ? -1 : 1))));
  assert.equal(readWeights(join(run.folder, 'checkpoints/last.json')), readWeights(run.folder, 'last'));
  fails(() => readWeights(run.folder), /there is no checkpoint .*best\.json/, /has the checkpoint 'last'/);
  const file = join(output, 'weights.safetensors');
  writeFileSync(file, encodeSafetensors(withSlots));
  assert.equal(fitWeights(graph, readWeights(file), file), weights);
});

test('what holds no weights is refused', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'notes.txt'), 'none');
  fails(() => readWeights(join(folder, 'notes.txt')), /holds no weights/, /\.safetensors/);
  fails(() => readWeights(join(folder, 'none.safetensors')), /there is no file/, /run folder/);
  fails(() => readWeights(join(folder, 'none')), /does not exist/, /no runs|The runs are/);
});

test('weights of another model are refused, by name', () => {
  const without = new Map(weights);
  without.delete('stem/norm/gamma');
  fails(() => fitWeights(graph, without, 'file'), /lacks 1 of 13 weights .*: stem\/norm\/gamma$/, /--set/);
  without.set('stem/norm/gama', weights.get('stem/norm/gamma')!);
  fails(() => fitWeights(graph, without, 'file'), /lacks 1 /, /'stem\/norm\/gama' is there instead/);
  fails(() => fitWeights(graph, withSlots, 'file'), /does not: dense\/bias:m$/, /another model/);
  const wide = new Map([...weights, ['dense/bias', { shape: [4], data: new Float32Array(4) }]]);
  fails(() => fitWeights(graph, wide, 'file'), /'dense\/bias' of 'file' is \[4\], and .* has \[3\]/, /--set/);
});

test.run();
