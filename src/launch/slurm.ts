/**
 * Runs on a Slurm cluster: one array job, a task a run. With a warm start from the base, a task takes all runs of a seed,
 * the base first.
 *
 * Tasks share the ablation's folder with the machine that submitted them. Slurm's SIGTERM makes a task save and end, and
 * one that is requeued goes on from there. Near its time limit a task gets SIGUSR1, saves, and requeues itself.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../data/make-folder.ts';
import { writeDurably } from '../training/durable-file.ts';
import { parseObject } from '../training/parse-json.ts';
import { TrainingError } from '../training/training-error.ts';
import { HUGE_PAGES_LINE } from './huge-pages.ts';
import type { AblationPlan, PlannedRun } from './plan.ts';

export interface SlurmOptions {
  readonly partition?: string;
  readonly gres?: string;
  readonly gpus?: string;
  readonly time?: string;
  readonly cpus?: string;
  readonly mem?: string;
  /** Tasks of the array that run at a time. */
  readonly maxParallel?: string;
  /** Further options of sbatch, as they are: `--account=cells`. */
  readonly sbatch?: readonly string[];
}

/** An array job as it was submitted. */
export interface Submission {
  readonly job: string;
  readonly plan: string;
  /** The runs of each task. */
  readonly tasks: readonly (readonly string[])[];
}

export interface TaskState {
  readonly job: string;
  readonly task: number;
  /** As `squeue` says it: `PENDING`, `RUNNING`. */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
}

/** Seconds before the time limit at which a task is told. */
const NOTICE = 90;

/** Groups runs into tasks. */
export function tasksOf(plan: AblationPlan, missing: readonly PlannedRun[]): PlannedRun[][] {
  if (plan.warmStart?.kind !== 'base') return missing.map((run) => [run]);
  return plan.seeds.map((seed) => missing.filter((run) => run.seed === seed)).filter((runs) => runs.length > 0);
}

/**
 * The batch script of an array. Everything in it is fixed when it is submitted; only the task's number is not.
 *
 * @param command the program and its first arguments, to which `ablate-run PLAN RUN…` is added
 */
export function batchScript(
  submission: Omit<Submission, 'job'>,
  options: SlurmOptions,
  { name, folder, cwd, command, engine }: ScriptPlace,
): string {
  const { tasks, plan } = submission;
  const directives = [
    `--job-name=${name}`,
    `--array=0-${tasks.length - 1}${options.maxParallel === undefined ? '' : `%${options.maxParallel}`}`,
    `--chdir=${cwd}`,
    `--output=${join(folder, 'logs', 'slurm-%A_%a.log')}`,
    '--open-mode=append',
    '--requeue',
    `--signal=B:USR1@${NOTICE}`,
    '--ntasks=1',
    ...(options.partition === undefined ? [] : [`--partition=${options.partition}`]),
    ...(options.gres === undefined ? [] : [`--gres=${options.gres}`]),
    ...(options.gpus === undefined ? [] : [`--gpus=${options.gpus}`]),
    ...(options.time === undefined ? [] : [`--time=${options.time}`]),
    ...(options.cpus === undefined ? [] : [`--cpus-per-task=${options.cpus}`]),
    ...(options.mem === undefined ? [] : [`--mem=${options.mem}`]),
    ...(options.sbatch ?? []),
  ];
  const words = [...command, 'ablate-run', plan].map(shellWord).join(' ');
  return [
    '#!/bin/sh',
    ...directives.map((each) => `#SBATCH ${each.includes(' ') ? `"${each}"` : each}`),
    '',
    'case "$SLURM_ARRAY_TASK_ID" in',
    ...tasks.map((runs, at) => `  ${at}) runs="${runs.join(' ')}" ;;`),
    'esac',
    HUGE_PAGES_LINE,
    // In place of the shell, so that Slurm's signals reach it.
    `exec ${words} $runs --engine ${engine} --threads "\${SLURM_CPUS_PER_TASK:-0}"`,
    '',
  ].join('\n');
}

interface ScriptPlace {
  readonly name: string;
  readonly folder: string;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly engine: string;
}

/**
 * Submits the runs and returns at once.
 *
 * @throws TrainingError if there is no Slurm here, or it refuses
 */
export function submit(
  place: { readonly folder: string; readonly plan: AblationPlan; readonly planPath: string },
  missing: readonly PlannedRun[],
  options: SlurmOptions,
  { command, engine }: { readonly command: readonly string[]; readonly engine: string },
): Submission {
  const folder = resolve(place.folder);
  makeFolder(join(folder, 'logs'));
  makeFolder(submissionsFolder(folder));
  const tasks = tasksOf(place.plan, missing).map((runs) => runs.map(({ id }) => id));
  const described = { plan: resolve(place.planPath), tasks };
  const name = `specc-${place.plan.name}`;
  const script = batchScript(described, options, { name, folder, cwd: process.cwd(), command, engine });
  const path = join(submissionsFolder(folder), 'latest.sh');
  writeDurably(path, script);
  const job = slurm('sbatch', ['--parsable', path]).trim().split(';')[0]!;
  const submission = { job, ...described };
  writeDurably(join(submissionsFolder(folder), `${job}.sh`), script);
  writeDurably(join(submissionsFolder(folder), `${job}.json`), `${JSON.stringify(submission, null, 2)}\n`);
  return submission;
}

/** The arrays that were submitted for a folder. */
export function submissionsOf(folder: string): Submission[] {
  const where = submissionsFolder(folder);
  if (!existsSync(where)) return [];
  return readdirSync(where)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => submissionIn(join(where, file)) ?? []);
}

/** Undefined if the file is damaged: its tasks then count as not in the queue, and their claims keep others out. */
function submissionIn(path: string): Submission | undefined {
  const found = parseObject<Submission>(readFileSync(path, 'utf8'));
  return typeof found?.job === 'string' ? (found as Submission) : undefined;
}

/** The tasks that Slurm still has, by run. */
export function queuedRuns(folder: string): Map<string, TaskState> {
  const submissions = submissionsOf(folder);
  const found = new Map<string, TaskState>();
  if (submissions.length === 0) return found;
  const format = '%F|%K|%T|%r';
  // A job that ended a while ago is unknown to squeue, which then fails although others are there.
  const text = slurm('squeue', ['--noheader', '--array', '--me', `--format=${format}`]);
  for (const line of text.split('\n')) {
    const [job = '', task = '', state = '', reason = ''] = line.trim().split('|');
    const runs = submissions.find((each) => each.job === job)?.tasks[Number(task)] ?? [];
    for (const run of runs) found.set(run, { job, task: Number(task), state, reason });
  }
  return found;
}

/** Puts the task that this process is back into the queue. */
export function requeueSelf(): void {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = process.env;
  if (job !== undefined) slurm('scontrol', ['requeue', `${job}_${task}`]);
}

function submissionsFolder(folder: string): string {
  return join(folder, 'slurm');
}

function slurm(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') {
      throw new TrainingError(
        `there is no \`${program}\` here, which Slurm comes with`,
        'call this on a machine from which jobs are submitted, or use --launcher local',
      );
    }
    throw new TrainingError(
      `\`${program}\` failed: ${(stderr ?? (error as Error).message).trim()}`,
      'what was trained is kept; put the option that it names right, and call this again',
    );
  }
}

/** As a shell takes it in one piece. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
