/** Line charts as SVG text: values by epoch, one line a series. */
import { escapeHtml } from './escape.ts';

export interface Series {
  readonly name: string;
  /** What stands at its end in place of the name; null: nothing, so that only its tooltips name it. */
  readonly label?: string | null;
  /** One value an epoch, from epoch 1; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface LineChart {
  readonly title: string;
  readonly series: readonly Series[];
  /** Where the axis begins and ends; undefined: where the values do. */
  readonly low?: number;
  readonly high?: number;
  /** How a value is written on the axis and in tooltips. */
  readonly format: (value: number) => string;
  /** An epoch to mark, with a word for it. */
  readonly mark?: { readonly epoch: number; readonly text: string } | undefined;
  /** Room for the names at the lines' ends; those of training and validation fit unless told. */
  readonly labelWidth?: number;
}

const WIDTH = 520;
const HEIGHT = 260;
const LABEL_WIDTH = 92;
const MARGIN = { top: 14, bottom: 30, left: 48 };
const INNER = { width: WIDTH - MARGIN.left - LABEL_WIDTH, height: HEIGHT - MARGIN.top - MARGIN.bottom };
/** Up to so many points each gets a dot. */
const DOTS = 40;
/** Pixels between the names of two lines. */
const LABEL_HEIGHT = 15;

export function lineChart(chart: LineChart): string {
  const epochs = Math.max(1, ...chart.series.map(({ values }) => values.length));
  const all = chart.series.flatMap(({ values }) => values.filter((value) => value !== null));
  const ticks = niceTicks(chart.low ?? Math.min(...all), chart.high ?? Math.max(...all), 5);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const x = (epoch: number) =>
    MARGIN.left + (epochs === 1 ? INNER.width / 2 : ((epoch - 1) / (epochs - 1)) * INNER.width);
  const y = (value: number) => MARGIN.top + INNER.height * (1 - (value - low) / (high - low || 1));

  const parts = [
    ...ticks.map((tick) => gridLine(y(tick), chart.format(tick))),
    ...epochTicks(epochs).map((epoch) => text(x(epoch), HEIGHT - 10, 'tick middle', `${epoch}`)),
    text(MARGIN.left + INNER.width + 18, HEIGHT - 10, 'tick', 'epoch'),
    ...(chart.mark === undefined ? [] : [marker(x(chart.mark.epoch), chart.mark.text)]),
    ...chart.series.map((series, each) => line(series, each, x, y, chart)),
    ...endLabels(chart.series, y),
  ];
  const label = escapeHtml(`${chart.title} by epoch`);
  const width = WIDTH - LABEL_WIDTH + (chart.labelWidth ?? LABEL_WIDTH);
  return `<svg class="chart" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${label}">\n${parts.join('\n')}\n</svg>`;
}

function gridLine(y: number, label: string): string {
  const end = MARGIN.left + INNER.width;
  return `<line class="grid" x1="${MARGIN.left}" x2="${end}" y1="${round(y)}" y2="${round(y)}"/>${text(MARGIN.left - 8, y + 4, 'tick end', label)}`;
}

function marker(x: number, label: string): string {
  const bottom = MARGIN.top + INNER.height;
  // On the side where there is room for the word.
  const [at, side] = x > MARGIN.left + INNER.width / 2 ? [x - 5, 'end'] : [x + 5, ''];
  return `<line class="mark" x1="${round(x)}" x2="${round(x)}" y1="${MARGIN.top}" y2="${bottom}"/>${text(at, bottom - 6, `tick ${side}`, label)}`;
}

function line(
  { name, values }: Series,
  each: number,
  x: (epoch: number) => number,
  y: (value: number) => number,
  { format }: LineChart,
): string {
  const points = values.flatMap((value, at) => (value === null ? [] : [{ epoch: at + 1, value }]));
  const path = points.map(({ epoch, value }, at) => `${at === 0 ? 'M' : 'L'}${round(x(epoch))} ${round(y(value))}`);
  const dots = points.map(({ epoch, value }) => {
    const radius = points.length <= DOTS ? 3 : 0;
    const tip = `<title>${escapeHtml(`epoch ${epoch}: ${name} ${format(value)}`)}</title>`;
    const [cx, cy] = [round(x(epoch)), round(y(value))];
    return `<circle class="dot" cx="${cx}" cy="${cy}" r="${radius}"/><circle class="hit" cx="${cx}" cy="${cy}" r="8">${tip}</circle>`;
  });
  return `<g class="series-${each + 1}"><path class="line" d="${path.join(' ')}"/>${dots.join('')}</g>`;
}

/** Names beside the lines' ends, moved apart where they would overlap. */
function endLabels(series: readonly Series[], y: (value: number) => number): string[] {
  const labels = series.flatMap(({ name, label = name, values }, each) => {
    const last = values.findLast((value) => value !== null);
    return last === undefined || last === null || label === null ? [] : [{ name: label, each, at: y(last) }];
  });
  labels.sort((a, b) => a.at - b.at);
  for (const [position, label] of labels.entries()) {
    const above = labels[position - 1];
    if (above !== undefined) label.at = Math.max(label.at, above.at + LABEL_HEIGHT);
  }
  const overflow = Math.max(0, (labels.at(-1)?.at ?? 0) - (MARGIN.top + INNER.height));
  return labels.map(({ name, each, at }) =>
    text(MARGIN.left + INNER.width + 8, at - overflow + 4, `label series-${each + 1}`, name),
  );
}

function text(x: number, y: number, style: string, content: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escapeHtml(content)}</text>`;
}

/** Around `count` round numbers (1, 2 or 5 times a power of ten apart) that enclose [low, high]. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function epochTicks(epochs: number): number[] {
  if (epochs <= 12) return Array.from({ length: epochs }, (_, at) => at + 1);
  const whole = niceTicks(1, epochs, 6).filter((tick) => Number.isInteger(tick) && tick > 1 && tick < epochs * 0.94);
  return [1, ...whole, epochs];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
