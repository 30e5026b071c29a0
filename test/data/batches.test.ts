import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Batch, type BatchOptions, BatchSource, epochOrder } from '../../src/data/batches.ts';
import { rowsInMemory } from '../../src/data/pixel-rows.ts';
import { randomPixels, temporaryFolder } from './made-up-images.ts';

const SHAPE = { height: 4, width: 6, channels: 3 };
const SIZE = 72;
const COUNT = 23;
const PIXELS = randomPixels(COUNT * 4, 6, 3, 'batches');

const EVALUATION: BatchOptions = {
  rows: rowsInMemory(PIXELS, SHAPE),
  labels: Array.from({ length: COUNT }, (_, at) => at % 4),
  examples: Array.from({ length: COUNT }, (_, at) => at),
  batch: 5,
  normalisation: { kind: 'scale', range: [0, 1] },
};
const TRAINING: BatchOptions = {
  ...EVALUATION,
  training: {
    seed: 9,
    dropLast: true,
    augmentation: { horizontalFlip: true, rotation: 10, zoom: [1, 2], contrast: [0.8, 1.2] },
    names: Array.from({ length: COUNT }, (_, at) => `a/${at}.png`),
  },
};

interface Seen {
  readonly images: number[];
  readonly labels: number[];
  readonly indices: number[];
  readonly count: number;
}

function seen({ images, labels, indices, count }: Batch): Seen {
  return { images: [...images], labels: [...labels], indices: [...indices], count };
}

/** The batches of some epochs, from a position on in the first. */
async function collect(options: BatchOptions, epochs: readonly number[], from = 0, recycle = false): Promise<Seen[]> {
  const source = new BatchSource(options);
  const batches: Seen[] = [];
  for (const [at, epoch] of epochs.entries()) {
    for await (const batch of source.epoch(epoch, at === 0 ? from : 0)) {
      batches.push(seen(batch));
      if (recycle) source.recycle(batch);
    }
  }
  await source.close();
  return batches;
}

test('evaluation goes in order and pads the last batch with zeros', async () => {
  const batches = await collect({ ...EVALUATION, workers: 0 }, [0]);
  assert.equal(
    batches.map(({ count }) => count),
    [5, 5, 5, 5, 3],
  );
  assert.equal(
    batches.flatMap(({ indices }) => indices),
    [...EVALUATION.examples, -1, -1],
  );
  assert.equal(batches[4]!.labels, [0, 1, 2, 0, 0]);
  assert.equal(
    batches[1]!.images,
    Array.from(PIXELS.subarray(5 * SIZE, 10 * SIZE), (byte) => Math.fround(byte * (1 / 255))),
  );
  assert.ok(batches[4]!.images.slice(3 * SIZE).every((value) => value === 0));
});

test('padding is zero in a recycled buffer too', async () => {
  for (const workers of [0, 1]) {
    const batches = await collect({ ...EVALUATION, workers }, [0, 1, 2], 0, true);
    assert.equal(batches.slice(0, 5), batches.slice(10));
    assert.ok(batches[9]!.images.slice(3 * SIZE).every((value) => value === 0));
  }
});

test('training visits every image in an epoch, in an order of its own, and fills the last batch from its start', async () => {
  const options = { ...TRAINING, training: { ...TRAINING.training!, dropLast: false }, workers: 0 };
  const [first, second] = [await collect(options, [0]), await collect(options, [1])];
  const order = (batches: Seen[]) => batches.flatMap(({ indices }) => indices);
  for (const visited of [order(first), order(second)]) {
    const images = visited.slice(0, COUNT);
    assert.equal(
      images.sort((a, b) => a - b),
      EVALUATION.examples,
    );
    assert.equal(visited.slice(COUNT), visited.slice(0, 25 - COUNT));
  }
  assert.not.equal(order(first), order(second));
  for (const { labels, indices, count } of first) {
    assert.is(count, 5);
    assert.equal(
      labels.slice(0, count),
      indices.slice(0, count).map((index) => index % 4),
    );
  }
});

