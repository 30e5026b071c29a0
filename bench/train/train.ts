/**
 * `npm run bench:train`: the same training in each engine, in turns. See bench/README.md.
 *
 * Every engine is a process of its own that trains the same model from the same weights on the same batches. In each
 * round each of them takes some steps while the others are stopped, so that what else the machine does meets all alike.
 */
import { parseArgs } from 'node:util';
import { type Graph, shapeOf } from '../../src/compiler/graph.ts';
import { passNames } from '../../src/compiler/program/passes/index.ts';
import { summarize } from '../../src/compiler/summary.ts';
import { EngineProcess } from './engine-process.ts';
import type { Started } from './engine-worker.ts';
import { compareLosses, median, type Steps } from './measured.ts';
import { optionReader, say, workloadOptions } from './options.ts';
import { findPython, PYTORCH_SCRIPT, pytorchSteps, startPyTorch } from './pytorch-engine.ts';
import { graphOf, MODELS, type ModelName, projectFile, type Workload } from './workload.ts';

const ENGINES = ['native', 'pytorch', 'tfjs-cpu', 'native-webgpu', 'tfjs-webgpu', 'tfjs-gpu'] as const;
type BenchEngine = (typeof ENGINES)[number];

/** The TensorFlow.js cpu backend takes minutes for a step: one is all that it is asked for. */
const SLOW: readonly BenchEngine[] = ['tfjs-cpu'];
const ENGINE_WORKER = projectFile('bench/train/engine-worker.ts');
/** Steps before the measured ones. */
const WARM_UP = 2;

/** An element of what `--format json` prints. */
interface Figures {
  readonly model: ModelName;
  readonly batch: number;
  readonly size: number;
  readonly engine: BenchEngine;
  readonly threads: number;
  readonly imagesPerSecond: number;
  readonly msPerStep: number;
  readonly peakMemoryMB: number;
}

interface Runner {
  readonly engine: BenchEngine;
  readonly process: EngineProcess;
  readonly device: string;
  readonly losses: number[];
  /** By round. */
  readonly milliseconds: number[][];
  peakMemoryMB: number;
  readonly steps: (first: number, count: number) => Promise<Steps>;
}

const USAGE =
  'usage: npm run bench:train -- [--models ddrnet,resnet18] [--batch 16] [--size 64] [--threads N] [--rounds 5] ' +
  '[--steps 4] [--engines native,pytorch,tfjs-cpu] [--without PASS,…] [--format table|json]';

const { values: options } = parseArgs({
  options: {
    ...workloadOptions,
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '4' },
    engines: { type: 'string', default: 'native,pytorch,tfjs-cpu' },
    without: { type: 'string', default: '' },
  },
});

process.on('SIGINT', () => process.exit(130));

const { choices, natural } = optionReader(options, USAGE);
const models = choices('models', Object.keys(MODELS) as ModelName[]);
const engines = choices('engines', ENGINES);
const format = choices('format', ['table', 'json'] as const)[0]!;
const [batch, size, threads] = [natural('batch'), natural('size'), natural('threads')];
const [rounds, steps] = [natural('rounds'), natural('steps')];
const without = options.without === '' ? [] : choices('without', passNames);
const python = engines.includes('pytorch') ? findPython() : undefined;

const figures: Figures[] = [];
for (const model of models) {
  figures.push(...(await compare({ model, batch, size, threads, without })));
}
if (format === 'json') console.log(JSON.stringify(figures, null, 2));
process.exitCode ??= figures.length > 0 ? 0 : 1;

async function compare(workload: Workload): Promise<Figures[]> {
  const graph = graphOf(workload);
  const { macs, parameters } = summarize(graph);
  const shape = `batch ${workload.batch} of ${shapeOf(graph, graph.inputs[0]!.value).join('×')}`;
  say(`\n${graph.name}, ${shape}, ${parameters} parameters, ${(macs / 1e6).toFixed(0)} million MACs an image`);
  const runners: Runner[] = [];
  try {
    for (const engine of engines) {
      const runner = await start(engine, graph, workload);
      if (runner) runners.push(runner);
    }
    await warmUp(runners);
    for (let round = 0; round < rounds; round++) {
      // Whoever is first finds the caches as the last one left them: that is somebody else in each round.
      const turn = runners.map((_, at) => runners[(at + round) % runners.length]!);
      for (const runner of turn) if (!SLOW.includes(runner.engine)) await take(runner, steps, true);
    }
    reportLosses(runners);
    const found = runners.map((runner) => figuresOf(runner, workload));
    if (format === 'table') printTable(runners, found, 3 * 2 * macs);
    return found;
  } finally {
    for (const { process } of runners) process.close();
  }
}

