/**
 * `npm run bench:passes`: what each pass of the compiler and each form of convolutions brings a training step, as a table
 * in Markdown. See bench/README.md.
 *
 * For each workload, one run: the native engine with everything, and without each part, in turns. What would change no
 * byte of the step's model is not run. The first row compares two processes that do the same: that is noise.
 */
import { parseArgs } from 'node:util';
import { compare, nativeWithout, speedOf } from './compare.ts';
import { optionReader, say, workloadOptions } from './options.ts';
import { REMOVABLE, stepModel, type Workload } from './workload.ts';

const WORKLOADS = {
  'ddrnet-16': { model: 'ddrnet', batch: 16, size: 64 },
  'ddrnet-32': { model: 'ddrnet', batch: 32, size: 64 },
  'ddrnet-128': { model: 'ddrnet', batch: 8, size: 128 },
  'resnet18-32': { model: 'resnet18', batch: 32, size: 64 },
} as const satisfies Readonly<Record<string, Omit<Workload, 'threads'>>>;
type WorkloadName = keyof typeof WORKLOADS;

const USAGE =
  'usage: npm run bench:passes -- [--workloads ddrnet-16,ddrnet-32,ddrnet-128,resnet18-32] [--parts PASS,…] ' +
  '[--threads N] [--rounds 7] [--steps 3]';

const { values: options } = parseArgs({
  options: {
    workloads: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
    parts: { type: 'string', default: REMOVABLE.join(',') },
    threads: workloadOptions.threads,
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '3' },
  },
});

process.on('SIGINT', () => process.exit(130));
// each engine's process is ended with this one
process.setMaxListeners(REMOVABLE.length + 10);

const { choices, natural } = optionReader(options, USAGE);
const parts = choices('parts', REMOVABLE);
const threads = natural('threads');
const turns = { rounds: natural('rounds'), steps: natural('steps') };

const columns: { readonly head: string; readonly cells: readonly string[] }[] = [];
for (const name of choices('workloads', Object.keys(WORKLOADS) as WorkloadName[])) {
  const workload = WORKLOADS[name];
  const head = `${workload.model}, ${workload.size}×${workload.size}, batch ${workload.batch}`;
  const step = stepModel({ ...workload, threads });
  const effective = parts.filter((part) => differ(stepModel({ ...workload, threads, without: [part] }), step));
  say(`${head}: ${effective.length + 2} processes to start`);
  const engines = [nativeWithout([]), nativeWithout([]), ...effective.map((part) => nativeWithout([part]))];
  const [whole, again, ...others] = await compare({ ...workload, threads }, engines, turns);
  // the engine is here for all of them or for none
  const speeds = new Map(others.map((without, at) => [effective[at], speedOf(whole!, without)]));
  columns.push({ head, cells: [speedOf(whole!, again!), ...parts.map((part) => speeds.get(part) ?? 'the same step')] });
}

function differ(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) !== 0;
}

const table = [
  ['with : without', ...columns.map(({ head }) => head)],
  ['---', ...columns.map(() => '---')],
  ...['nothing', ...parts.map((part) => `\`${part}\``)].map((row, at) => [
    row,
    ...columns.map(({ cells }) => cells[at]!),
  ]),
];
for (const row of table) console.log(`| ${row.join(' | ')} |`);
