/** `--launcher slurm` on a real Slurm: an array of trainings, one of them requeued while it trains, and the table. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Submission } from '../../src/launch/slurm.ts';
import { readHistory } from '../../src/training/history.ts';
import { type Cluster, startCluster, whyNoSlurm } from './slurm-cluster.ts';
import { bundleProgram, makeProject, tablesOf } from './tiny-ablation.ts';

/** Enough for a task to be found while it trains. */
const EPOCHS = 150;

const reason = whyNoSlurm();
if (reason !== undefined && process.env['SPECC_REQUIRE_SLURM'] === '1')
  throw new Error(`SPECC_REQUIRE_SLURM=1, but ${reason}`);
if (reason !== undefined) {
  console.log(`skipped: Slurm is not tested, because ${reason}`);
  test.skip('an array of trainings on Slurm', () => {});
} else {
  test('an array job trains what is missing, a requeued task goes on, and the table is that of one process', onSlurm);
}

async function onSlurm(): Promise<void> {
  const program = bundleProgram('program-for-slurm');
  const [project, whole] = [makeProject({ epochs: EPOCHS }), makeProject({ epochs: EPOCHS })];
  const cluster = await startCluster();
  const specc = (...args: string[]): string => {
    const shown = args.map((each) => each.replaceAll(project.folder, '.').replaceAll(whole.folder, '.'));
    const text = execFileSync(process.execPath, [program, ...args], {
      env: { ...cluster.env, NO_COLOR: '1' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    console.log(`$ specc ${shown.join(' ')}\n${text.replaceAll(project.folder, '.').trimEnd()}\n`);
    return text;
  };
  const show = (program: string, ...args: string[]): string => {
    const text = cluster.slurm(program, ...args);
    console.log(`$ ${[program, ...args].join(' ')}\n${text.trimEnd()}\n`);
    return text;
  };
  try {
    const slurm = ['--launcher', 'slurm', '--partition', 'tiny', '--cpus', '1', '--max-parallel', '2'];
    const submitted = specc('ablate', project.config, '--engine', 'native', ...slurm);
    const [, job = ''] = /the array job (\d+): 6 tasks for 6 runs/.exec(submitted) ?? [];
    assert.ok(job !== '', submitted);

    const { tasks } = JSON.parse(readFileSync(join(project.ablation, 'slurm', `${job}.json`), 'utf8')) as Submission;
    const task = await firstInTraining(cluster, project.ablation, tasks);
    show('scontrol', 'requeue', `${job}_${task}`);
    const log = join(project.ablation, 'logs', `slurm-${job}_${task}.log`);
    const [run = ''] = tasks[task] ?? [];
    await untilSaid(log, 'interrupted; what was trained is saved', project.ablation, run);
    const before = epochsOf(project.ablation, run);
    show('squeue', '--array', '--format=%F_%K %T %r');
    assert.match(
      specc('ablate', project.config, '--status'),
      new RegExp(`${run} +waiting after epoch \\d+ of 150, Slurm ${job}_${task} pending`),
    );
    assert.match(specc('ablate', project.config, '--engine', 'native', ...slurm), /nothing to submit/);

    // What Slurm sends before a time limit.
    const limited = await firstInTraining(cluster, project.ablation, tasks, task);
    const limitedLog = join(project.ablation, 'logs', `slurm-${job}_${limited}.log`);
    // Slurm 22.05 may deliver the signal to a task and yet answer that it could not: the log tells.
    console.log(`$ scancel --signal=USR1 --batch ${job}_${limited}\n`);
    const sent = spawn('scancel', ['--signal=USR1', '--batch', `${job}_${limited}`], {
      env: cluster.env,
      stdio: 'ignore',
    });
    await untilSaid(limitedLog, 'going back into the queue', project.ablation, tasks[limited]?.[0] ?? '');
    sent.kill();

    // Slurm waits two minutes before it starts a requeued job; nothing hinges on that.
    while (cluster.slurm('squeue', '--noheader').trim() !== '') {
      for (const waiting of waitingIn(cluster.slurm('squeue', '--array', '--noheader', '--format=%F_%K %T %r'))) {
        cluster.slurm('scontrol', 'update', `JobId=${waiting}`, 'StartTime=now');
      }
      await setTimeout(200);
    }
    console.log(
      `a task that was told of its time limit:\n${withoutEpochs(limitedLog).replaceAll(project.folder, '.')}`,
    );
    assert.is(readFileSync(limitedLog, 'utf8').match(/^epoch +1\/150 /gm)?.length, 1, 'it did not begin anew');
    const requeued = readFileSync(log, 'utf8');
    console.log(`${log.replace(project.folder, '.')}, without its epochs:`);
    console.log(`${withoutEpochs(log).replaceAll(project.folder, '.')}`);
    console.log(
      `the requeued task had ${before} epochs, and went on from there to ${epochsOf(project.ablation, run)}\n`,
    );
    assert.ok(before >= 1 && before < EPOCHS, `${before} epochs before it was requeued`);
    assert.is(requeued.match(/^epoch +1\/150 /gm)?.length, 1, 'it did not begin anew');

    const status = specc('ablate', project.config, '--status');
    assert.match(status, /6 of 6 runs finished/);
    specc('ablate', project.config, '--collect');
    specc('ablate', whole.config, '--engine', 'native');
    assert.equal(tablesOf(project), tablesOf(whole));
  } finally {
    await cluster.stop();
  }
}

/** The first task whose run has finished an epoch and not all of them, other than one. */
async function firstInTraining(
  cluster: Cluster,
  folder: string,
  tasks: Submission['tasks'],
  other = -1,
): Promise<number> {
  while (cluster.slurm('squeue', '--noheader').trim() !== '') {
    const found = tasks.findIndex(([run = ''], at) => {
      const epochs = epochsOf(folder, run);
      return at !== other && epochs > 0 && epochs < EPOCHS / 2;
    });
    if (found >= 0) return found;
    await setTimeout(50);
  }
  throw new Error('every task was through before one could be told to stop: train more epochs');
}

/** Waits for a line in a task's log; fails when the run is through without it. */
async function untilSaid(log: string, line: string, folder: string, run: string): Promise<void> {
  while (!readFileSync(log, 'utf8').includes(line)) {
    assert.ok(epochsOf(folder, run) < EPOCHS, `the task was through before it said '${line}': train more epochs`);
    await setTimeout(50);
  }
}

function withoutEpochs(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n');
  return lines.filter((line) => !/^epoch/.test(line)).join('\n');
}

function epochsOf(folder: string, run: string): number {
  const name = readdirSync(folder).find((each) => each.endsWith(`-${run}`));
  if (name === undefined || !existsSync(join(folder, name))) return 0;
  return readHistory(join(folder, name)).filter(({ kind }) => kind === 'epoch').length;
}

/** The tasks that were requeued and may not start yet. */
function waitingIn(queue: string): string[] {
  return queue.split('\n').flatMap((line) => /^(\S+) PENDING BeginTime/.exec(line)?.[1] ?? []);
}

test.run();
