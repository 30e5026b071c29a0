/** What the processes of the engines tell, and what becomes of it. */

/** Some steps of training. */
export interface Steps {
  /** Of each step, before its update. */
  readonly losses: readonly number[];
  /** Of each step. */
  readonly milliseconds: readonly number[];
  /** The most memory that the process ever held, in megabytes. */
  readonly peakMemoryMB: number;
}

/** Some batches in inference mode. */
export interface Predictions {
  /** Of the last of them, `[N, classes]`. */
  readonly scores: readonly number[];
  /** Of each batch. */
  readonly milliseconds: readonly number[];
  readonly peakMemoryMB: number;
}

/** Of two numbers in the same place, relative to the largest of the second; NaN, which is below nothing, spreads. */
export function largestDifference(scores: readonly number[], reference: readonly number[]): number {
  const largest = Math.max(...reference.map(Math.abs));
  return Math.max(...reference.map((score, at) => Math.abs(scores[at]! - score))) / largest;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The largest difference of two losses of the same step, relative to the second; NaN, which is below nothing, spreads. */
export function compareLosses(losses: readonly number[], reference: readonly number[]): number {
  const shared = Math.min(losses.length, reference.length);
  return Math.max(
    ...losses.slice(0, shared).map((loss, at) => Math.abs(loss - reference[at]!) / Math.abs(reference[at]!)),
  );
}
