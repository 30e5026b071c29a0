/** The table of an ablation as Markdown, CSV and JSON, and its cells for whoever draws it otherwise. */
import { counted } from '../data/data-error.ts';
import { grouped } from '../shared/grouped.ts';
import { markdownName, markdownText } from '../shared/markdown.ts';
import { METRIC_NAMES, METRICS, type MetricName, metricText, SHOWN_METRICS } from './metrics.ts';
import type { RunState } from './outcome.ts';
import { hasNoSpread, type PairedDifference, type Spread } from './statistics.ts';
import type { AblationTable, TableRow } from './table.ts';
import { notesOf } from './table-notes.ts';

/** The metric whose difference to the base is shown beside it. */
export const COMPARED: MetricName = 'accuracy';

export const TABLE_HEADER: readonly string[] = [
  'variant',
  ...SHOWN_METRICS.flatMap((name) => {
    const title = METRICS[name].percent ? `${METRICS[name].title} %` : METRICS[name].title;
    return name === COMPARED ? [title, `Δ ${title}`] : [title];
  }),
  'parameters',
  'MACs',
  'seeds',
];

/** The cells of a row, in the order of `TABLE_HEADER`. */
export function cellsOf(row: TableRow): string[] {
  return [
    row.isBase ? `${row.variant} (base)` : row.variant,
    ...SHOWN_METRICS.flatMap((name) => {
      const spread = spreadText(name, row.metrics[name]);
      return name === COMPARED ? [spread, differenceText(name, row.differences[name])] : [spread];
    }),
    countText(row.parameters),
    countText(row.macs),
    seedsText(row),
  ];
}

/** `84.30 ± 0.42` */
export function spreadText(name: MetricName, spread: Spread | null): string {
  if (spread === null) return '–';
  const { mean, deviation } = spread;
  return deviation === null ? metricText(name, mean) : `${metricText(name, mean)} ± ${metricText(name, deviation)}`;
}

/** `+1.20 [+0.31, +2.09]`, the brackets holding the interval; `+1.20 [all alike]` where the seeds differ in nothing */
export function differenceText(name: MetricName, difference: PairedDifference | null): string {
  if (difference === null) return '';
  const { mean, margin } = difference;
  if (margin === null) return metricText(name, mean, true);
  if (hasNoSpread(difference)) return `${metricText(name, mean, true)} [all alike]`;
  const [low, high] = [metricText(name, mean - margin, true), metricText(name, mean + margin, true)];
  return `${metricText(name, mean, true)} [${low}, ${high}]`;
}

/** `3`, or `2 of 3` where not all finished */
export function seedsText({ runs, problem }: TableRow): string {
  if (problem !== null) return 'no network';
  const finished = runs.filter(({ state }) => state === 'finished').length;
  return finished === runs.length ? `${finished}` : `${finished} of ${runs.length}`;
}

/** What is said below every form of the table. */
export function legendOf({ seeds, level, images, engines, epochs }: AblationTable): string {
  const over = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}`;
  const spread = seeds.length === 1 ? '' : ' Mean ± standard deviation over the seeds.';
  const interval = seeds.length === 1 ? '' : ` with its ${100 * level}% interval (Student t over the pairs)`;
  const trained = engines.length === 0 ? '' : `, trained with ${engines.join(' and ')}`;
  return `The best of ${counted(epochs, 'epoch')} on ${images.validation} validation images; ${over}${trained}.${spread} Δ is the mean difference to the base with the same seed${interval}.`;
}

/** So many variants are named of those that lack runs. */
const MOST_NAMED = 6;

/** What has no numbers: a line for each variant without a network and each failure, and one for all runs that are missing. */
export function problemsOf({ rows }: AblationTable): string[] {
  const told = rows.flatMap(({ variant, problem, runs }) => [
    ...(problem === null ? [] : [`${variant}: ${problem}`]),
    ...runs.flatMap(({ seed, failure }) => (failure === null ? [] : [`${variant}, seed ${seed}: failed: ${failure}`])),
  ]);
  const total = rows.reduce((sum, { runs }) => sum + runs.length, 0);
  const lacking = (state: RunState['kind'], what: string): string[] => {
    const found = rows.flatMap(({ variant, runs }) => {
      const seeds = runs.filter((run) => run.state === state).map(({ seed }) => seed);
      if (seeds.length === 0) return [];
      return [
        { count: seeds.length, text: seeds.length === runs.length ? variant : `${variant} (${seedList(seeds)})` },
      ];
    });
    if (found.length === 0) return [];
    const count = found.reduce((sum, each) => sum + each.count, 0);
    const named = found.length <= MOST_NAMED ? found : found.slice(0, MOST_NAMED - 1);
    const others = found.length - named.length;
    const names = `${named.map(({ text }) => text).join('; ')}${others > 0 ? ` and ${others} more variants` : ''}`;
    return [`${count} of ${counted(total, 'run')} ${count === 1 ? 'is' : 'are'} ${what}: ${names}`];
  };
  return [...told, ...lacking('begun', 'begun and not finished'), ...lacking('missing', 'missing')];
}

function seedList(seeds: readonly number[]): string {
  return `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
}

