/** What is submitted to Slurm, and which runs a task has; the real thing is in the slow test. */
import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HUGE_PAGES_LINE, withHugePages } from '../../src/launch/huge-pages.ts';
import type { AblationPlan, PlannedRun } from '../../src/launch/plan.ts';
import { batchScript, tasksOf } from '../../src/launch/slurm.ts';

const PLACE = {
  name: 'specc-cells',
  folder: '/data/runs/cells.ablation',
  cwd: '/data/my project',
  command: ['/usr/bin/node', "/opt/it's/specc.js"],
  engine: 'auto',
};

test('the script of an array: fixed runs for each task, options as they were given, and signals that reach the program', () => {
  const submission = { plan: '/data/runs/cells.ablation/plans/1.json', tasks: [['aa'], ['bb', 'cc']] };
  const options = {
    partition: 'gpu',
    gres: 'gpu:1',
    time: '4:00:00',
    cpus: '4',
    mem: '16G',
    maxParallel: '8',
    sbatch: ['--account=cells'],
  };
  const script = batchScript(submission, options, PLACE);
  for (const line of [
    '#SBATCH --array=0-1%8',
    '#SBATCH --requeue',
    '#SBATCH --signal=B:USR1@90',
    '#SBATCH --open-mode=append',
    '#SBATCH "--chdir=/data/my project"',
    '#SBATCH --partition=gpu',
    '#SBATCH --gres=gpu:1',
    '#SBATCH --time=4:00:00',
    '#SBATCH --cpus-per-task=4',
    '#SBATCH --mem=16G',
    '#SBATCH --account=cells',
  ]) {
    assert.ok(script.split('\n').includes(line), `${line}\nis not in\n${script}`);
  }
  // As a shell reads it, with `echo` in place of the program.
  const echoed = script.replace(/^exec /m, 'exec echo ');
  const say = (task: string): string =>
    execFileSync('sh', ['-c', echoed], {
      env: { ...process.env, SLURM_ARRAY_TASK_ID: task, SLURM_CPUS_PER_TASK: '4' },
      encoding: 'utf8',
    });
  assert.is(
    say('1'),
    "/usr/bin/node /opt/it's/specc.js ablate-run /data/runs/cells.ablation/plans/1.json bb cc --engine auto --threads 4\n",
  );
});

test('what trains asks for huge pages, unless the user has set otherwise', () => {
  assert.equal(withHugePages({ HOME: '/root' }), { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', HOME: '/root' });
  assert.equal(withHugePages({ GLIBC_TUNABLES: '' }), { GLIBC_TUNABLES: '' });
  const tunables = (given: NodeJS.ProcessEnv): string =>
    execFileSync('sh', ['-c', `${HUGE_PAGES_LINE}; printenv GLIBC_TUNABLES`], { env: given, encoding: 'utf8' }).trim();
  assert.is(tunables({ PATH: process.env.PATH }), 'glibc.malloc.hugetlb=1');
  assert.is(tunables({ PATH: process.env.PATH, GLIBC_TUNABLES: 'glibc.malloc.check=3' }), 'glibc.malloc.check=3');
});

test('a task is a run, or all runs of a seed where they start from the base', () => {
  const run = (id: string, seed: number): PlannedRun => ({ id, seed, variant: 'all', overrides: [] });
  const missing = [run('a', 1), run('b', 1), run('c', 2)];
  const plan = { seeds: [1, 2, 3], warmStart: null } as unknown as AblationPlan;
  const ids = (tasks: PlannedRun[][]): string[] => tasks.map((runs) => runs.map(({ id }) => id).join());
  assert.equal(ids(tasksOf(plan, missing)), ['a', 'b', 'c']);
  assert.equal(ids(tasksOf({ ...plan, warmStart: { kind: 'base' } }, missing)), ['a,b', 'c']);
});

test.run();
