/** Claims, with real processes that are killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Claim, claim, claimant, type Holder, isClaim } from '../../src/training/claim.ts';
import { temporaryFolder } from './toy-run.ts';

function claimed(given: Claim | Holder): Claim {
  if (!isClaim(given)) throw new Error(`held by process ${given.pid} on ${given.host}`);
  return given;
}

/** A process that claims `work` as soon as it can, says whether it got it, and lives until it is killed. */
function contender(folder: string) {
  const module = JSON.stringify(join(import.meta.dirname, '../../src/training/claim.ts'));
  const script = `import(${module}).then(({ claim, isClaim }) => {
    console.log(isClaim(claim(${JSON.stringify(folder)}, 'work')) ? 'mine' : 'taken');
    setInterval(() => {}, 1000);
  });`;
  const program = ['--import', import.meta.resolve('tsx'), '-e', script];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = once(child.stdout, 'data').then(([data]) => String(data).trim());
  return { child, said };
}

test('a claim keeps others out until it is released', () => {
  const folder = temporaryFolder();
  assert.is(claimant(folder, 'work'), undefined);
  const first = claimed(claim(folder, 'work'));
  assert.is((claim(folder, 'work') as Holder).pid, process.pid);
  assert.is(claimant(folder, 'work')?.pid, process.pid);
  claimed(claim(folder, 'other')).release();
  first.release();
  assert.is(claimant(folder, 'work'), undefined);
  claimed(claim(folder, 'work')).release();
  assert.is(readdirSync(folder).filter((file) => file.startsWith('work.')).length, 1, 'older generations are removed');
});

test('of processes that try at once one gets it; killed, it gives way to exactly one other', async () => {
  const folder = temporaryFolder();
  const first = Array.from({ length: 4 }, () => contender(folder));
  const said = await Promise.all(first.map((each) => each.said));
  assert.is(said.filter((each) => each === 'mine').length, 1, said.join());
  const winner = first[said.indexOf('mine')]!.child;
  assert.is(claimant(folder, 'work')?.pid, winner.pid);
  const ended = once(winner, 'exit');
  winner.kill('SIGKILL');
  await ended;
  assert.is(claimant(folder, 'work'), undefined);
  const second = Array.from({ length: 4 }, () => contender(folder));
  const then = await Promise.all(second.map((each) => each.said));
  assert.is(then.filter((each) => each === 'mine').length, 1, then.join());
  for (const { child } of [...first, ...second]) child.kill('SIGKILL');
});

test('a holder on another machine is dead when it is silent; a task of Slurm when it is this one', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'work.1.json');
  const elsewhere = { host: 'elsewhere', pid: 1, began: '1', slurm: null };
  writeFileSync(path, JSON.stringify(elsewhere));
  assert.is(claimant(folder, 'work')?.host, 'elsewhere');
  const before = new Date(Date.now() - 3_600_000);
  utimesSync(path, before, before);
  assert.is(claimant(folder, 'work'), undefined);

  writeFileSync(path, JSON.stringify({ ...elsewhere, slurm: '7_3' }));
  assert.is(claimant(folder, 'work')?.slurm, '7_3');
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = process.env;
  try {
    process.env['SLURM_ARRAY_JOB_ID'] = '7';
    process.env['SLURM_ARRAY_TASK_ID'] = '3';
    assert.is(claimant(folder, 'work'), undefined, 'this is that task, requeued');
  } finally {
    for (const [name, value] of Object.entries({ SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test('a process of before the machine was started is dead, whatever has its number now; so is a claim without contents', () => {
  const folder = temporaryFolder();
  const mine = claimed(claim(folder, 'work'));
  const path = join(folder, 'work.1.json');
  const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder;
  const [, ticks] = holder.began.split(' ');
  writeFileSync(path, JSON.stringify({ ...holder, began: `another-start ${ticks}` }));
  assert.is(claimant(folder, 'work'), undefined);
  writeFileSync(path, '{"host": "here", "pi');
  assert.is(claimant(folder, 'work'), undefined);
  claimed(claim(folder, 'work')).release();
  mine.release();
});

test.run();
