/** The confusion matrix and the table of per-class metrics as HTML. */
import type { Metrics } from '../metrics.ts';
import { escapeHtml } from './escape.ts';

/** Rows are true classes; the colour is the share of the row, so that small classes show as clearly as large ones. */
export function confusionTable({ confusion, perClass }: Metrics): string {
  const names = perClass.map((each) => each.class);
  const head = names.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  const rows = confusion.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, predicted) => confusionCell(count, total, truth === predicted));
    return `<tr><th>${escapeHtml(names[truth]!)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table class="confusion"><thead><tr><th></th><th colspan="${names.length}">predicted</th></tr><tr><th>true</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function confusionCell(count: number, total: number, hit: boolean): string {
  const share = total === 0 ? 0 : count / total;
  const strength = count === 0 ? 0 : Math.round(12 + 68 * share);
  const colour = `color-mix(in srgb, var(${hit ? '--blue' : '--red'}) ${strength}%, var(--card))`;
  // Strong backgrounds are dark in light mode and light in dark mode: the card's own colour reads on both.
  const ink = strength > 55 ? '; color: var(--card)' : '';
  return `<td style="background: ${colour}${ink}">${count}<small>${total === 0 ? '–' : `${Math.round(100 * share)}%`}</small></td>`;
}

export function metricsTable({ perClass, macro, accuracy, mcc, images }: Metrics): string {
  const rows = perClass.map((each) =>
    tableRow(escapeHtml(each.class), [each.precision, each.recall, each.f1, each.mcc], `${each.support}`),
  );
  const total = tableRow('mean', [macro.precision, macro.recall, macro.f1, macro.mcc], `${images}`, 'total');
  return `<div class="scroll"><table><thead><tr><th>class</th><th>precision</th><th>recall</th><th>F1</th><th>MCC</th><th>images</th></tr></thead><tbody>${rows.join('')}${total}</tbody></table></div><p class="note">Accuracy ${accuracy.toFixed(4)}, multi-class MCC ${mcc.toFixed(4)}. Each class counts equally in the mean.</p>`;
}

function tableRow(name: string, values: readonly (number | null)[], images: string, style = ''): string {
  const cells = values.map((value) => `<td>${value === null ? '–' : value.toFixed(3)}</td>`);
  return `<tr${style && ` class="${style}"`}><td>${name}</td>${cells.join('')}<td>${images}</td></tr>`;
}
