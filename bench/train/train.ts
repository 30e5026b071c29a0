/** `npm run bench:train`: the same training in each engine, in turns. See bench/README.md. */
import { shapeOf } from '../../src/compiler/graph.ts';
import { summarize } from '../../src/compiler/summary.ts';
import { parseOptions } from '../parse-options.ts';
import { compare, ENGINES, engineOf, isSlow, type Runner, referenceOf, speedOf } from './compare.ts';
import { compareLosses, median } from './measured.ts';
import { optionReader, say, workloadOptions } from './options.ts';
import { printColumns } from './turns.ts';
import { graphOf, MODELS, type ModelName, REMOVABLE, type Workload } from './workload.ts';

/** An element of what `--format json` prints. */
interface Figures {
  readonly model: ModelName;
  readonly batch: number;
  readonly size: number;
  readonly engine: string;
  readonly threads: number;
  readonly imagesPerSecond: number;
  readonly msPerStep: number;
  readonly peakMemoryMB: number;
}

const USAGE =
  'usage: npm run bench:train -- [--models ddrnet,resnet18] [--batch 16] [--size 64] [--threads N] [--rounds 5] ' +
  '[--steps 4] [--engines native,native-without:PASS+…,pytorch,tfjs-cpu] [--without PASS,…] [--format table|json]';

const { values: options } = parseOptions(
  {
    options: {
      ...workloadOptions,
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '4' },
      engines: { type: 'string', default: 'native,pytorch,tfjs-cpu' },
      without: { type: 'string', default: '' },
    },
  },
  USAGE,
);

process.on('SIGINT', () => process.exit(130));

const { choices, listed, natural } = optionReader(options, USAGE);
const models = choices('models', Object.keys(MODELS) as ModelName[]);
const engines = listed('engines', engineOf, [...ENGINES, 'native-without:PASS']);
const format = choices('format', ['table', 'json'] as const)[0]!;
const [batch, size, threads] = [natural('batch'), natural('size'), natural('threads')];
const turns = { rounds: natural('rounds'), steps: natural('steps') };
const without = options.without === '' ? [] : choices('without', REMOVABLE);

const figures: Figures[] = [];
for (const model of models) figures.push(...(await measure({ model, batch, size, threads, without })));
if (format === 'json') console.log(JSON.stringify(figures, null, 2));
process.exitCode ??= figures.length > 0 ? 0 : 1;

async function measure(workload: Workload): Promise<Figures[]> {
  const graph = graphOf(workload);
  const { macs, parameters } = summarize(graph);
  const shape = `batch ${workload.batch} of ${shapeOf(graph, graph.inputs[0]!.value).join('×')}`;
  say(`\n${graph.name}, ${shape}, ${parameters} parameters, ${(macs / 1e6).toFixed(0)} million MACs an image`);
  const runners = await compare(workload, engines, turns);
  reportLosses(runners);
  const found = runners.map((runner) => figuresOf(runner, workload));
  if (format === 'table') printTable(runners, found, 3 * 2 * macs);
  return found;
}

function reportLosses(runners: readonly Runner[]): void {
  const reference = referenceOf(runners);
  for (const { engine, losses } of runners) {
    if (engine === reference.engine) continue;
    const shared = Math.min(losses.length, reference.losses.length);
    const [first, largest] = [losses.slice(0, 1), losses].map((each) => compareLosses(each, reference.losses));
    say(
      `${engine.name}: its losses differ from those of ${reference.engine.name} by ${first!.toExponential(1)} at the ` +
        `first step and by ${largest!.toExponential(1)} at most over ${shared} steps (relative)`,
    );
  }
}

function figuresOf({ engine, milliseconds, peakMemoryMB }: Runner, { model, batch, size, threads }: Workload): Figures {
  const msPerStep = median(milliseconds.flat());
  const imagesPerSecond = (batch * 1000) / msPerStep;
  const used = isSlow(engine) ? 1 : threads;
  return { model, batch, size, engine: engine.name, threads: used, imagesPerSecond, msPerStep, peakMemoryMB };
}

/** `flops`: floating-point operations of a step for one image. */
function printTable(runners: readonly Runner[], figures: readonly Figures[], flops: number): void {
  const reference = referenceOf(runners);
  const rows = figures.map(({ engine, threads, imagesPerSecond, msPerStep, peakMemoryMB }, at) => [
    engine,
    `${threads}`,
    imagesPerSecond.toPrecision(3),
    msPerStep.toPrecision(4),
    ((imagesPerSecond * flops) / 1e9).toPrecision(3),
    peakMemoryMB.toFixed(0),
    runners[at] === reference ? '—' : speedOf(runners[at]!, reference),
    (peakMemoryMB / reference.peakMemoryMB).toFixed(2),
  ]);
  const { name } = reference.engine;
  const heads = [
    'engine',
    'threads',
    'images/s',
    'ms/step',
    'GFLOP/s',
    'peak MB',
    `speed : ${name}`,
    `memory : ${name}`,
  ];
  printColumns([heads, ...rows]);
}
