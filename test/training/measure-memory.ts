/** A process that trains two steps and prints what it was estimated to take and what it took, in bytes, as JSON. */
import { readFileSync } from 'node:fs';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { trainingMemory } from '../../src/compiler/memory.ts';
import { matchBlocks } from '../../src/compiler/variants/blocks.ts';
import type { TrainingSetup } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';

const { spec, model, size, batch, microBatch, recompute = [] } = JSON.parse(process.argv[2]!);
const read = (path: string): string => readFileSync(path, 'utf8');
const graph = elaborate(compile(spec, read(spec), { read }), model, { size }).value!;
const setup: TrainingSetup = {
  graph,
  batch,
  microBatch,
  recompute: matchBlocks(graph, recompute).paths,
  optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 },
  loss: { kind: 'cross_entropy', labelSmoothing: 0 },
  seed: 1,
};
const { bytes: estimated, state } = trainingMemory(setup, microBatch);
const images = new Float32Array(batch * size * size * 3).fill(0.5);
const session = await nativeEngine.train(setup, initialWeights(graph, 1));
const before = held('VmRSS');
for (const step of [1, 2]) await session.step({ images, labels: new Int32Array(batch) }, step, 1e-3);
// the half of the state that the first step reads was there before
console.log(JSON.stringify({ estimated, measured: held('VmHWM') - before + state / 2 }));
await session.close();

function held(what: 'VmRSS' | 'VmHWM'): number {
  return 1024 * Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}
