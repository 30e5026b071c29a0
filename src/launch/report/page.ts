/** The report of an ablation: one HTML file without scripts or network. */
import { escapeHtml } from '../../training/report/escape.ts';
import { lineChart, type Series } from '../../training/report/line-chart.ts';
import { duration, percent } from '../../training/report/report.ts';
import { STYLE } from '../../training/report/style.ts';
import { METRICS, type MetricName, metricText } from '../metrics.ts';
import type { RunState } from '../outcome.ts';
import { hasNoSpread } from '../statistics.ts';
import type { AblationTable, TableRow } from '../table.ts';
import { notesOf } from '../table-notes.ts';
import { COMPARED, cellsOf, legendOf, problemsOf, TABLE_HEADER } from '../table-text.ts';
import { type IntervalRow, intervalPlot, isClipped } from './interval-plot.ts';
import { shortNames } from './short-names.ts';
import { ABLATION_STYLE } from './style.ts';

export interface AblationPage {
  readonly table: AblationTable;
  /** Seconds a run, by variant. */
  readonly timings: ReadonlyMap<string, number>;
  readonly states: ReadonlyMap<string, RunState>;
  /** What each run's weights started from, by identity; empty without a warm start. */
  readonly starts: ReadonlyMap<string, string>;
  /** The folder of each run, relative to the page, where there is a report. */
  readonly reports: ReadonlyMap<string, string>;
}