export function asMarkdown(table: AblationTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const problems = problemsOf(table).map((each) => `- ${markdownName(each)}`);
  return [
    `### ${table.ablation}: ablation of ${table.model}`,
    '',
    ...(table.doc === '' ? [] : [markdownText(table.doc), '']),
    line(TABLE_HEADER),
    `| :-- |${' --: |'.repeat(TABLE_HEADER.length - 1)}`,
    ...table.rows.map((row) => {
      const [name, ...numbers] = cellsOf(row);
      return line([markdownName(name!), ...numbers]);
    }),
    '',
    legendOf(table),
    ...notesOf(table, COMPARED).flatMap((each) => ['', markdownName(each)]),
    ...(problems.length === 0 ? [] : ['', ...problems]),
    '',
  ].join('\n');
}

/** A line a variant, with all metrics as numbers; empty where there is none. */
export function asCsv({ rows, level }: AblationTable): string {
  const header = [
    'variant',
    'base',
    'seeds',
    ...METRIC_NAMES.flatMap((name) => [`${name}_mean`, `${name}_sd`, `${name}_delta`, `${name}_low`, `${name}_high`]),
    'level',
    'parameters',
    'macs',
  ];
  const lines = rows.map((row) => [
    row.variant,
    row.isBase,
    row.runs.filter(({ state }) => state === 'finished').length,
    ...METRIC_NAMES.flatMap((name) => numbersOf(row, name)),
    level,
    row.parameters,
    row.macs,
  ]);
  return csvText([header, ...lines]);
}

function numbersOf(row: TableRow, name: MetricName): (number | null)[] {
  const [spread, difference] = [row.metrics[name], row.differences[name]];
  const { mean = null, margin = null } = difference ?? {};
  const interval = mean === null || margin === null ? [null, null] : [mean - margin, mean + margin];
  return [spread?.mean ?? null, spread?.deviation ?? null, mean, ...interval];
}

/** A line a run. */
export function runsAsCsv({ rows }: AblationTable): string {
  const header = ['variant', 'seed', 'state', ...METRIC_NAMES, 'best_epoch', 'run'];
  const lines = rows.flatMap(({ variant, runs }) =>
    runs.map(({ id, seed, state, metrics, bestEpoch }) => [
      variant,
      seed,
      state,
      ...METRIC_NAMES.map((name) => metrics?.[name] ?? null),
      bestEpoch,
      id,
    ]),
  );
  return csvText([header, ...lines]);
}

function csvText(lines: readonly (readonly (string | number | boolean | null)[])[]): string {
  const cellText = (cell: string | number | boolean | null): string =>
    csvCell(typeof cell === 'string' ? withoutFormula(cell) : `${cell ?? ''}`);
  return lines.map((line) => `${line.map(cellText).join(',')}\n`).join('');
}

/** Spreadsheets calculate what begins with one of these, whether it stands in quotes or not; after an apostrophe they show it. */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function asJson(table: AblationTable): string {
  return `${JSON.stringify(table, null, 2)}\n`;
}

function countText(count: number | null): string {
  return count === null ? '–' : grouped(count);
}