test('the last, partial batch can be left out', async () => {
  assert.equal(
    (await collect({ ...TRAINING, workers: 0 }, [3])).map(({ count }) => count),
    [5, 5, 5, 5],
  );
  assert.is(new BatchSource({ ...TRAINING, workers: 0 }).batchesPerEpoch, 4);
});

test('batches are the same for any number of workers and any prefetch', async () => {
  const reference = await collect({ ...TRAINING, workers: 0 }, [0, 1, 2]);
  assert.equal(await collect({ ...TRAINING, workers: 1 }, [0, 1, 2], 0, true), reference);
  assert.equal(await collect({ ...TRAINING, workers: 3, prefetch: 7 }, [0, 1, 2]), reference);
});

test('resuming in the middle of an epoch equals going on', async () => {
  const whole = await collect({ ...TRAINING, workers: 0 }, [0, 1]);
  assert.equal(await collect({ ...TRAINING, workers: 1 }, [0, 1], 3), whole.slice(3));
});

test('an image is distorted alike wherever it stands in the set', async () => {
  const alone = await collect({ ...TRAINING, examples: [7], batch: 1, workers: 0 }, [4]);
  const among = await collect({ ...TRAINING, batch: 1, workers: 0 }, [4]);
  assert.equal(
    among.find(({ indices }) => indices[0] === 7),
    alone[0],
  );
});

test('leaving an epoch early leaves the source usable', async () => {
  const source = new BatchSource({ ...TRAINING, workers: 1 });
  for await (const batch of source.epoch(0)) {
    assert.is(batch.count, 5);
    break;
  }
  const rest: Seen[] = [];
  for await (const batch of source.epoch(0, 1)) rest.push(seen(batch));
  assert.equal(rest, (await collect({ ...TRAINING, workers: 0 }, [0])).slice(1));
  await source.close();
});

test('an error in a worker reaches the caller', async () => {
  const path = join(temporaryFolder(), 'rows.u8');
  writeFileSync(path, PIXELS.subarray(0, 100));
  for (const workers of [0, 1]) {
    const rows = { kind: 'file' as const, shape: SHAPE, count: COUNT, path };
    await collect({ ...EVALUATION, rows, workers }, [0]).then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, /has 100 bytes, not 23 images/),
    );
  }
  rmSync(path);
  const source = new BatchSource({
    ...EVALUATION,
    rows: { kind: 'file', shape: SHAPE, count: COUNT, path },
    workers: 1,
  });
  await source
    .epoch(0)
    .next()
    .then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, /ENOENT/),
    );
  await source.close();
});

test('rows are read from a file as from memory', async () => {
  const path = join(temporaryFolder(), 'rows.u8');
  writeFileSync(path, PIXELS);
  const rows = { kind: 'file' as const, shape: SHAPE, count: COUNT, path };
  assert.equal(await collect({ ...TRAINING, rows, workers: 1 }, [0]), await collect({ ...TRAINING, workers: 0 }, [0]));
});

test('a closed source refuses, and one left open does not keep the process alive', async () => {
  const source = new BatchSource({ ...EVALUATION, workers: 1 });
  await source.close();
  await source
    .epoch(0)
    .next()
    .then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, /was closed/),
    );

  const module = JSON.stringify(new URL('../../src/data/batches.ts', import.meta.url).href);
  const program = `
    import { BatchSource } from ${module};
    const rows = { kind: 'memory', shape: { height: 1, width: 1, channels: 1 }, count: 2, buffer: new SharedArrayBuffer(2) };
    // One of the two threads never gets a batch to fill.
    const source = new BatchSource({ rows, labels: [0, 0], examples: [0, 1], batch: 2, normalisation: { kind: 'scale', range: [0, 1] }, workers: 2 });
    for await (const batch of source.epoch(0)) console.log(batch.count);`;
  const run = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  assert.equal([run.stdout, run.status], ['2\n', 0]);
});

test('the order of an epoch is a fixed permutation', () => {
  assert.equal([...epochOrder([10, 11, 12, 13, 14], 1, 0)], [12, 10, 14, 13, 11]);
});

test.run();
