/**
 * `npm run bench:passes`: what each pass of the compiler and each form of convolutions brings a training step, as a table
 * in Markdown. See bench/README.md.
 *
 * For each workload and part, the native engine with everything and without the part, in turns: two processes, since more
 * of them have to wait so long that the system takes their memory away. What changes no byte of the step's model is not
 * run. The first row compares two processes that do the same: that is noise.
 */

import { parseOptions } from '../parse-options.ts';
import { compare, nativeWithout, speedOf } from './compare.ts';
import { optionReader, say, workloadOptions } from './options.ts';
import { REMOVABLE, type Removable, stepModel, type Workload } from './workload.ts';

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

const { values: options } = parseOptions(
  {
    options: {
      workloads: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
      parts: { type: 'string', default: REMOVABLE.join(',') },
      threads: workloadOptions.threads,
      rounds: { type: 'string', default: '7' },
      steps: { type: 'string', default: '3' },
    },
  },
  USAGE,
);

process.on('SIGINT', () => process.exit(130));

const { choices, natural } = optionReader(options, USAGE);
const parts = choices('parts', REMOVABLE);
const threads = natural('threads');
const turns = { rounds: natural('rounds'), steps: natural('steps') };

/** The row of two processes without a difference. */
const NOTHING = 'nothing';

const columns: { readonly head: string; readonly cells: readonly string[] }[] = [];
for (const name of choices('workloads', Object.keys(WORKLOADS) as WorkloadName[])) {
  const workload: Workload = { ...WORKLOADS[name], threads };
  const head = `${workload.model}, ${workload.size}×${workload.size}, batch ${workload.batch}`;
  const step = stepModel(workload);
  const cells: string[] = [];
  for (const without of [[], ...parts.map((part) => [part])]) {
    const what = without[0] ?? NOTHING;
    const same = without.length > 0 && !differ(stepModel({ ...workload, without }), step);
    const cell = same ? 'the same step' : await speedWith(workload, without);
    say(`${head}: ${what}: ${cell}`);
    cells.push(cell);
  }
  columns.push({ head, cells });
}

/** How many times as fast a step is with a part as without it. */
async function speedWith(workload: Workload, without: readonly Removable[]): Promise<string> {
  const [whole, other] = await compare(workload, [nativeWithout([]), nativeWithout(without)], turns);
  return speedOf(whole!, other!);
}

function differ(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) !== 0;
}

const table = [
  ['with : without', ...columns.map(({ head }) => head)],
  ['---', ...columns.map(() => '---')],
  ...[NOTHING, ...parts.map((part) => `\`${part}\``)].map((row, at) => [
    row,
    ...columns.map(({ cells }) => cells[at]!),
  ]),
];
for (const row of table) console.log(`| ${row.join(' | ')} |`);
