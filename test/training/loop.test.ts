import { readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NamedTensors } from '../../src/engines/engine.ts';
import { type EpochRecord, type HistoryRecord, readHistory } from '../../src/training/history.ts';
import { train } from '../../src/training/loop.ts';
import { TrainingError } from '../../src/training/training-error.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { SILENT, toyBatches, toyJob, toyPlan } from './toy-run.ts';

/** The tensors as bit patterns, which compare NaN and −0 too. */
function bits(tensors: NamedTensors): [string, string][] {
  return [...tensors].map(([path, { data }]): [string, string] => [
    path,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
  ]);
}

/** What must repeat: everything but the times. */
function untimed(records: readonly HistoryRecord[]): object[] {
  return records.map((record) => ({ ...record, seconds: 0, imagesPerSecond: 0, waitingForData: 0 }));
}

function epochs(folder: string): EpochRecord[] {
  return readHistory(folder).filter((record) => record.kind === 'epoch');
}

test('it learns, validates each epoch and keeps the last and the best', async () => {
  const job = toyJob(toyPlan({ epochs: 12 }));
  const seen: string[] = [];
  const end = await train(job, {
    step: ({ epoch, batch, batches }) => void seen.push(`${epoch}:${batch}/${batches}`),
    validating: (batch, batches) => void seen.push(`v${batch}/${batches}`),
    epoch: ({ epoch }, all) => void seen.push(`e${epoch}/${all}`),
  });
  assert.is(end.reason, 'finished');
  assert.equal(seen.slice(0, 7), ['1:1/4', '1:2/4', '1:3/4', '1:4/4', 'v1/2', 'v2/2', 'e1/12']);
  assert.is(end.state.step, 48);
  const history = epochs(job.folder);
  assert.is(history.length, 12);
  assert.ok(history.at(-1)!.validation!.loss < history[0]!.validation!.loss * 0.8);
  const best = history.filter((record) => record.best).at(-1)!;
  assert.equal(end.state.best, { epoch: best.epoch, step: best.step, value: best.validation!.loss });
  assert.is(job.checkpoints.load('best').state.step, best.step);
  assert.is(job.checkpoints.load('last').state.step, 48);
});

/** Trains until the signal comes at each of `stops`, resuming every time. */
async function trainInParts(stops: readonly number[], plan = toyPlan()) {
  const first = toyJob(plan);
  for (const stop of stops) {
    const controller = new AbortController();
    const engine = fakeEngine({ onStep: (step) => step === stop && controller.abort() });
    const job = toyJob(plan, engine, first.folder);
    const resume = job.checkpoints.has('last') ? job.checkpoints.resume(job.identity) : undefined;
    const end = await train(job, SILENT, { signal: controller.signal, resume });
    assert.is(end.reason, 'interrupted');
    assert.is(end.state.step, stop);
  }
  const job = toyJob(plan, fakeEngine(), first.folder);
  const end = await train(job, SILENT, { resume: job.checkpoints.resume(job.identity) });
  return { job, end };
}

test('interrupted and resumed equals uninterrupted, bit for bit', async () => {
  const whole = toyJob(toyPlan());
  const end = await train(whole, SILENT);
  // In an epoch, after its last step (so before its validation), and twice in one epoch.
  for (const stops of [[2], [4], [5, 6, 11], [12]]) {
    const parts = await trainInParts(stops);
    assert.equal(parts.end.state.best, end.state.best);
    for (const name of ['last', 'best'] as const) {
      assert.equal(bits(parts.job.checkpoints.load(name).tensors), bits(whole.checkpoints.load(name).tensors));
    }
    assert.equal(untimed(readHistory(parts.job.folder)), untimed(readHistory(whole.folder)));
  }
});

