import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Checkpoint, CheckpointStore, weightsOnly } from '../../src/training/checkpoint.ts';
import { train } from '../../src/training/loop.ts';
import { fails } from './fails.ts';
import { SILENT, temporaryFolder, toyJob, toyPlan } from './toy-run.ts';

function checkpoint(step: number): Checkpoint {
  return {
    state: {
      step,
      epoch: 2,
      batch: 1,
      running: { loss: 0.1, correct: 2, images: 5 },
      best: { epoch: 1, step: 4, value: 0.3 },
      history: 120,
      seconds: 1.5,
    },
    tensors: new Map([
      ['a/kernel', { shape: [2], data: new Float32Array([step, 2]) }],
      ['a/kernel:m', { shape: [2], data: new Float32Array([3, 4]) }],
    ]),
    identity: { 'training.batch': 5, 'model.graph': 'abc' },
    engine: 'native',
  };
}

test('what is saved is loaded', () => {
  const store = new CheckpointStore(temporaryFolder());
  assert.not(store.has('last'));
  store.save(checkpoint(4), ['best', 'last']);
  store.save(checkpoint(9), ['last']);
  assert.equal(store.load('last'), checkpoint(9));
  assert.equal(store.load('best'), checkpoint(4));
  assert.equal([...weightsOnly(store.load('last').tensors).keys()], ['a/kernel']);
});

test('only tensors that are named stay', () => {
  const folder = temporaryFolder();
  const store = new CheckpointStore(folder);
  store.save(checkpoint(4), ['best', 'last']);
  for (const step of [5, 6, 7]) store.save(checkpoint(step), ['last']);
  writeFileSync(join(folder, 'last.json.99.unfinished'), '{');
  store.save(checkpoint(8), ['last']);
  const files = readdirSync(folder).sort();
  assert.is(files.length, 4);
  assert.equal(files.slice(0, 2), ['best.json', 'last.json']);
  assert.match(files[2]!, /^step-00000004-[0-9a-f]{8}\.safetensors$/);
  assert.match(files[3]!, /^step-00000008-/);
});

test('another plan is refused with what differs', () => {
  const store = new CheckpointStore(temporaryFolder());
  store.save(checkpoint(4), ['last']);
  assert.is(store.resume(checkpoint(4).identity).state.step, 4);
  fails(
    () => store.resume({ 'training.batch': 32, 'model.graph': 'def', 'training.seed': 1 }),
    /belongs to another plan:\n {2}the model itself.*\n {2}training\.batch: 5 → 32\n {2}training\.seed: not set → 1$/,
    /put these back to resume/,
  );
});

test('identities follow what decides the numbers, not names and paths', () => {
  const identity = toyJob(toyPlan()).identity;
  assert.equal(toyJob({ ...toyPlan({ epochs: 99, patience: 5 }), name: 'other', output: 'x' }).identity, identity);
  assert.not.equal(toyJob(toyPlan({ seed: 4 })).identity, identity);
  assert.not.equal(toyJob(toyPlan({ labelSmoothing: 0.1 })).identity, identity);
});

test('missing, damaged and foreign checkpoints are explained', () => {
  const folder = temporaryFolder();
  const store = new CheckpointStore(folder);
  fails(() => store.load('last'), /there is no checkpoint '.*last\.json'/, /no other checkpoint/);
  store.save(checkpoint(4), ['best']);
  fails(() => store.load('last'), /there is no checkpoint/, /also has the checkpoint 'best'/);
  store.save(checkpoint(5), ['last']);
  const tensors = join(folder, readdirSync(folder).find((file) => file.startsWith('step-00000005'))!);
  const bytes = readFileSync(tensors);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(tensors, bytes);
  fails(() => store.load('last'), /was changed after it was written/, /'best'/);
  writeFileSync(tensors, bytes.subarray(0, 20));
  fails(() => store.load('last'), /is not a whole safetensors file/, /cut short/);
  rmSync(tensors);
  fails(() => store.load('last'), /the tensors of .* are missing/, /'best'/);
  writeFileSync(join(folder, 'last.json'), '{"format": 1');
  fails(() => store.load('last'), /is not a checkpoint of this version/, /'best'/);
});

test('a process that is killed at any moment leaves a checkpoint that loads', async () => {
  const folder = temporaryFolder();
  const writer = join(folder, 'writer.ts');
  const root = join(import.meta.dirname, '../..');
  writeFileSync(
    writer,
    `import { CheckpointStore } from ${JSON.stringify(join(root, 'src/training/checkpoint.ts'))};
     const store = new CheckpointStore(process.argv[2]);
     for (let step = 1; ; step++) {
       const data = new Float32Array(200_000).fill(step);
       store.save({ state: { step }, tensors: new Map([['w', { shape: [data.length], data }]]), identity: {}, engine: 'x' },
         step % 2 === 0 ? ['last'] : ['best', 'last']);
       if (step === 1) process.stdout.write('saving');
     }`,
  );
  mkdirSync(join(folder, 'c'));
  let before = 0;
  for (const wait of [1, 14, 33]) {
    const child = spawn(process.execPath, ['--import', 'tsx', writer, join(folder, 'c')], { cwd: root });
    await once(child.stdout, 'data');
    await setTimeout(wait);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = new CheckpointStore(join(folder, 'c'));
    for (const name of ['last', 'best'] as const) {
      const { state, tensors } = store.load(name);
      assert.ok(tensors.get('w')!.data.every((value) => value === state.step));
      before = state.step;
    }
  }
  assert.ok(before > 0);
});

test('a run folder on a full or read-only disk fails loudly', async () => {
  const job = toyJob(toyPlan({ epochs: 1 }));
  writeFileSync(join(job.folder, 'checkpoints'), 'a file where the folder should be');
  await train(job, SILENT).then(
    () => assert.unreachable(),
    (error) => assert.match(error.code, /EEXIST|ENOTDIR/),
  );
});

test.run();
