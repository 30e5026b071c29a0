/**
 * Measures how long the native engine waits for images: DDRNet at 64 × 64, batches of 16, with the paper's augmentation.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { BatchSource } from '../../src/data/batches.ts';
import { openImageCache, readCache } from '../../src/data/image-cache.ts';
import { indexImageFolder } from '../../src/data/image-folder.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { parseOptions, wrongUse } from '../parse-options.ts';

const USAGE = 'usage: npx tsx bench/data/waiting.ts FOLDER [STEPS: 20]';
const [folder, steps = '20'] = parseOptions({ allowPositionals: true }, USAGE).positionals;
if (folder === undefined) wrongUse('no folder is named', USAGE);
const BATCH = 16;
const read = (path: string): string => readFileSync(path, 'utf8');
const graph = elaborate(compile('specs/ddrnet.spec', read('specs/ddrnet.spec'), { read }), 'DDRNet', { size: 64 })
  .value!;
const index = indexImageFolder(folder);
const directory = mkdtempSync(join(tmpdir(), 'specc-bench-'));
const cache = await openImageCache(index, { directory, shape: { height: 64, width: 64, channels: 3 } });
const source = new BatchSource({
  rows: readCache(cache),
  labels: index.examples.map(({ label }) => label),
  examples: index.examples.map((_, at) => at),
  batch: BATCH,
  normalisation: { kind: 'scale', range: [0, 1] },
  training: {
    seed: 1,
    dropLast: true,
    augmentation: { horizontalFlip: true, rotation: 10, zoom: [1, 2], contrast: [0.8, 1.2] },
    names: index.examples.map(({ file }) => file),
  },
});
const session = await nativeEngine.train(
  {
    graph,
    batch: BATCH,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 },
    loss: { kind: 'cross_entropy', labelSmoothing: 0 },
    seed: 1,
  },
  initialWeights(graph, 1),
);

let [step, waited, computed] = [0, 0, 0];
let idleSince = performance.now();
for await (const batch of source.epoch(1)) {
  const from = performance.now();
  step += 1;
  await session.step(batch, step, 1e-3);
  // the first step starts threads and allocates
  if (step > 1) {
    waited += from - idleSince;
    computed += performance.now() - from;
  }
  source.recycle(batch);
  if (step > Number(steps)) break;
  idleSince = performance.now();
}
await source.close();
await session.close();
rmSync(directory, { recursive: true });
const share = (100 * waited) / (waited + computed);
console.log(
  `${step - 1} steps of ${(computed / (step - 1)).toFixed(0)} ms, waiting ${(waited / (step - 1)).toFixed(2)} ms: ${share.toFixed(2)} %`,
);
