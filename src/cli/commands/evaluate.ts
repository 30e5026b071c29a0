/**
 * `specc eval RUN`: how well a run's model does on its validation images, or on a folder of others. Images that cannot be
 * read are told and left out; the exit code then is 1.
 */
import { join } from 'node:path';
import { counted } from '../../data/data-error.ts';
import { classBalance } from '../../data/statistics.ts';
import { chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import { DecodedBatches } from '../../training/decoded-batches.ts';
import type { Evaluation, EvaluationResult } from '../../training/evaluate.ts';
import {
  type ChosenImages,
  imageFolderOf,
  imagesOfFolder,
  leftOutMessages,
  validationPart,
} from '../../training/open-data.ts';
import { evaluateRunOn, evaluationBatch } from '../../training/report/write-report.ts';
import { experimentOfRun } from '../../training/run-experiment.ts';
import { openRun, type Run } from '../../training/run-folder.ts';
import { EXIT, problemText, WrongUse } from '../failure.ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.ts';
import { classTable, confusionTable, headline } from '../metrics-table.ts';
import { Pace, ProgressBar, sayMessage } from '../progress.ts';
import { sayEngine } from '../say-engine.ts';
import { sayUnread, type UnreadImage } from '../say-unread.ts';
import type { Terminal } from '../terminal.ts';

export interface EvaluateOptions {
  readonly engine: EngineChoice;
  readonly data?: string;
  readonly format: 'table' | 'json';
  readonly checkpoint: 'best' | 'last';
}

export async function run([given]: readonly string[], options: EvaluateOptions, terminal: Terminal): Promise<number> {
  const opened = openRun(given!);
  const interruption = onInterrupt('stopping', terminal);
  const bar = new ProgressBar(terminal);
  try {
    const images = await chooseImages(opened, options.data, bar);
    for (const message of leftOutMessages(images.index)) sayMessage(message, terminal);
    const size = evaluationBatch(opened.record.plan);
    // the first images are decoded while the model is compiled
    const batches = await DecodedBatches.open(images, opened.record.plan.data, size);
    const result = await evaluated(opened, batches, options, bar, interruption.signal, terminal);
    if (result === undefined) return INTERRUPTED;
    show(result.evaluation, images, batches, options.format, terminal);
    return batches.unreadable.length > 0 ? EXIT.errors : EXIT.clean;
  } finally {
    bar.clear();
    interruption.release();
  }
}

async function chooseImages({ record }: Run, folder: string | undefined, bar: ProgressBar): Promise<ChosenImages> {
  const { plan, classes } = record;
  const other = folder ?? plan.data.validation;
  if (other !== undefined) return imagesOfFolder(other, classes);
  const onProgress = (what: string, done: number, total: number) =>
    bar.update(`${what} images`, done, total, `${done}/${total}`);
  const images = validationPart(plan, await imageFolderOf(plan, { onProgress }));
  if (images !== undefined) return images;
  throw new WrongUse('the run was trained without validation images', 'name a folder of images: --data FOLDER');
}

/** @returns undefined if it was interrupted */
async function evaluated(
  opened: Run,
  batches: DecodedBatches,
  options: EvaluateOptions,
  bar: ProgressBar,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<EvaluationResult | undefined> {
  const pace = new Pace();
  const onProgress = () => {
    const { done, total } = batches;
    bar.update('evaluating', done, total, `${done}/${total}  ${pace.of(done, total)}`);
  };
  try {
    const { graph } = experimentOfRun(opened);
    const chosen = await chooseEngine(options.engine);
    sayEngine(chosen, terminal);
    return await evaluateRunOn(opened, graph, chosen.engine, batches, options.checkpoint, { signal, onProgress });
  } finally {
    bar.clear();
    await batches.close();
    const { notKept } = batches;
    if (notKept !== undefined)
      sayMessage(
        { severity: 'warning', text: `not all that was decoded is kept for the next time: ${notKept}` },
        terminal,
      );
  }
}

/** The figures, and after them which images they are not of. */
function show(
  evaluation: Evaluation,
  { index }: ChosenImages,
  { readable, unreadable, total }: DecodedBatches,
  format: EvaluateOptions['format'],
  terminal: Terminal,
): void {
  const failed = unreadable.map(({ file, reason }) => ({ image: join(index.root, file), error: reason }));
  const { baseline } = classBalance(index, readable);
  terminal.print(format === 'json' ? asJson(evaluation, failed) : asTable(evaluation, baseline, terminal));
  sayUnread(failed, terminal);
  if (failed.length === 0) return;
  terminal.problem(
    problemText(
      `${counted(failed.length, 'image')} of ${total} cannot be decoded: the figures are of the other ${readable.length}`,
      'replace or remove them, and evaluate again',
      terminal,
    ),
  );
}

function asTable(evaluation: Evaluation, baseline: number, { colours }: Terminal): string {
  const parts = [headline(evaluation, baseline, colours), classTable(evaluation, colours)];
  return [...parts, confusionTable(evaluation, colours)].join('\n\n');
}

function asJson(
  { accuracy, loss, mcc, images, macro, perClass, confusion }: Evaluation,
  unreadable: readonly UnreadImage[],
): string {
  return JSON.stringify({ accuracy, loss, mcc, images, macro, perClass, confusion, unreadable }, null, 2);
}
