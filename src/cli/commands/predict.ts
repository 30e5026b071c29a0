/** `specc predict RUN IMAGE…`: the class of each image. Images that cannot be read are told; the others go on. */
import { normalisationMap, normaliseImage } from '../../data/augmentation.ts';
import { decodeImage, whyNotDecoded } from '../../data/decode-image.ts';
import { chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import type { InferenceSession } from '../../engines/engine.ts';
import { weightsOnly } from '../../training/checkpoint.ts';
import { largest } from '../../training/evaluate.ts';
import { shapeOf } from '../../training/open-data.ts';
import { percent } from '../../training/report/report.ts';
import { experimentOfRun } from '../../training/run-experiment.ts';
import { openRun, type Run } from '../../training/run-folder.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { table } from '../metrics-table.ts';
import type { Terminal } from '../terminal.ts';

export interface PredictOptions {
  readonly engine: EngineChoice;
  readonly format: 'table' | 'json';
  readonly checkpoint: 'best' | 'last';
}

type Prediction =
  | { readonly image: string; readonly class: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly image: string; readonly error: string };

/** Images decoded and classified together. */
const LARGEST_BATCH = 16;

export async function run(args: readonly string[], options: PredictOptions, terminal: Terminal): Promise<number> {
  const [given, ...images] = args;
  if (images.length === 0) throw new WrongUse('no images are named', `specc predict ${given} IMAGE…`);
  const opened = openRun(given!);
  const { graph } = experimentOfRun(opened);
  const { engine } = await chooseEngine(options.engine);
  const weights = weightsOnly(opened.checkpoints.load(options.checkpoint).tensors);
  const session = await engine.infer(graph, weights, Math.min(images.length, LARGEST_BATCH));
  const predictions: Prediction[] = [];
  try {
    for (let at = 0; at < images.length; at += session.batch) {
      predictions.push(...(await classify(images.slice(at, at + session.batch), opened, session)));
    }
  } finally {
    await session.close();
  }
  if (options.format === 'json') terminal.print(JSON.stringify(predictions, null, 2));
  else if (predictions.some((each) => 'class' in each)) terminal.print(asTable(predictions, terminal));
  for (const each of predictions) {
    if ('error' in each) terminal.problem(`${terminal.noteColours.red('error')}: ${each.image}: ${each.error}`);
  }
  return predictions.some((each) => 'error' in each) ? EXIT.errors : EXIT.clean;
}

async function classify(files: readonly string[], { record }: Run, session: InferenceSession): Promise<Prediction[]> {
  const { plan, classes } = record;
  const shape = shapeOf(plan.data);
  const size = shape.height * shape.width * shape.channels;
  const map = normalisationMap(plan.data.normalize, shape.channels);
  const pixels = new Float32Array(session.batch * size);
  const errors = await Promise.all(
    files.map(async (file, at) => {
      try {
        normaliseImage(await decodeImage(file, shape), shape.channels, map, pixels, at * size);
        return undefined;
      } catch (error) {
        return whyNotDecoded(file, error);
      }
    }),
  );
  const scores = await session.predict(pixels);
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

function asTable(predictions: readonly Prediction[], { colours }: Terminal): string {
  const known = predictions.flatMap((each) => ('error' in each ? [] : [each]));
  const classes = Object.keys(known[0]!.probabilities);
  const rows = known.map(({ image, class: name, probabilities }) => [
    image,
    name,
    ...classes.map((each) => percent(probabilities[each]!)),
  ]);
  return table([['image', 'class', ...classes], ...rows], colours);
}
