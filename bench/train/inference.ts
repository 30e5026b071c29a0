/**
 * `npm run bench:inference`: the same images through the same model in specc's native engine and in PyTorch, in turns. See
 * bench/README.md.
 *
 * As in the benchmark of training, every engine is a process of its own that is stopped while another one has its turn.
 */
import type { Graph } from '../../src/compiler/graph.ts';
import { summarize } from '../../src/compiler/summary.ts';
import { parseOptions } from '../parse-options.ts';
import { leftOutBy, WITHOUT } from './compare.ts';
import type { EngineProcess } from './engine-process.ts';
import type { Started } from './engine-worker.ts';
import { largestDifference, median, type Predictions } from './measured.ts';
import { optionReader, say, workloadOptions } from './options.ts';
import { startPyTorch } from './pytorch-engine.ts';
import { inTurns, printColumns, processOf, speedRatio } from './turns.ts';
import {
  inferenceGraphOf,
  MODELS,
  type ModelName,
  REMOVABLE_IN_INFERENCE,
  type Removable,
  type Workload,
} from './workload.ts';

const ENGINES = ['native', 'pytorch', 'pytorch-frozen', 'pytorch-optimized'] as const;
type EngineKind = (typeof ENGINES)[number];

interface InferenceEngine {
  /** `native`, or `native-without:gelu`. */
  readonly name: string;
  readonly kind: EngineKind;
  readonly without?: readonly Removable[];
}

const PYTORCH_MODES = {
  pytorch: 'inference',
  'pytorch-frozen': 'frozen',
  'pytorch-optimized': 'optimized',
} as const;

/** The largest difference of a score, relative to the largest score, that still is the same model. */
const TOLERANCE = 1e-4;

/** An element of what `--format json` prints. */
interface Figures {
  readonly model: ModelName;
  readonly batch: number;
  readonly size: number;
  readonly engine: string;
  readonly threads: number;
  readonly imagesPerSecond: number;
  readonly msPerBatch: number;
  readonly peakMemoryMB: number;
}

interface Runner {
  readonly engine: InferenceEngine;
  readonly process: EngineProcess;
  /** By round. */
  readonly milliseconds: number[][];
  peakMemoryMB: number;
}

const USAGE =
  'usage: npm run bench:inference -- [--models ddrnet,resnet18,…] [--batch 16] [--size 64] [--threads N] [--rounds 5] ' +
  '[--budget 500] [--engines native,pytorch,pytorch-frozen,pytorch-optimized,native-without:gelu+layer-norm] ' +
  '[--format table|json]';

const { values: options } = parseOptions(
  {
    options: {
      ...workloadOptions,
      rounds: { type: 'string', default: '5' },
      budget: { type: 'string', default: '500' },
      engines: { type: 'string', default: ENGINES.join(',') },
    },
  },
  USAGE,
);

process.on('SIGINT', () => process.exit(130));

const { choices, listed, natural } = optionReader(options, USAGE);
const models = choices('models', Object.keys(MODELS) as ModelName[]);
const engines = listed('engines', engineOf, [...ENGINES, ...REMOVABLE_IN_INFERENCE.map((name) => `${WITHOUT}${name}`)]);
const format = choices('format', ['table', 'json'] as const)[0]!;
const [batch, size, threads] = [natural('batch'), natural('size'), natural('threads')];
const [rounds, budget] = [natural('rounds'), natural('budget')];

const figures: Figures[] = [];
for (const model of models) figures.push(...(await compare({ model, batch, size, threads })));
if (format === 'json') console.log(JSON.stringify(figures, null, 2));
process.exitCode ??= figures.length > 0 ? 0 : 1;

async function compare(workload: Workload): Promise<Figures[]> {
  const graph = inferenceGraphOf(workload);
  const { macs, parameters } = summarize(graph);
  const million = (macs / 1e6).toFixed(0);
  say(`\n${graph.name}, batch ${batch} of ${size}×${size}, ${parameters} parameters, ${million} million MACs an image`);
  let runners: Runner[] = [];
  try {
    for (const engine of engines) {
      const runner = await start(engine, graph, workload);
      if (runner) runners.push(runner);
    }
    runners = await thoseThatAgree(runners);
    for (let round = 0; round < rounds; round++) {
      for (const runner of inTurns(runners, round)) {
        const { milliseconds, peakMemoryMB } = await predict(runner, budget);
        runner.milliseconds.push([...milliseconds]);
        runner.peakMemoryMB = peakMemoryMB;
      }
    }
    const found = runners.map(figuresOf.bind(undefined, workload));
    if (format === 'table') printTable(runners, found);
    return found;
  } finally {
    for (const { process } of runners) process.close();
  }
}