export function renderAblation(page: AblationPage): string {
  const { table } = page;
  const title = `${table.ablation}: ablation of ${table.model}`;
  const compared: readonly MetricName[] = [COMPARED, 'loss'];
  const sections = [
    section(
      'Result',
      `<div class="scroll">${resultTable(page)}</div>${[legendOf(table), ...notesOf(table, COMPARED)].map((each) => `<p class="note">${escapeHtml(each)}</p>`).join('')}`,
    ),
    problemList(table),
    ...compared.map((metric) => section(`Δ ${METRICS[metric].title} to the base`, differences(table, metric))),
    `<div class="pair">${section('Validation accuracy', curves(page, 'accuracy'))}${section('Validation loss', curves(page, 'loss'))}</div>`,
    '<p class="note between">Each line is the mean over the seeds that reached the epoch.</p>',
    section('Variants', variantTable(table)),
    section('Runs', `<div class="scroll">${runTable(page)}</div>`),
  ];
  const lead = table.doc === '' ? `${table.rows.length} variants, ${table.seeds.length} seeds` : table.doc;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · specc</title>
<style>${STYLE}${ABLATION_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

function resultTable({ table, timings }: AblationPage): string {
  const rows = table.rows.map((row) => {
    const seconds = timings.get(row.variant);
    return { row, cells: [...cellsOf(row), seconds === undefined ? '–' : duration(seconds)] };
  });
  const body = rows.map(({ row, cells }) => {
    const verdict = verdictOf(row, COMPARED);
    const style = (at: number): string => (at === 0 ? nameClass(row.variant) : at === 2 ? ` class="${verdict}"` : '');
    // In a narrow window, an interval stands below its mean, and is not broken itself.
    const text = (cell: string, at: number): string => (at === 2 ? cell.replace(', ', ',\u00a0') : cell);
    const inner = cells.map((cell, at) => `<td${style(at)}>${escapeHtml(text(cell, at))}</td>`);
    return `<tr${row.isBase ? ' class="base"' : ''}>${inner.join('')}</tr>`;
  });
  return htmlTable([...TABLE_HEADER, 'time a run'], body);
}

/** A long name is broken into lines, and a short one never. */
function nameClass(name: string): string {
  return name.length > 26 ? ' class="name long"' : '';
}

/** Whether the interval of the difference to the base leaves zero out, and on which side. */
function verdictOf({ differences }: TableRow, metric: MetricName): 'better' | 'worse' | 'unclear' {
  const { mean, margin } = differences[metric] ?? { mean: 0, margin: null };
  // Without spread, there is no telling.
  if (margin === null || Math.abs(mean) <= margin || hasNoSpread({ margin })) return 'unclear';
  return mean > 0 === (METRICS[metric].better === 'higher') ? 'better' : 'worse';
}

function differences({ rows, level, seeds }: AblationTable, metric: MetricName): string {
  const base = rows.find(({ isBase }) => isBase);
  const compared = rows
    .filter(({ isBase }) => !isBase)
    .map((row): IntervalRow => {
      const difference = row.differences[metric];
      const each = row.runs.flatMap(({ seed, metrics }) => {
        const other = base?.runs.find((run) => run.seed === seed)?.metrics;
        return metrics === null || !other ? [] : [{ seed, value: metrics[metric] - other[metric] }];
      });
      const { mean = null, margin = null } = difference ?? {};
      return { name: row.variant, mean, margin, each, verdict: verdictOf(row, metric) };
    });
  const unit = METRICS[metric].percent ? ' in percentage points' : '';
  const better = METRICS[metric].better === 'higher' ? 'right' : 'left';
  const interval = seeds.length === 1 ? '' : `, the line its ${100 * level}% interval (Student t over the pairs)`;
  const arrows = isClipped(compared)
    ? ' An arrow: the interval goes on beyond the axis, as far as the numbers on the right say.'
    : '';
  const note = `Difference to the base with the same seed${unit}; ${better} is better. The dot is the mean, ticks are seeds${interval}.${seeds.length === 1 ? '' : ' Coloured where the interval leaves zero out.'}${arrows}`;
  const format = (value: number): string => metricText(metric, value, true);
  const plot = intervalPlot({ title: `Difference in ${METRICS[metric].title} to the base`, rows: compared, format });
  return `${plot}<p class="note">${note}</p>`;
}

function curves({ table, states }: AblationPage, metric: 'accuracy' | 'loss'): string {
  const series = table.rows.flatMap((row): Series[] => {
    const runs = row.runs
      .map(({ id }) => states.get(id))
      .flatMap((state) => (state && 'epochs' in state ? [state.epochs] : []));
    const longest = Math.max(0, ...runs.map((epochs) => epochs.length));
    const values = Array.from({ length: longest }, (_, at) => {
      const found = runs.flatMap((epochs) => epochs[at]?.validation?.[metric] ?? []);
      return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
    });
    return longest === 0 ? [] : [{ name: row.variant, values }];
  });
  if (series.length === 0) return '<p class="note">No epoch is finished yet.</p>';
  const format = metric === 'accuracy' ? percent : (value: number): string => `${Number(value.toPrecision(3))}`;
  const labelled = withLabels(series, table.rows.find(({ isBase }) => isBase)?.variant);
  const labelWidth = 20 + LETTER * Math.max(...labelled.map(({ label }) => label?.length ?? 0));
  const named = labelled.filter(({ label }) => label !== null).length;
  const note =
    named === labelled.length
      ? ''
      : `<p class="note">Named are the base and the ${(named - 1) / 2} lines at either end; tooltips name all ${labelled.length}.</p>`;
  return lineChart({ title: `Validation ${metric}`, series: labelled, format, labelWidth }) + note;
}

/** Pixels that a letter beside a line takes. */
const LETTER = 7.5;
/** So many lines are named at their ends: more would cover each other. */
const MOST_LABELS = 11;
const LONGEST_LABEL = 26;

/** Every line with what stands at its end; of many, only the base and those that end highest and lowest, which come first. */
function withLabels(
  series: readonly Series[],
  base: string | undefined,
): readonly (Series & { label: string | null })[] {
  const names = series.map(({ name }) => name);
  const shorts = shortNames(names, LONGEST_LABEL);
  const short = ({ name }: Series): string => shorts[names.indexOf(name)]!;
  if (series.length <= MOST_LABELS) return series.map((each) => ({ ...each, label: short(each) }));
  const last = ({ values }: Series): number => values.findLast((value) => value !== null) ?? 0;
  const others = series.filter(({ name }) => name !== base).sort((a, b) => last(b) - last(a));
  const half = (MOST_LABELS - 1) / 2;
  const named = [...series.filter(({ name }) => name === base), ...others.slice(0, half), ...others.slice(-half)];
  const rest = others.slice(half, -half);
  return [...named.map((each) => ({ ...each, label: short(each) })), ...rest.map((each) => ({ ...each, label: null }))];
}

function variantTable({ rows }: AblationTable): string {
  const body = rows.map(({ variant, isBase, changes }) => {
    const what = isBase && changes.length === 0 ? 'the model itself' : changes.join('\n');
    return `<tr><td>${escapeHtml(variant)}</td><td><pre>${escapeHtml(what)}</pre></td></tr>`;
  });
  return `<table class="settings">${body.join('')}</table>`;
}

function runTable({ table, states, starts, reports }: AblationPage): string {
  const body = table.rows.flatMap(({ variant, runs }) =>
    runs.map(({ id, seed, metrics, bestEpoch, state }) => {
      const found = states.get(id);
      const seconds = found?.kind === 'finished' ? duration(found.result.seconds) : '–';
      const measured =
        metrics === null
          ? ['–', '–', '–']
          : (['accuracy', 'mcc', 'loss'] as const).map((name) => metricText(name, metrics[name]));
      const report = reports.get(id);
      const name = report === undefined ? id : `<a href="${escapeHtml(encodeURI(report))}">${id}</a>`;
      const cells = [variant, `${seed}`, state, ...measured, `${bestEpoch ?? '–'}`, seconds].map(escapeHtml);
      const start = starts.size === 0 ? '' : `<td class="start">${escapeHtml(starts.get(id) ?? 'seeded weights')}</td>`;
      return `<tr>${cells.map((cell, at) => `<td${at === 0 ? nameClass(variant) : ''}>${cell}</td>`).join('')}${start}<td>${name}</td></tr>`;
    }),
  );
  const start = starts.size === 0 ? [] : ['start'];
  return htmlTable(
    ['variant', 'seed', 'state', 'accuracy %', 'MCC', 'loss', 'best epoch', 'time', ...start, 'run'],
    body,
  );
}

function problemList(table: AblationTable): string {
  const problems = problemsOf(table);
  if (problems.length === 0) return '';
  return section('Not in the result', `<ul>${problems.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul>`);
}

function htmlTable(header: readonly string[], body: readonly string[]): string {
  const head = header.map((each) => `<th>${escapeHtml(each)}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}