/** Undefined, and told, when the engine is not here. */
async function start(engine: BenchEngine, graph: Graph, workload: Workload): Promise<Runner | undefined> {
  if (engine === 'pytorch' && python === undefined) {
    say('SKIPPED pytorch: no Python here has torch, torchvision and numpy (Debian: python3-torch python3-torchvision)');
    return undefined;
  }
  const process =
    engine === 'pytorch'
      ? new EngineProcess(engine, python!, [PYTORCH_SCRIPT], { OMP_NUM_THREADS: `${workload.threads}` })
      : new EngineProcess(engine, globalThis.process.execPath, ['--import', 'tsx', ENGINE_WORKER], {});
  try {
    const started =
      engine === 'pytorch'
        ? await startPyTorch(process, workload)
        : await process.request<Started>({ kind: 'start', engine, workload });
    if (started.missing !== undefined) {
      say(`SKIPPED ${engine}: ${started.missing}`);
      process.close();
      return undefined;
    }
    const steps = (first: number, count: number): Promise<Steps> =>
      engine === 'pytorch'
        ? pytorchSteps(process, graph, first, count)
        : process.request({ kind: 'steps', first, count });
    return { engine, process, device: started.device, losses: [], milliseconds: [], peakMemoryMB: 0, steps };
  } catch (error) {
    process.close();
    throw error;
  }
}

/** The first steps, not measured but for the engines that take no others; the first losses have to agree. */
async function warmUp(runners: readonly Runner[]): Promise<void> {
  for (const runner of runners) {
    const slow = SLOW.includes(runner.engine);
    if (slow) say(`${runner.engine}: a single step, which takes minutes for all but small images`);
    await take(runner, slow ? 1 : WARM_UP, slow);
  }
  for (const { engine, losses } of runners) {
    const reference = referenceOf(runners);
    const difference = compareLosses(losses.slice(0, 1), reference.losses);
    if (difference < 1e-4) continue;
    const found = `${losses[0]} after the first step, and ${reference.engine} has ${reference.losses[0]}`;
    throw new Error(`${engine} computes something else, a comparison would be worthless: its loss is ${found}`);
  }
}

async function take(runner: Runner, count: number, measured: boolean): Promise<void> {
  const { losses, milliseconds, peakMemoryMB } = await runner.steps(runner.losses.length + 1, count);
  runner.losses.push(...losses);
  if (measured) runner.milliseconds.push([...milliseconds]);
  runner.peakMemoryMB = peakMemoryMB;
}

/** PyTorch where it is here. */
function referenceOf(runners: readonly Runner[]): Runner {
  return runners.find(({ engine }) => engine === 'pytorch') ?? runners[0]!;
}

function reportLosses(runners: readonly Runner[]): void {
  const reference = referenceOf(runners);
  for (const { engine, losses } of runners) {
    if (engine === reference.engine) continue;
    const shared = Math.min(losses.length, reference.losses.length);
    const [first, largest] = [losses.slice(0, 1), losses].map((each) => compareLosses(each, reference.losses));
    say(
      `${engine}: its losses differ from those of ${reference.engine} by ${first!.toExponential(1)} at the first step ` +
        `and by ${largest!.toExponential(1)} at most over ${shared} steps (relative)`,
    );
  }
}

function figuresOf({ engine, milliseconds, peakMemoryMB }: Runner, { model, batch, size, threads }: Workload): Figures {
  const msPerStep = median(milliseconds.flat());
  const imagesPerSecond = (batch * 1000) / msPerStep;
  const used = engine === 'tfjs-cpu' ? 1 : threads;
  return { model, batch, size, engine, threads: used, imagesPerSecond, msPerStep, peakMemoryMB };
}

/** `flops`: floating-point operations of a step for one image. */
function printTable(runners: readonly Runner[], figures: readonly Figures[], flops: number): void {
  const reference = runners.find(({ engine }) => engine === 'pytorch');
  const rows = figures.map(({ engine, threads, imagesPerSecond, msPerStep, peakMemoryMB }, at) => [
    engine,
    `${threads}`,
    imagesPerSecond.toPrecision(3),
    msPerStep.toPrecision(4),
    ((imagesPerSecond * flops) / 1e9).toPrecision(3),
    peakMemoryMB.toFixed(0),
    speedRatio(runners[at]!, reference),
    reference ? (peakMemoryMB / reference.peakMemoryMB).toFixed(2) : '—',
  ]);
  const heads = [
    'engine',
    'threads',
    'images/s',
    'ms/step',
    'GFLOP/s',
    'peak MB',
    'speed : PyTorch',
    'memory : PyTorch',
  ];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  for (const row of [heads, ...rows]) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    console.log(cells.join('  '));
  }
}

/** The median over the rounds, whose two times were taken one after the other, with the least and the most. */
function speedRatio({ engine, milliseconds }: Runner, reference: Runner | undefined): string {
  if (reference === undefined || engine === 'pytorch') return '—';
  const theirs = reference.milliseconds.map(median);
  if (SLOW.includes(engine)) return (median(theirs) / median(milliseconds.flat())).toPrecision(2);
  const ratios = milliseconds.map((own, round) => theirs[round]! / median(own));
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}
