/** Evaluates what a run has learned and writes its report. */
import { basename, join } from 'node:path';
import type { Graph } from '../../compiler/graph.ts';
import { allWeights } from '../../compiler/ops/weights/index.ts';
import type { Plan } from '../../config/plan.ts';
import type { Engine } from '../../engines/engine.ts';
import { elementCount } from '../../shared/element-count.ts';
import { weightsOnly } from '../checkpoint.ts';
import { writeDurably } from '../durable-file.ts';
import { type EvaluationOptions, type EvaluationResult, evaluate, type LabelledBatches } from '../evaluate.ts';
import { readHistory } from '../history.ts';
import { evaluationBatches, type ImageSet, type TrainingImages } from '../open-data.ts';
import type { Run } from '../run-folder.ts';
import { renderReport } from './report.ts';
import { chooseSamples, readSamples } from './samples.ts';

/** Images classified at once: of the largest batches, only so many have their activations in memory. */
const LARGEST_BATCH = 32;

export interface RunEvaluationOptions extends EvaluationOptions {
  readonly threads?: number | undefined;
}

/** How many images a run is measured on at once. */
export function evaluationBatch({ training }: Plan): number {
  return Math.min(training.batch, LARGEST_BATCH);
}

/** Runs a checkpoint of a run over images in memory; undefined if interrupted. */
export async function evaluateRun(
  run: Run,
  graph: Graph,
  engine: Engine,
  images: ImageSet,
  checkpoint: 'best' | 'last',
  options: RunEvaluationOptions = {},
): Promise<EvaluationResult | undefined> {
  const { plan } = run.record;
  const batches = evaluationBatches(images, plan.data, evaluationBatch(plan));
  try {
    return await evaluateRunOn(run, graph, engine, batches, checkpoint, options);
  } finally {
    await batches.close();
  }
}

/**
 * Runs a checkpoint of a run over batches; undefined if interrupted.
 *
 * @param batches of `evaluationBatch` images
 */
export async function evaluateRunOn(
  run: Run,
  graph: Graph,
  engine: Engine,
  batches: LabelledBatches,
  checkpoint: 'best' | 'last',
  { threads, ...options }: RunEvaluationOptions = {},
): Promise<EvaluationResult | undefined> {
  const { plan, classes } = run.record;
  const weights = weightsOnly(run.checkpoints.load(checkpoint).tensors);
  const session = await engine.infer(graph, weights, evaluationBatch(plan), threads);
  try {
    return await evaluate((pixels) => session.predict(pixels), batches, classes, options);
  } finally {
    await session.close();
  }
}

/** @returns the report's path */
export async function writeReport(
  run: Run,
  graph: Graph,
  images: TrainingImages,
  result: EvaluationResult | undefined,
  ending: string,
): Promise<string> {
  const samples =
    result === undefined || images.validation === undefined
      ? []
      : await readSamples(images.validation, chooseSamples(result.predictions));
  const trainable = allWeights(graph).filter((weight) => weight.trainable);
  const html = renderReport({
    name: basename(run.folder),
    record: run.record,
    parameters: trainable.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    epochs: readHistory(run.folder).filter((record) => record.kind === 'epoch'),
    ending,
    evaluation: result?.evaluation,
    baseline: images.baseline,
    samples,
  });
  const path = join(run.folder, 'report.html');
  writeDurably(path, html);
  return path;
}
