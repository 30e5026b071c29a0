/** Differences to the base as SVG text: a row a variant, a dot for the mean, a line for its interval, a tick a seed. */
import { escapeHtml } from '../../training/report/escape.ts';
import { niceTicks } from '../../training/report/line-chart.ts';

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

const ROW = 34;
const NAMES = 210;
const PLOT = 560;
const VALUES = 190;
const TOP = 10;
const BOTTOM = 34;
/** An interval of two seeds is often so wide that the means would be one dot: the axis then ends before it does. */
const WIDEST = 4;

export function intervalPlot({ title, rows, format }: IntervalPlot): string {
  const [low, high] = rangeOf(rows);
  const ticks = niceTicks(low, high, 6);
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  const x = (value: number): number =>
    NAMES + (PLOT * (Math.min(last, Math.max(first, value)) - first)) / (last - first || 1);
  const bottom = TOP + rows.length * ROW;
  const parts = [
    ...ticks.map((tick) => {
      const style = tick === 0 ? 'zero' : 'grid';
      const label = text(x(tick), bottom + 18, 'tick middle', format(tick));
      return `<line class="${style}" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${TOP}" y2="${bottom}"/>${label}`;
    }),
    ...rows.map((row, at) => rowText(row, TOP + (at + 0.5) * ROW, x, { first, last }, format)),
  ];
  const size = `0 0 ${NAMES + PLOT + VALUES} ${bottom + BOTTOM}`;
  return `<svg class="chart intervals" viewBox="${size}" role="img" aria-label="${escapeHtml(title)}">\n${parts.join('\n')}\n</svg>`;
}

function rowText(
  { name, mean, margin, each, verdict }: IntervalRow,
  y: number,
  x: (value: number) => number,
  axis: { readonly first: number; readonly last: number },
  format: (value: number) => string,
): string {
  const label = text(NAMES - 12, y + 4, 'end name', name);
  if (mean === null) return label + text(NAMES + 8, y + 4, 'tick', 'nothing to compare');
  const shown = margin === null ? format(mean) : `${format(mean)} ± ${format(margin).replace(/^[+−]/, '')}`;
  const ticks = each.map(({ seed, value }) => {
    const at = round(x(value));
    const tip = `<title>${escapeHtml(`${name}, seed ${seed}: ${format(value)}`)}</title>`;
    return `<line class="seed" x1="${at}" x2="${at}" y1="${round(y - 7)}" y2="${round(y + 7)}">${tip}</line>`;
  });
  const interval = margin === null ? '' : intervalLine(mean - margin, mean + margin, y, x, axis);
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
