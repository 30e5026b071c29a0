/** `specc eval RUN`: how well a run's model does on its validation images, or on a folder of others. */

import { classBalance } from '../../data/statistics.ts';
import { chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import type { Evaluation } from '../../training/evaluate.ts';
import { type ImageSet, imageFolderOf, openFolder, openTrainingImages } from '../../training/open-data.ts';
import { evaluateRun } from '../../training/report/write-report.ts';
import { experimentOfRun } from '../../training/run-experiment.ts';
import { openRun, type Run } from '../../training/run-folder.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.ts';
import { classTable, confusionTable, headline } from '../metrics-table.ts';
import { ProgressBar } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

export interface EvaluateOptions {
  readonly engine: EngineChoice;
  readonly data?: string;
  readonly format: 'table' | 'json';
  readonly checkpoint: 'best' | 'last';
}

export async function run([given]: readonly string[], options: EvaluateOptions, terminal: Terminal): Promise<number> {
  const opened = openRun(given!);
  const { graph } = experimentOfRun(opened);
  const { engine, why } = await chooseEngine(options.engine);
  terminal.note(`engine: ${why}`);
  const interruption = onInterrupt('stopping', terminal);
  const bar = new ProgressBar(terminal);
  try {
    const images = await openImages(opened, options.data, bar, interruption.signal);
    const result = await evaluateRun(opened, graph, engine, images, options.checkpoint, {
      signal: interruption.signal,
      onProgress: (done, total) => bar.update('evaluating', done, total, `${done}/${total} batches`),
    });
    bar.clear();
    if (result === undefined) return INTERRUPTED;
    const { baseline } = classBalance(images.index, images.examples);
    terminal.print(
      options.format === 'json' ? asJson(result.evaluation) : asTable(result.evaluation, baseline, terminal),
    );
    return EXIT.clean;
  } finally {
    bar.clear();
    interruption.release();
  }
}

async function openImages(
  { record }: Run,
  folder: string | undefined,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<ImageSet> {
  const { plan, classes } = record;
  const options = {
    signal,
    onProgress: (what: string, done: number, total: number) =>
      bar.update(`${what} images`, done, total, `${done}/${total}`),
  };
  if (folder !== undefined) return openFolder(folder, classes, plan.data, options);
  const { validation } = await openTrainingImages(plan, await imageFolderOf(plan, options), options);
  if (validation !== undefined) return validation;
  throw new WrongUse('the run was trained without validation images', 'name a folder of images: --data FOLDER');
}

function asTable(evaluation: Evaluation, baseline: number, { colours }: Terminal): string {
  const parts = [headline(evaluation, baseline, colours), classTable(evaluation, colours)];
  return [...parts, confusionTable(evaluation, colours)].join('\n\n');
}

function asJson({ accuracy, loss, mcc, images, macro, perClass, confusion }: Evaluation): string {
  return JSON.stringify({ accuracy, loss, mcc, images, macro, perClass, confusion }, null, 2);
}