test('steps after the last checkpoint are repeated, and their records with them', async () => {
  const whole = toyJob(toyPlan());
  await train(whole, SILENT);
  // The engine fails at step 7, as if the process were killed there: the last checkpoint is that of epoch 1.
  const failing = fakeEngine({
    onStep: (step) => {
      if (step === 7) throw new Error('killed');
    },
  });
  const killed = toyJob(toyPlan(), failing);
  await train(killed, SILENT).then(
    () => assert.unreachable(),
    () => {},
  );
  assert.is(readHistory(killed.folder).length, 7);
  const job = toyJob(toyPlan(), fakeEngine(), killed.folder);
  await train(job, SILENT, { resume: job.checkpoints.resume(job.identity) });
  assert.equal(untimed(readHistory(job.folder)), untimed(readHistory(whole.folder)));
  assert.equal(bits(job.checkpoints.load('last').tensors), bits(whole.checkpoints.load('last').tensors));
});

test('a long epoch is saved on the way', async () => {
  const steps: number[] = [];
  const job = toyJob(
    toyPlan({ epochs: 1 }),
    fakeEngine({
      onStep: () => void steps.push(job.checkpoints.has('last') ? job.checkpoints.load('last').state.step : 0),
    }),
  );
  await train(job, SILENT, { saveEverySeconds: 0 });
  assert.equal(steps, [0, 1, 2, 3]);
});

test('early stopping counts epochs without a better value', async () => {
  const job = toyJob(toyPlan({ epochs: 50, patience: 3, learningRate: { kind: 'constant', rate: 0 } }));
  const end = await train(job, SILENT);
  assert.is(end.reason, 'stopped early');
  assert.equal([end.state.best!.epoch, end.state.epoch], [1, 5]);
  // Resuming what has ended ends at once.
  const again = await train(job, SILENT, { resume: job.checkpoints.resume(job.identity) });
  assert.equal([again.reason, again.state.step], ['stopped early', end.state.step]);
});

test('more epochs continue a finished run', async () => {
  const job = toyJob(toyPlan({ epochs: 1 }));
  await train(job, SILENT);
  const longer = toyJob(toyPlan({ epochs: 2 }), fakeEngine(), job.folder);
  const end = await train(longer, SILENT, { resume: longer.checkpoints.resume(longer.identity) });
  assert.is(end.state.step, 8);
});

test('a monitor of accuracy takes the highest, and no validation falls back on training', async () => {
  const job = { ...toyJob(toyPlan({ epochs: 6, monitor: 'accuracy' })), validation: undefined };
  const end = await train(job, SILENT);
  const history = epochs(job.folder);
  assert.is(history[0]!.validation, null);
  assert.is(end.state.best!.value, Math.max(...history.map(({ accuracy }) => accuracy)));
});

test('a loss that is not a number stops training and leaves the last good checkpoint', async () => {
  const job = toyJob(toyPlan(), fakeEngine({ nanAt: 6 }));
  try {
    await train(job, SILENT);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, TrainingError);
    assert.match((error as TrainingError).message, /^the loss became NaN at step 6 \(epoch 2, learning rate 0\.0/);
    assert.match((error as TrainingError).help, /--set training\.learning_rate\.cosine\.from=0\.005, /);
  }
  assert.is(job.checkpoints.load('last').state.step, 4);
});

test('weights that overflow are not saved over good ones', async () => {
  const job = toyJob(toyPlan({ learningRate: { kind: 'constant', rate: 1e38 } }));
  await train(job, SILENT).then(
    () => assert.unreachable(),
    (error) => assert.instance(error, TrainingError),
  );
  assert.not(job.checkpoints.has('last'));
});

test('too few images for one batch', async () => {
  const job = { ...toyJob(toyPlan()), train: toyBatches(4, 5, 1) };
  await train(job, SILENT).then(
    () => assert.unreachable(),
    (error) => {
      assert.match(error.message, /fewer images than one batch of 5/);
    },
  );
});

test('event files are written beside the history', async () => {
  const { job } = await trainInParts([6]);
  assert.is(readdirSync(job.folder).filter((file) => file.startsWith('events.out.tfevents.')).length, 2);
});

test.run();
