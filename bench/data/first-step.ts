/**
 * Measures the time from the command to the first training step: DDRNet at 64 × 64 with the paper's augmentation, as a
 * bundled program (`npm run build` first), without a cache of the images and then with one.
 *
 *   npx tsx bench/data/first-step.ts FOLDER [--groups CSV] [--rounds 3] [--batch 16] [--warm-only CACHE]
 *
 * The phases end where the program says so on standard error, or writes the first line of the run's history.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseOptions, wrongUse } from '../parse-options.ts';

const USAGE =
  'usage: npx tsx bench/data/first-step.ts FOLDER [--groups CSV] [--rounds 3] [--batch 16] [--warm-only CACHE]';

const { positionals, values } = parseOptions(
  {
    allowPositionals: true,
    options: {
      groups: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      batch: { type: 'string', default: '16' },
      'warm-only': { type: 'string' },
    },
  },
  USAGE,
);
const [folder] = positionals;
if (folder === undefined) wrongUse('no folder is named', USAGE);

/** What ends each phase, as a text on standard error. */
const PHASES = [
  ['configuration and engine', /^engine: /m],
  ['images', /^(note: )?\d[\d,]* images? for training/m],
  ['run folder', /^run: /m],
] as const;

const place = mkdtempSync(join(tmpdir(), 'specc-bench-'));
const cache = values['warm-only'] ?? join(place, 'cache');
const group = values.groups && `, by_group: { csv: ${resolve(values.groups)}, column: source, key: file }`;
writeFileSync(
  join(place, 'first.train.yaml'),
  `model: ${resolve('specs/ddrnet.spec')}#DDRNet
set: { size: 64 }
data:
  train: ${resolve(folder)}
  cache: ${resolve(cache)}
  split: { validation: 0.2${group ?? ''} }
  augment: { horizontal_flip: true, rotation: 10, zoom: 2, contrast: 0.2 }
training: { epochs: 1, batch: ${values.batch} }
output: ${place}/runs
`,
);

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Milliseconds from the start of the process to the end of each phase. */
async function start(name: string): Promise<ReadonlyMap<string, number>> {
  const began = performance.now();
  const reached = new Map<string, number>();
  const arguments_ = ['dist/specc.js', 'train', join(place, 'first.train.yaml'), '--engine', 'native', '--name', name];
  const child: ChildProcess = spawn(process.execPath, arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr!.on('data', (data) => {
    said += data;
    for (const [phase, end] of PHASES) {
      if (!reached.has(phase) && end.test(said)) reached.set(phase, performance.now() - began);
    }
  });
  const history = join(place, 'runs', name, 'metrics.jsonl');
  while (!existsSync(history) || statSync(history).size === 0) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${said}`);
    await pause(5);
  }
  reached.set('first step', performance.now() - began);
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
  return reached;
}

function show(title: string, reached: ReadonlyMap<string, number>): void {
  console.log(`${title}: first step done after ${(reached.get('first step')! / 1000).toFixed(2)} s`);
  let before = 0;
  for (const [phase, at] of reached) {
    console.log(`  ${phase.padEnd(30)} ${(at - before).toFixed(0).padStart(7)} ms`);
    before = at;
  }
}

try {
  if (values['warm-only'] === undefined) show('without a cache', await start('cold'));
  for (let round = 1; round <= Number(values.rounds); round++) show('with a cache', await start(`warm-${round}`));
} finally {
  rmSync(place, { recursive: true, force: true });
}
