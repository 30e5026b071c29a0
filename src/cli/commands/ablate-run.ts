/**
 * `specc ablate-run PLAN RUN…`: trains single runs of a plan, one after the other. What launchers start, and what a
 * scheduler that specc does not know can start.
 *
 * Exit code 130 when it was interrupted, 75 when another process has a run; the runs then go on with the next call.
 */

import { basename, dirname } from 'node:path';
import { chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import type { RunReporter } from '../../launch/execute.ts';
import { executeRun } from '../../launch/execute.ts';
import { RUN_EXIT, tellParent } from '../../launch/local.ts';
import { type AblationPlan, type PlannedRun, readPlan, runsInOrder } from '../../launch/plan.ts';
import { SharedImages } from '../../launch/shared-images.ts';
import { requeueSelf } from '../../launch/slurm.ts';
import { warmStartText } from '../../launch/warm-start.ts';
import { imageFolderOf, openTrainingImages } from '../../training/open-data.ts';
import { nameOf } from '../ablation-progress.ts';
import { EXIT, reportFailure, WrongUse } from '../failure.ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.ts';
import { TrainingProgress } from '../progress.ts';
import { sayEngine } from '../say-engine.ts';
import { readText } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly engine: EngineChoice;
  readonly threads?: string;
}

export async function run(
  [planPath, ...ids]: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<number> {
  if (readText(planPath!) === undefined) throw new WrongUse(`there is no plan '${planPath}'`, 'specc ablate makes one');
  const plan = readPlan(planPath!);
  const runs = ids.map((id) => runOf(plan, id));
  const interruption = onInterrupt('finishing this step and saving a checkpoint', terminal);
  const stop = new AbortController();
  interruption.signal.addEventListener('abort', () => stop.abort());
  // Without the process that has the plan nobody hears of this one any more, nor could end it.
  process.on('disconnect', () => stop.abort());
  let timeIsUp = false;
  process.on('SIGUSR1', () => {
    terminal.note('the time limit is near: saving a checkpoint and going back into the queue');
    timeIsUp = true;
    stop.abort();
  });
  try {
    const chosen = await chooseEngine(options.engine);
    sayEngine(chosen, terminal);
    const threads = Number(options.threads ?? 0) || undefined;
    const shared = new SharedImages(async ({ plan }) => openTrainingImages(plan, await imageFolderOf(plan, {}), {}));
    const place = {
      folder: folderOf(planPath!),
      plan,
      ...chosen,
      threads,
      images: (of: Parameters<typeof shared.of>[0]['plan']) => shared.of({ plan: of }),
    };
    let code: number = EXIT.clean;
    for (const each of runs) {
      if (stop.signal.aborted) break;
      terminal.note(`\n${nameOf(each)} (${each.id})`);
      const end = await executeRun(place, each, heard(terminal), stop.signal);
      if (end.kind === 'failed') code = end.cause === undefined ? EXIT.errors : reportFailure(end.cause, terminal);
      if (end.kind === 'busy') {
        terminal.note('another process has it');
        code = RUN_EXIT.busy;
      }
    }
    if (!stop.signal.aborted) return code;
    terminal.note('interrupted; what was trained is saved');
    if (timeIsUp) requeueSelf();
    return INTERRUPTED;
  } finally {
    interruption.release();
    if (process.connected) process.disconnect();
  }
}

/** The ablation's folder: that of its latest plan, which keeps all of them in `plans/`. */
function folderOf(planPath: string): string {
  const folder = dirname(planPath);
  return basename(folder) === 'plans' ? dirname(folder) : folder;
}

/** @throws WrongUse if the plan has no such run */
function runOf(plan: AblationPlan, id: string): PlannedRun {
  const all = runsInOrder(plan);
  const found = all.find((run) => run.id === id);
  if (found !== undefined) return found;
  throw new WrongUse(`the plan has no run ${id}`, `its runs are ${all.map((run) => run.id).join(', ')}`);
}

/** To the log, and to the process that started this one. */
function heard(terminal: Terminal): RunReporter {
  const log = new TrainingProgress(terminal);
  const parent = tellParent();
  return {
    resume: ({ step, epoch }) => terminal.note(`going on at step ${step}, epoch ${epoch}`),
    message: (message) => {
      log.message(message);
      parent.message?.(message);
    },
    warmStart: (account) => {
      terminal.note(warmStartText(account));
      parent.warmStart(account);
    },
    step: (progress) => parent.step(progress),
    validating: () => {},
    epoch: (record, epochs) => {
      log.epoch(record, epochs);
      parent.epoch(record, epochs);
    },
  };
}
