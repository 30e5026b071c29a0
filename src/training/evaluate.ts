/** Runs a model over labelled images in inference mode. */
import { type ConfusionMatrix, emptyConfusion, type Metrics, metricsOf } from './metrics.ts';
import { TrainingError } from './training-error.ts';

/** The part of a `BatchSource` that evaluation reads: full batches, of which the first `count` images are real. */
export interface LabelledBatches {
  readonly batchesPerEpoch: number;
  epoch(epoch: number, from?: number): AsyncIterable<LabelledBatch>;
  recycle?(batch: LabelledBatch): void;
}

export interface LabelledBatch {
  /** `[N, H, W, C]`, normalised. */
  readonly images: Float32Array<ArrayBuffer>;
  /** `[N]` class indices. */
  readonly labels: Int32Array;
  /** `[N]` which image each is, in the source's own numbering. */
  readonly indices: Int32Array;
  readonly count: number;
}

export interface ImagePrediction {
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
}

export interface Evaluation extends Metrics {
  /** Mean cross-entropy, without label smoothing. */
  readonly loss: number;
}

export interface EvaluationResult {
  readonly evaluation: Evaluation;
  readonly predictions: readonly ImagePrediction[];
}

export interface EvaluationOptions {
  readonly onProgress?: (batches: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A probability below this counts as this, so that one confident mistake does not make the mean infinite. */
const LEAST_PROBABILITY = 1e-12;

/**
 * @param predict `[N, H, W, C]` → class probabilities `[N, classes]`
 * @returns undefined if it was interrupted
 * @throws TrainingError if the model's outputs are not numbers
 */
export async function evaluate(
  predict: (images: Float32Array) => Promise<Float32Array>,
  source: LabelledBatches,
  classes: readonly string[],
  { onProgress, signal }: EvaluationOptions = {},
): Promise<EvaluationResult | undefined> {
  const confusion = emptyConfusion(classes.length);
  const predictions: ImagePrediction[] = [];
  let loss = 0;
  let batches = 0;
  for await (const batch of source.epoch(1)) {
    if (signal?.aborted) return undefined;
    const scores = await predict(batch.images);
    for (let at = 0; at < batch.count; at++) {
      const row = scores.subarray(at * classes.length, (at + 1) * classes.length);
      const label = batch.labels[at]!;
      const predicted = largest(row);
      if (predicted === undefined) throw outputsNotNumbers(row);
      confusion[label]![predicted]! += 1;
      loss -= Math.log(Math.max(row[label]!, LEAST_PROBABILITY));
      predictions.push({ index: batch.indices[at]!, label, predicted, probability: row[predicted]! });
    }
    source.recycle?.(batch);
    onProgress?.(++batches, source.batchesPerEpoch);
  }
  return { evaluation: summarise(confusion, classes, loss), predictions };
}

function summarise(confusion: ConfusionMatrix, classes: readonly string[], loss: number): Evaluation {
  const metrics = metricsOf(confusion, classes);
  return { loss: metrics.images === 0 ? 0 : loss / metrics.images, ...metrics };
}

/** The class with the highest score, the first of equals; undefined if a score is not a number. */
export function largest(scores: Float32Array): number | undefined {
  let best = 0;
  for (let at = 0; at < scores.length; at++) {
    if (!Number.isFinite(scores[at])) return undefined;
    if (scores[at]! > scores[best]!) best = at;
  }
  return best;
}

function outputsNotNumbers(row: Float32Array): TrainingError {
  return new TrainingError(
    `the model's outputs are not numbers: [${[...row].join(', ')}]`,
    'its weights grew beyond what float32 holds; train with a lower learning rate, or look for a log or division of zero in the model',
  );
}
