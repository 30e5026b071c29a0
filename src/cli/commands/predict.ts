/**
 * `specc predict RUN IMAGE…`: the class of each image, those in folders included. Images that cannot be read are told
 * and the others go on; the exit code then is 1.
 */
import { counted } from '../../data/data-error.ts';
import { type DecodedBatch, decodeAhead } from '../../data/decode-ahead.ts';
import { imagesOf } from '../../data/image-folder.ts';
import { chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import { weightsOnly } from '../../training/checkpoint.ts';
import { largest } from '../../training/evaluate.ts';
import { shapeOf } from '../../training/open-data.ts';
import { percent } from '../../training/report/report.ts';
import { experimentOfRun } from '../../training/run-experiment.ts';
import { openRun } from '../../training/run-folder.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.ts';
import { table } from '../metrics-table.ts';
import { Pace, ProgressBar } from '../progress.ts';
import { sayUnread, type UnreadImage } from '../say-unread.ts';
import { shownName } from '../shown-text.ts';
import type { Terminal } from '../terminal.ts';

export interface PredictOptions {
  readonly engine: EngineChoice;
  readonly format: 'table' | 'json';
  readonly checkpoint: 'best' | 'last';
}

type Prediction =
  | { readonly image: string; readonly class: string; readonly probabilities: Readonly<Record<string, number>> }
  | UnreadImage;

/** Images decoded and classified together. */
const LARGEST_BATCH = 16;

export async function run(args: readonly string[], options: PredictOptions, terminal: Terminal): Promise<number> {
  const [given, ...named] = args;
  if (named.length === 0) throw new WrongUse('no images are named', `specc predict ${given} IMAGE…`);
  const opened = openRun(given!);
  const images = imagesOf(named);
  const interruption = onInterrupt('stopping', terminal);
  try {
    const { plan, classes } = opened.record;
    const batch = Math.min(images.length, LARGEST_BATCH);
    // the first images are decoded while the model is compiled
    const batches = decodeAhead(images, { shape: shapeOf(plan.data), normalisation: plan.data.normalize, batch });
    const predictions: Prediction[] = [];
    const bar = new ProgressBar(terminal);
    const pace = new Pace();
    try {
      const { graph } = experimentOfRun(opened);
      const { engine } = await chooseEngine(options.engine);
      const weights = weightsOnly(opened.checkpoints.load(options.checkpoint).tensors);
      const session = await engine.infer(graph, weights, batch);
      try {
        for await (const decoded of batches) {
          if (interruption.signal.aborted) break;
          predictions.push(...classified(decoded, classes, await session.predict(decoded.images)));
          const done = predictions.length;
          bar.update('classifying', done, images.length, `${done}/${images.length}  ${pace.of(done, images.length)}`);
        }
      } finally {
        bar.clear();
        await session.close();
      }
    } finally {
      await batches.close();
    }
    show(predictions, options.format, terminal);
    const left = images.length - predictions.length;
    if (left > 0) terminal.note(`interrupted: ${left} of ${images.length} images are not classified`);
    if (left > 0) return INTERRUPTED;
    return predictions.some((each) => 'error' in each) ? EXIT.errors : EXIT.clean;
  } finally {
    interruption.release();
  }
}

/** @param scores `[N, classes]`; rows after the last file mean nothing */
function classified(
  { files, errors }: DecodedBatch,
  classes: readonly string[],
  scores: Float32Array,
): readonly Prediction[] {
  return files.map((image, at) => {
    const error = errors[at];
    if (error !== undefined) return { image, error };
    const row = scores.subarray(at * classes.length, (at + 1) * classes.length);
    const predicted = largest(row);
    if (predicted === undefined) return { image, error: `the model's outputs are not numbers: [${row.join(', ')}]` };
    const probabilities = Object.fromEntries(classes.map((name, each) => [name, row[each]!]));
    return { image, class: classes[predicted]!, probabilities };
  });
}

/** The table, or the JSON with everything in it, and after it what is wrong, and with how many. */
function show(predictions: readonly Prediction[], format: PredictOptions['format'], terminal: Terminal): void {
  if (format === 'json') terminal.print(JSON.stringify(predictions, null, 2));
  else if (predictions.some((each) => 'class' in each)) terminal.print(asTable(predictions, terminal));
  const failed = predictions.flatMap((each) => ('error' in each ? [each] : []));
  sayUnread(failed, terminal);
  if (failed.length > 0 && predictions.length > 1) {
    terminal.problem(`${counted(failed.length, 'image')} of ${predictions.length} could not be classified`);
  }
}

function asTable(predictions: readonly Prediction[], { colours }: Terminal): string {
  const known = predictions.flatMap((each) => ('error' in each ? [] : [each]));
  const classes = Object.keys(known[0]!.probabilities);
  const rows = known.map(({ image, class: name, probabilities }) => [
    shownName(image),
    name,
    ...classes.map((each) => percent(probabilities[each]!)),
  ]);
  return table([['image', 'class', ...classes], ...rows], colours);
}
