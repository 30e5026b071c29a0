/**
 * Classification metrics from a confusion matrix.
 *
 * The definitions are the standard ones (one class against the rest, from true and false positives and negatives);
 * the table in `paper/` misprints some of them. Undefined quotients follow scikit-learn: a class that is never
 * predicted has precision 0, an MCC whose denominator vanishes is 0. A class without a single image says nothing, so
 * its values are null and the averages leave it out.
 */

/** `matrix[truth][prediction]`: how many images. */
export type ConfusionMatrix = readonly (readonly number[])[];

export interface ClassMetrics {
  readonly class: string;
  /** TP / (TP + FP): how many of the images called this class are of it. */
  readonly precision: number | null;
  /** TP / (TP + FN): how many images of this class are found. */
  readonly recall: number | null;
  /** 2 TP / (2 TP + FP + FN). */
  readonly f1: number | null;
  /** Matthews correlation of "this class" with "predicted as this class". */
  readonly mcc: number | null;
  /** Images of this class. */
  readonly support: number;
}

export interface Metrics {
  readonly images: number;
  readonly accuracy: number;
  /** Multi-class Matthews correlation (Gorodkin 2004, R_K), in [−1, 1]; 0 is what guessing gets. */
  readonly mcc: number;
  /** Unweighted means over the classes that have images. */
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number; readonly mcc: number };
  readonly perClass: readonly ClassMetrics[];
  readonly confusion: ConfusionMatrix;
}

export function emptyConfusion(classes: number): number[][] {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/** @param confusion `[classes][classes]`, as many as there are `classes` */
export function metricsOf(confusion: ConfusionMatrix, classes: readonly string[]): Metrics {
  const truth = confusion.map(sum);
  const predicted = confusion.map((_, column) => sum(confusion.map((row) => row[column]!)));
  const images = sum(truth);
  const correct = sum(confusion.map((row, each) => row[each]!));
  const perClass = classes.map((name, each) =>
    classMetrics(name, confusion[each]![each]!, truth[each]!, predicted[each]!, images),
  );
  const present = perClass.filter(({ support }) => support > 0);
  const mean = (value: (each: ClassMetrics) => number | null) =>
    present.length === 0 ? 0 : sum(present.map((each) => value(each) ?? 0)) / present.length;
  return {
    images,
    accuracy: quotient(correct, images),
    mcc: gorodkin(correct, images, truth, predicted),
    macro: {
      precision: mean((each) => each.precision),
      recall: mean((each) => each.recall),
      f1: mean((each) => each.f1),
      mcc: mean((each) => each.mcc),
    },
    perClass,
    confusion,
  };
}

function classMetrics(name: string, hits: number, support: number, predicted: number, images: number): ClassMetrics {
  if (support === 0) return { class: name, precision: null, recall: null, f1: null, mcc: null, support };
  const falseAlarms = predicted - hits;
  const misses = support - hits;
  const rest = images - hits - falseAlarms - misses;
  return {
    class: name,
    precision: quotient(hits, predicted),
    recall: hits / support,
    f1: (2 * hits) / (2 * hits + falseAlarms + misses),
    mcc: quotient(
      hits * rest - falseAlarms * misses,
      Math.sqrt(predicted * support * (rest + falseAlarms) * (rest + misses)),
    ),
    support,
  };
}

/** (c·s − Σ pₖ tₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)) with c correct of s images, tₖ true and pₖ predicted of class k. */
function gorodkin(correct: number, images: number, truth: readonly number[], predicted: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, each) => value * b[each]!));
  const square = images * images;
  return quotient(
    correct * images - dot(predicted, truth),
    Math.sqrt((square - dot(predicted, predicted)) * (square - dot(truth, truth))),
  );
}

function quotient(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
