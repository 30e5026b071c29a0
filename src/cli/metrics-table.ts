/** An evaluation as text: the headline, a row a class, the confusion matrix. */
import type { Evaluation } from '../training/evaluate.ts';
import { percent } from '../training/report/report.ts';
import type { Colours } from './terminal.ts';

/** One line: accuracy against always naming the largest class, and the MCC. */
export function headline({ accuracy, mcc, loss, images }: Evaluation, baseline: number, { bold }: Colours): string {
  const chance = `the largest class alone gives ${percent(baseline)}`;
  return `accuracy ${bold(percent(accuracy))} of ${images} images (${chance}), MCC ${mcc.toFixed(3)}, loss ${loss.toFixed(3)}`;
}

export function classTable({ perClass, macro, images }: Evaluation, colours: Colours): string {
  const rows = perClass.map((each) => [
    each.class,
    ...[each.precision, each.recall, each.f1, each.mcc].map((value) => value?.toFixed(3) ?? '–'),
    `${each.support}`,
  ]);
  const means = [macro.precision, macro.recall, macro.f1, macro.mcc].map((value) => value.toFixed(3));
  return table(
    [['class', 'precision', 'recall', 'F1', 'MCC', 'images'], ...rows, ['mean', ...means, `${images}`]],
    colours,
  );
}

/** Rows are true classes. */
export function confusionTable({ confusion, perClass }: Evaluation, colours: Colours): string {
  const names = perClass.map((each) => each.class);
  const rows = confusion.map((row, truth) => [names[truth]!, ...row.map(String)]);
  return table([['true \\ predicted', ...names], ...rows], colours);
}

/** Columns as wide as their widest cell; the first flush left, numbers flush right, the first row dim. */
export function table(rows: readonly (readonly string[])[], { dim }: Colours): string {
  const widths = rows[0]!.map((_, column) => rows.reduce((widest, row) => Math.max(widest, row[column]!.length), 0));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  return lines.map((line, at) => (at === 0 ? dim(line) : line)).join('\n');
}
