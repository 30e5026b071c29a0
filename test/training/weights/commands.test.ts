/** `specc weights` and `initialize_from`, on a small model. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as train from '../../../src/cli/commands/train.ts';
import * as list from '../../../src/cli/commands/weights-list.ts';
import * as load from '../../../src/cli/commands/weights-load.ts';
import * as save from '../../../src/cli/commands/weights-save.ts';
import type { CommandModule } from '../../../src/cli/commands.ts';
import type { NamedTensor } from '../../../src/engines/engine.ts';
import { readWeights } from '../../../src/training/read-weights.ts';
import { createRun } from '../../../src/training/run-folder.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../src/training/safetensors.ts';
import { specc } from '../run-command.ts';
import { temporaryFolder, toyPlan } from '../toy-run.ts';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const spec = inFolder('small.spec');
writeFileSync(
  spec,
  `model Small(classes: int = 4)(image: [16, 16, 3]) -> [classes] {
  stem = image |> conv2d(8, 3, bias: false) |> batch_norm |> relu
  stem |> global_avg_pool |> dense(classes) |> softmax
}
`,
);
writeFileSync(inFolder('map.yaml'), 'layers: { conv: stem/conv2d, bn: stem/batch_norm, fc: dense }\n');

function tensorsOf(name: string): ReadonlyMap<string, NamedTensor> {
  return decodeSafetensors(readFileSync(inFolder(name)), name).tensors;
}

test('list: path, shape, whether it is trained, how it starts', async () => {
  const { code, stdout } = await specc(list, [spec], { format: 'json', set: ['classes=3'] });
  assert.is(code, 0);
  const rows = JSON.parse(stdout);
  assert.is(rows.length, 7);
  assert.equal(rows[0], {
    path: 'stem/conv2d/kernel',
    shape: [3, 3, 3, 8],
    trainable: true,
    initializer: 'glorot_uniform',
  });
  assert.equal(rows[3], { path: 'stem/batch_norm/moving_mean', shape: [8], trainable: false, initializer: 'zeros' });
  assert.equal(rows[5].shape, [8, 3]);
  const { stdout: table } = await specc(list, [spec]);
  assert.match(
    table,
    /^weight +shape +trained +starts as\nstem\/conv2d\/kernel +\[3, 3, 3, 8\] +yes +glorot_uniform\n/,
  );
});

test('save, under names of another program, and back: bit for bit', async () => {
  const seeded = await specc(save, [spec], { out: inFolder('seeded.safetensors'), seed: '7' });
  assert.match(seeded.stderr, /^7 weights of Small, seeded with 7, are in /);
  const options = {
    from: inFolder('seeded.safetensors'),
    map: inFolder('map.yaml'),
    out: inFolder('foreign.safetensors'),
  };
  assert.is((await specc(save, [spec], options)).code, 0);
  assert.equal([...tensorsOf('foreign.safetensors')].map(([name, { shape }]) => `${name} ${shape.join('×')}`).sort(), [
    'bn.bias 8',
    'bn.running_mean 8',
    'bn.running_var 8',
    'bn.weight 8',
    'conv.weight 8×3×3×3',
    'fc.bias 4',
    'fc.weight 4×8',
  ]);
  const back = { map: inFolder('map.yaml'), out: inFolder('back.safetensors') };
  assert.is((await specc(load, [spec, inFolder('foreign.safetensors')], back)).code, 0);
  assert.equal(readFileSync(inFolder('back.safetensors')), readFileSync(inFolder('seeded.safetensors')));
});

test('load: nothing is written while something does not fit', async () => {
  const out = inFolder('never.safetensors');
  const options = { map: inFolder('map.yaml'), out, set: ['classes=2'] };
  const { code, stderr } = await specc(load, [spec, inFolder('foreign.safetensors')], options);
  assert.is(code, 1);
  assert.match(
    stderr,
    /foreign.safetensors' does not fit Small: 5 of its 7 weights are found\n {2}fc.bias is \[4\], but dense\/bias takes \[2\]/,
  );
  assert.match(stderr, /help: .*--partial writes the 5 of 7 that fit/);
  assert.not(existsSync(out));
  const unmapped = await specc(load, [spec, inFolder('foreign.safetensors')], { out });
  assert.match(unmapped.stderr, /0 of its 7 weights are found(.*\n)*help: names like these are PyTorch’s: --map FILE/);
  assert.not(existsSync(out));
});

test('load: from a run and from one of its checkpoints, without what the optimizer keeps', async () => {
  await specc(save, [spec], { out: inFolder('trained.safetensors'), seed: '9' });
  const trained = tensorsOf('trained.safetensors');
  const slots: [string, NamedTensor] = ['dense/bias:m', { shape: [4], data: new Float32Array(4) }];
  const run = createRun({
    plan: { ...toyPlan(), output: inFolder('runs') },
    config: 'toy.train.yaml',
    overrides: [],
    classes: ['a', 'b'],
    engine: { name: 'native', device: 'CPU' },
    sources: [{ path: 'toy.train.yaml', text: 'model: tiny.spec\n' }],
  });
  const running = { loss: 0, correct: 0, images: 0 };
  const state = { step: 3, epoch: 1, batch: 0, running, best: null, history: 0, seconds: 1 };
  run.checkpoints.save({ state, tensors: new Map([...trained, slots]), identity: {}, engine: 'native' }, ['best']);
  for (const from of [run.folder, join(run.folder, 'checkpoints/best.json')]) {
    const { code, stderr } = await specc(load, [spec, from], { out: inFolder('taken.safetensors') });
    assert.is(code, 0, stderr);
    assert.equal(tensorsOf('taken.safetensors'), trained);
  }
});

test('wrong use is told', async () => {
  const cases: [CommandModule, string[], object, RegExp][] = [
    [save, [spec], {}, /the file to write is missing/],
    [save, [spec], { out: 'x', seed: '1', from: 'y' }, /--from and --seed exclude each other/],
    [save, [spec], { out: 'x', seed: 'one' }, /--seed takes a whole number, not 'one'/],
    [load, [spec, inFolder('none.safetensors')], { out: 'x' }, /there is no file/],
  ];
  writeFileSync(inFolder('model.pth'), 'PK\u0003\u0004');
  cases.push([load, [spec, inFolder('model.pth')], { out: 'x' }, /PyTorch's own format(.*\n)*help: .*save_file/]);
  for (const [command, args, options, message] of cases) {
    const { code, stderr } = await specc(command, args, options);
    assert.equal([code, message.test(stderr)], [2, true], stderr);
  }
});

test('train: begins with the weights of a file, and says which', async () => {
  const config = inFolder('small.train.yaml');
  writeFileSync(
    config,
    `model: small.spec
initialize_from: start.safetensors
data: { synthetic: { per_class: 8, size: 32 }, cache: ${folder}/.cache }
training: { epochs: 1, batch: 8, learning_rate: 1e-12, optimizer: sgd }
output: ${folder}/runs
`,
  );
  const absent = await specc(train, [config]);
  assert.match(absent.stderr, /there is no run or file '.*start.safetensors'/);

  const seeded = tensorsOf('seeded.safetensors');
  const some = new Map([...seeded].filter(([path]) => path !== 'dense/bias'));
  writeFileSync(inFolder('start.safetensors'), encodeSafetensors(some));
  const trained = await specc(train, [config]);
  assert.is(trained.code, 0, trained.stderr);
  assert.match(
    trained.stderr,
    /weights: 6 of 7 weights are those of '.*start.safetensors'; 1 not in it start at random: dense\/bias/,
  );
  // The rate is next to nothing, so that what was trained is what was begun with.
  const kernel = readWeights(join(folder, 'runs/small')).get('stem/conv2d/kernel')!;
  assert.equal(kernel.data, seeded.get('stem/conv2d/kernel')!.data);

  writeFileSync(
    inFolder('start.safetensors'),
    encodeSafetensors(new Map([...seeded, ['densse/kernel', seeded.get('dense/kernel')!]])),
  );
  const wrong = await specc(train, [config]);
  assert.is(wrong.code, 1);
  assert.match(
    wrong.stderr,
    /are not those of Small:\n {2}densse\/kernel \[8, 4\] is not the name of any weight; did you mean dense\/kernel\?/,
  );
  assert.not(existsSync(join(folder, 'runs/small-2')), 'a run that cannot begin leaves no folder');
});

test.run();
