/** Differences to the base as SVG text: a row a variant, a dot for the mean, a line for its interval, a tick a seed. */
import { escapeHtml } from '../../training/report/escape.ts';
import { niceTicks } from '../../training/report/line-chart.ts';
import { hasNoSpread } from '../statistics.ts';

export interface IntervalRow {
  readonly name: string;
  /** Null where nothing can be compared. */
  readonly mean: number | null;
  /** Half the interval; null where there is none. */
  readonly margin: number | null;
  /** The difference of each seed. */
  readonly each: readonly { readonly seed: number; readonly value: number }[];
  /** Which way the difference goes, if its interval leaves zero out. */
  readonly verdict: 'better' | 'worse' | 'unclear';
}

export interface IntervalPlot {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
  readonly format: (value: number) => string;
}

/** Pixels that a row takes, and each line of its name. */
const ROW = 34;
const LINE = 15;
/** Pixels of the names, the most letters in a line of one, and the most lines. */
const NAMES = 270;
const LETTERS = 34;
const LINES = 4;
const PLOT = 560;
const VALUES = 190;
const TOP = 10;
const BOTTOM = 34;
/** An interval of two seeds is often so wide that the means would be one dot: the axis then ends before it does. */
const WIDEST = 4;

export function intervalPlot({ title, rows, format }: IntervalPlot): string {
  const { first, last, ticks } = axisOf(rows);
  const x = (value: number): number =>
    NAMES + (PLOT * (Math.min(last, Math.max(first, value)) - first)) / (last - first || 1);
  let bottom = TOP;
  const drawn = rows.map((row) => {
    const lines = linesOf(row.name);
    const height = Math.max(ROW, lines.length * LINE + 8);
    bottom += height;
    return rowText(row, lines, bottom - height / 2, x, { first, last }, format);
  });
  const parts = [
    ...ticks.map((tick) => {
      const style = tick === 0 ? 'zero' : 'grid';
      const label = text(x(tick), bottom + 18, 'tick middle', format(tick));
      return `<line class="${style}" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${TOP}" y2="${bottom}"/>${label}`;
    }),
    ...drawn,
  ];
  const size = `0 0 ${NAMES + PLOT + VALUES} ${bottom + BOTTOM}`;
  return `<svg class="chart intervals" viewBox="${size}" role="img" aria-label="${escapeHtml(title)}">\n${parts.join('\n')}\n</svg>`;
}

/** Whether the axis ends before an interval does, so that there are arrows. */
export function isClipped(rows: readonly IntervalRow[]): boolean {
  const { first, last } = axisOf(rows);
  return rows.some(
    ({ mean, margin }) => mean !== null && margin !== null && (mean - margin < first || mean + margin > last),
  );
}

/** A name in lines that fit, broken after spaces, commas and slashes where there are some; a longer one without its middle. */
function linesOf(name: string): readonly string[] {
  const letters = [...name];
  const most = LETTERS * LINES - 4;
  const shown =
    letters.length <= most ? name : `${letters.slice(0, most / 2).join('')}…${letters.slice(-most / 2).join('')}`;
  const lines: string[] = [''];
  for (const piece of shown.match(/[^\s,/]*[\s,/]*/gu) ?? []) {
    for (let rest = [...piece]; rest.length > 0; ) {
      const line = lines.at(-1)!;
      const room = LETTERS - [...line].length;
      if (rest.join('').trimEnd().length <= room) {
        lines[lines.length - 1] = line + rest.join('');
        break;
      }
      // A word that fits into no line is broken where the line ends.
      const cut = rest.length > LETTERS ? room : 0;
      lines[lines.length - 1] = line + rest.slice(0, cut).join('');
      rest = rest.slice(cut);
      lines.push('');
    }
  }
  return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
}

function rowText(
  { name, mean, margin, each, verdict }: IntervalRow,
  lines: readonly string[],
  y: number,
  x: (value: number) => number,
  axis: { readonly first: number; readonly last: number },
  format: (value: number) => string,
): string {
  const top = y + 4 - ((lines.length - 1) * LINE) / 2;
  const label = `<g><title>${escapeHtml(name)}</title>${lines.map((line, at) => text(NAMES - 12, top + at * LINE, 'end name', line)).join('')}</g>`;
  if (mean === null) return label + text(NAMES + 8, y + 4, 'tick', 'nothing to compare');
  const alike = margin !== null && hasNoSpread({ margin });
  const shown =
    margin === null || alike
      ? `${format(mean)}${alike ? ', all alike' : ''}`
      : `${format(mean)} ± ${format(margin).replace(/^[+−]/, '')}`;
  const ticks = each.map(({ seed, value }) => {
    const at = round(x(value));
    const tip = `<title>${escapeHtml(`${name}, seed ${seed}: ${format(value)}`)}</title>`;
    return `<line class="seed" x1="${at}" x2="${at}" y1="${round(y - 7)}" y2="${round(y + 7)}">${tip}</line>`;
  });
  const interval = margin === null || alike ? '' : intervalLine(mean - margin, mean + margin, y, x, axis);
  const tip = `<title>${escapeHtml(`${name}: ${shown}`)}</title>`;
  const dot = `<circle class="mean" cx="${round(x(mean))}" cy="${round(y)}" r="5">${tip}</circle>`;
  const value = text(NAMES + PLOT + 14, y + 4, 'value', shown);
  return `<g class="${verdict}">${label}${ticks.join('')}${interval}${dot}${value}</g>`;
}

/** With an arrow on a side where the axis ends before the interval does. */
function intervalLine(
  low: number,
  high: number,
  y: number,
  x: (value: number) => number,
  { first, last }: { readonly first: number; readonly last: number },
): string {
  const [from, to] = [round(x(low)), round(x(high))];
  const cap = (at: number) =>
    `<line class="interval" x1="${at}" x2="${at}" y1="${round(y - 5)}" y2="${round(y + 5)}"/>`;
  const arrow = (at: number, way: number) => `<path class="arrow" d="M${at} ${round(y)} l${-way * 7} -4 l0 8 z"/>`;
  return [
    `<line class="interval" x1="${from}" x2="${to}" y1="${round(y)}" y2="${round(y)}"/>`,
    low < first ? arrow(from, -1) : cap(from),
    high > last ? arrow(to, 1) : cap(to),
  ].join('');
}

function axisOf(rows: readonly IntervalRow[]): {
  readonly first: number;
  readonly last: number;
  readonly ticks: readonly number[];
} {
  const [low, high] = rangeOf(rows);
  const ticks = niceTicks(low, high, 6);
  return { first: ticks[0]!, last: ticks.at(-1)!, ticks };
}

function rangeOf(rows: readonly IntervalRow[]): [number, number] {
  const values = rows.flatMap(({ mean, each }) => [
    ...(mean === null ? [] : [mean]),
    ...each.map(({ value }) => value),
  ]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const spread = high - low || 1e-3;
  const margins = rows.flatMap(({ mean, margin }) => (mean === null || margin === null ? [] : [{ mean, margin }]));
  return [
    Math.max(low - WIDEST * spread, Math.min(low, ...margins.map(({ mean, margin }) => mean - margin))),
    Math.min(high + WIDEST * spread, Math.max(high, ...margins.map(({ mean, margin }) => mean + margin))),
  ];
}

function text(x: number, y: number, style: string, content: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escapeHtml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
