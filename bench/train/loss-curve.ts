/**
 * The losses of a training in specc beside those of PyTorch in float32 and in float64, from the same weights, batches and
 * dropout masks:
 *
 *   npx tsx bench/train/loss-curve.ts [--models NAME,…] [--batch N] [--size N] [--learning-rate X] [--steps N]
 *
 * What PyTorch in float32 differs by from itself in float64 is rounding alone; it tells what can be asked of specc.
 */
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { parseOptions } from '../parse-options.ts';
import { compareLosses } from './measured.ts';
import { optionReader, say, workloadOptions } from './options.ts';
import { findPython, pytorchLosses } from './pytorch-engine.ts';
import { batchesOf, graphOf, LEARNING_RATE, MODELS, type ModelName, SEED, setupOf, type Workload } from './workload.ts';

const USAGE =
  'usage: npx tsx bench/train/loss-curve.ts [--models NAME,…] [--batch N] [--size N] [--learning-rate X] [--steps N] [--threads N]';

const { values } = parseOptions(
  {
    options: {
      ...workloadOptions,
      steps: { type: 'string', default: '50' },
      'learning-rate': { type: 'string', default: `${LEARNING_RATE}` },
    },
  },
  USAGE,
);
const read = optionReader(values, USAGE);
const steps = read.natural('steps');
const learningRate = Number(values['learning-rate']);
const python = findPython();
if (python === undefined) {
  say('no Python has torch, torchvision and numpy (Debian: apt-get install python3-torch python3-torchvision)');
  process.exit(2);
}

async function speccLosses(workload: Workload): Promise<readonly number[]> {
  const graph = graphOf(workload);
  const batches = batchesOf(graph, workload.batch);
  const session = await nativeEngine.train(setupOf(graph, workload), initialWeights(graph, SEED));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    losses.push((await session.step(batches[step % batches.length]!, step, learningRate)).loss);
  }
  await session.close();
  return losses;
}

const [batch, size, threads] = [read.natural('batch'), read.natural('size'), read.natural('threads')];
for (const model of read.choices('models', Object.keys(MODELS) as ModelName[])) {
  const workload: Workload = { model, batch, size, threads };
  const specc = await speccLosses(workload);
  const float32 = await pytorchLosses(python, workload, steps, { precision: 'float32', learningRate });
  const float64 = await pytorchLosses(python, workload, steps, { precision: 'float64', learningRate });
  console.log(`\n${model}, ${size}×${size}, batch ${batch}, Adam, learning rate ${learningRate}`);
  console.log(
    `${'step'.padStart(5)}${['specc', 'PyTorch f32', 'PyTorch f64'].map((name) => name.padStart(13)).join('')}`,
  );
  for (let at = 0; at < steps; at += Math.max(1, Math.floor(steps / 10))) {
    const losses = [specc, float32, float64].map((each) => each[at]!.toFixed(6).padStart(13));
    console.log(`${String(at + 1).padStart(5)}${losses.join('')}`);
  }
  const show = (name: string, ours: readonly number[], theirs: readonly number[]): void =>
    console.log(`${name.padEnd(28)}${compareLosses(ours, theirs).toExponential(1)}`);
  console.log(`largest relative difference over ${steps} steps`);
  show('  specc, PyTorch f64', specc, float64);
  show('  PyTorch f32, PyTorch f64', float32, float64);
  show('  specc, PyTorch f32', specc, float32);
}
