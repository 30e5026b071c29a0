/**
 * Measures the data side on a folder of images: the cache, the search for leaks, and augmented images a second.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchSource } from '../../src/data/batches.ts';
import { openImageCache, readCache } from '../../src/data/image-cache.ts';
import { type ImageIndex, indexImageFolder } from '../../src/data/image-folder.ts';
import { findLeaks } from '../../src/data/leaks.ts';
import { splitRandomly } from '../../src/data/split.ts';
import { parseOptions, wrongUse } from '../parse-options.ts';

const USAGE = 'usage: npx tsx bench/data/throughput.ts FOLDER [SIZE: 64 224]…';
const [folder, ...sizes] = parseOptions({ allowPositionals: true }, USAGE).positionals;
if (folder === undefined) wrongUse('no folder is named', USAGE);
const whole = indexImageFolder(folder);
const directory = mkdtempSync(join(tmpdir(), 'specc-bench-'));
const seconds = (since: number) => (performance.now() - since) / 1000;

for (const size of sizes.length > 0 ? sizes.map(Number) : [64, 224]) {
  const step = Math.ceil((whole.examples.length * size * size) / (10_000 * 64 * 64));
  const index: ImageIndex = { ...whole, examples: whole.examples.filter((_, at) => at % step === 0) };
  const shape = { height: size, width: size, channels: 3 };
  let start = performance.now();
  const cache = await openImageCache(index, { directory, shape, corrupt: 'skip' });
  console.log(`${size}: ${index.examples.length} images decoded in ${seconds(start).toFixed(1)} s`);
  start = performance.now();
  await openImageCache(index, { directory, shape, corrupt: 'skip' });
  const rows = readCache(cache);
  console.log(`${size}: opened again and read in ${seconds(start).toFixed(2)} s`);

  const split = splitRandomly(index, { fraction: 0.3, seed: 1 });
  start = performance.now();
  const { checked, found } = findLeaks(rows, split);
  console.log(`${size}: ${found.length} of ${checked} have look-alikes, found in ${seconds(start).toFixed(1)} s`);

  for (const workers of [0, 1, 2]) {
    const source = new BatchSource({
      rows,
      labels: index.examples.map(({ label }) => label),
      examples: index.examples.map((_, at) => at),
      batch: 16,
      normalisation: { kind: 'scale', range: [0, 1] },
      training: {
        seed: 1,
        dropLast: true,
        augmentation: { horizontalFlip: true, rotation: 10, zoom: [1, 2], contrast: [0.8, 1.2] },
        names: index.examples.map(({ file }) => file),
      },
      workers,
    });
    const first = await source.epoch(0).next(); // threads are up and the code is compiled
    if (first.value) source.recycle(first.value);
    let images = 0;
    const before = process.cpuUsage();
    start = performance.now();
    for (let epoch = 1; seconds(start) < 2; epoch++) {
      for await (const batch of source.epoch(epoch)) {
        images += batch.count;
        source.recycle(batch);
        if (seconds(start) >= 2) break;
      }
    }
    const rate = Math.round(images / seconds(start));
    const { user, system } = process.cpuUsage(before);
    const perProcessor = Math.round(images / ((user + system) / 1e6));
    console.log(`${size}: ${workers} workers, ${rate} augmented images/s, ${perProcessor} a second of processor time`);
    await source.close();
  }
}
rmSync(directory, { recursive: true });