function engineOf(text: string): InferenceEngine | undefined {
  const kind = ENGINES.find((each) => each === text);
  if (kind !== undefined) return { name: kind, kind };
  const without = leftOutBy(text, REMOVABLE_IN_INFERENCE);
  return without && { name: text, kind: 'native', without };
}

/** Undefined, and told, when the engine is not here. */
async function start(engine: InferenceEngine, graph: Graph, workload: Workload): Promise<Runner | undefined> {
  const { name, kind, without } = engine;
  const process = processOf(name, kind !== 'native', workload.threads);
  if (process === undefined) return undefined;
  try {
    const own = without === undefined ? workload : { ...workload, without };
    const started =
      kind === 'native'
        ? await process.request<Started>({ kind: 'start', engine: kind, workload: own, mode: 'inference' })
        : await startPyTorch(process, workload, { graph, mode: PYTORCH_MODES[kind] });
    if (started.missing === undefined) return { engine, process, milliseconds: [], peakMemoryMB: 0 };
    say(`SKIPPED ${name}: ${started.missing}`);
    process.close();
    return undefined;
  } catch (error) {
    process.close();
    throw error;
  }
}

/** Batches for as long as the budget lasts, and three at least. */
function predict({ process }: Runner, milliseconds: number): Promise<Predictions> {
  return process.request({ kind: 'predict', budget: milliseconds });
}

/**
 * What is run to warm up is what is compared. PyTorch's optimisation is left out where it computes something else, as it
 * does for some models; of the others that is an error.
 */
async function thoseThatAgree(runners: readonly Runner[]): Promise<Runner[]> {
  const scores = new Map<Runner, readonly number[]>();
  for (const runner of runners) scores.set(runner, (await predict(runner, 1)).scores);
  const reference = referenceOf(runners)!;
  return runners.filter((runner) => {
    if (runner === reference) return true;
    const { name, kind } = runner.engine;
    const difference = largestDifference(scores.get(runner)!, scores.get(reference)!);
    say(
      `${name}: its scores differ from those of ${reference.engine.name} by ${difference.toExponential(1)} (relative)`,
    );
    if (difference < TOLERANCE) return true;
    const problem = `${name} computes something else than ${reference.engine.name}: a comparison would be worthless`;
    if (kind !== 'pytorch-optimized') throw new Error(problem);
    say(`SKIPPED ${problem}`);
    runner.process.close();
    return false;
  });
}

/** PyTorch where it is here. */
function referenceOf(runners: readonly Runner[]): Runner | undefined {
  return runners.find(({ engine }) => engine.kind === 'pytorch') ?? runners[0];
}

function figuresOf({ model }: Workload, { engine, milliseconds, peakMemoryMB }: Runner): Figures {
  const msPerBatch = median(milliseconds.flat());
  return {
    model,
    batch,
    size,
    engine: engine.name,
    threads,
    imagesPerSecond: (batch * 1000) / msPerBatch,
    msPerBatch,
    peakMemoryMB,
  };
}

function printTable(runners: readonly Runner[], figures: readonly Figures[]): void {
  const reference = referenceOf(runners);
  const beside = reference?.engine.name;
  const heads = ['engine', 'images/s', 'ms/batch', 'peak MB', `speed : ${beside}`, `memory : ${beside}`];
  const rows = figures.map(({ engine, imagesPerSecond, msPerBatch, peakMemoryMB }, at) => [
    engine,
    imagesPerSecond.toPrecision(3),
    msPerBatch.toPrecision(4),
    peakMemoryMB.toFixed(0),
    reference && runners[at] !== reference ? speedRatio(runners[at]!.milliseconds, reference.milliseconds) : '—',
    reference ? (peakMemoryMB / reference.peakMemoryMB).toFixed(2) : '—',
  ]);
  printColumns([heads, ...rows]);
}
