import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyConfusion, metricsOf } from '../../src/training/metrics.ts';

function near(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

function confusionOf(truth: readonly number[], predicted: readonly number[], classes: number): number[][] {
  const confusion = emptyConfusion(classes);
  for (const [at, label] of truth.entries()) confusion[label]![predicted[at]!]! += 1;
  return confusion;
}

test('two classes, by hand', () => {
  // TP 3, FN 1, FP 2, TN 4 for 'sick'.
  const { perClass, accuracy, mcc, images } = metricsOf(
    [
      [3, 1],
      [2, 4],
    ],
    ['sick', 'well'],
  );
  assert.is(images, 10);
  near(accuracy, 0.7);
  near(perClass[0]!.precision, 3 / 5);
  near(perClass[0]!.recall, 3 / 4);
  near(perClass[0]!.f1, 2 / 3);
  near(perClass[0]!.mcc, (3 * 4 - 2 * 1) / Math.sqrt(5 * 4 * 6 * 5));
  near(perClass[1]!.precision, 4 / 5);
  near(perClass[1]!.recall, 4 / 6);
  // With two classes both one-vs-rest values and the multi-class one are the same number.
  near(perClass[1]!.mcc, perClass[0]!.mcc!);
  near(mcc, perClass[0]!.mcc!);
});

test("scikit-learn's example of classification_report", () => {
  // y_true = [0, 1, 2, 2, 2], y_pred = [0, 0, 2, 2, 1]; the page prints 0.50 1.00 0.67 | 0.00 0.00 0.00 | 1.00 0.67 0.80.
  const { perClass, macro, accuracy } = metricsOf(confusionOf([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], 3), ['a', 'b', 'c']);
  const rows = perClass.map(({ precision, recall, f1, support }) => [precision, recall, f1, support]);
  near(rows[0]![0]!, 0.5);
  near(rows[0]![1]!, 1);
  near(rows[0]![2]!, 2 / 3);
  assert.equal(rows[1], [0, 0, 0, 1]);
  near(rows[2]![0]!, 1);
  near(rows[2]![1]!, 2 / 3);
  near(rows[2]![2]!, 0.8);
  near(accuracy, 0.6);
  near(macro.precision, 0.5);
  near(macro.recall, (1 + 2 / 3) / 3);
  near(macro.f1, (2 / 3 + 0.8) / 3);
});

test("scikit-learn's example of matthews_corrcoef", () => {
  // y_true = [+1, +1, +1, -1], y_pred = [+1, -1, +1, +1]; the page prints -0.33…
  near(metricsOf(confusionOf([1, 1, 1, 0], [1, 0, 1, 1], 2), ['-1', '+1']).mcc, -1 / 3);
});

test('Gorodkin for three classes, by hand', () => {
  // c = 6, s = 10, t = (4, 3, 3), p = (3, 4, 3): (60 − 33) / √((100 − 34)(100 − 34)).
  const confusion = [
    [2, 2, 0],
    [0, 2, 1],
    [1, 0, 2],
  ];
  near(metricsOf(confusion, ['a', 'b', 'c']).mcc, 27 / 66);
});

test('a perfect and a constant classifier', () => {
  const perfect = metricsOf(confusionOf([0, 1, 2], [0, 1, 2], 3), ['a', 'b', 'c']);
  assert.equal([perfect.accuracy, perfect.mcc, perfect.macro.f1], [1, 1, 1]);
  const constant = metricsOf(confusionOf([0, 1, 2], [1, 1, 1], 3), ['a', 'b', 'c']);
  assert.equal([constant.mcc, constant.perClass[0]!.precision, constant.perClass[1]!.mcc], [0, 0, 0]);
});

test('a class without images is null and outside the averages', () => {
  const { perClass, macro } = metricsOf(confusionOf([0, 0, 1], [0, 2, 1], 3), ['a', 'b', 'absent']);
  assert.equal(perClass[2], { class: 'absent', precision: null, recall: null, f1: null, mcc: null, support: 0 });
  near(macro.recall, 0.75);
});

test('no images at all', () => {
  const { accuracy, mcc, macro } = metricsOf(emptyConfusion(2), ['a', 'b']);
  assert.equal([accuracy, mcc, macro.f1], [0, 0, 0]);
});

test('large counts keep their precision', () => {
  const { mcc } = metricsOf(
    [
      [3e7, 0],
      [0, 7e7],
    ],
    ['a', 'b'],
  );
  near(mcc, 1);
});

test.run();
