/**
 * Boxes shaded by their share of a cost: parameters, multiply-accumulates, or the memory of what they make. Levels rather
 * than a scale, so that a legend can name them all; from one to the next is about twice as much.
 */
import { FONTS } from './face.ts';
import { element, escaped } from './markup.ts';
import type { Picture } from './picture.ts';
import { textWidth } from './text-width.ts';
import type { Box } from './view.ts';

export const MEASURES = ['memory', 'macs', 'params'] as const;
export type Measure = (typeof MEASURES)[number];

export interface Heat {
  readonly measure: Measure;
  /** Of the whole model. */
  readonly total: number;
}

/** Shares at which a level begins, in percent; what has less than the first is of level 0. */
const LEVELS = [0.5, 2, 5, 10, 25];

const NAMES: Readonly<Record<Measure, string>> = {
  memory: 'the memory of all results',
  macs: 'the multiply-accumulates',
  params: 'the parameters',
};

const LIGHT = ['#ffffff', '#fff3d6', '#fedb9a', '#fdb863', '#f58848', '#dd4f3a'];
const DARK = ['#161c24', '#33291a', '#57401a', '#7f5518', '#a8571b', '#c9402f'];

export function heatOf({ root }: Picture, measure: Measure): Heat {
  return { measure, total: figureOf(root, measure) };
}

function figureOf(item: NonNullable<Box['item']>, measure: Measure): number {
  return measure === 'macs' ? item.macs : measure === 'params' ? item.parameters : item.activations;
}

/** Of a closed box; undefined of one that is open or has no figures, and so no shade. */
export function shareOf({ item, content }: Box, { measure, total }: Heat): number | undefined {
  if (item === undefined || content !== undefined || total === 0) return undefined;
  return figureOf(item, measure) / total;
}

/** `heat-3`; empty for what has no shade. */
export function heatClass(box: Box, heat: Heat): string {
  const share = shareOf(box, heat);
  if (share === undefined) return box.kind === 'operation' || box.kind === 'output' ? 'heat-0' : '';
  return `heat-${LEVELS.filter((from) => 100 * share >= from).length}`;
}

/** `29.8 % of the parameters`; empty where there is no share. */
export function shareText(box: Box, heat: Heat): string {
  const share = shareOf(box, heat);
  return share === undefined || share === 0 ? '' : `${(100 * share).toFixed(1)} % of ${NAMES[heat.measure]}`;
}

/** `shaded by the share of the parameters` */
export function heatTitle({ measure }: Heat): string {
  return `shaded by the share of ${NAMES[measure]}`;
}

export function heatStyle(): string {
  const rules = (colours: readonly string[], deep: string): string =>
    colours
      .map((fill, level) => `.specc .heat-${level}>.outline,.specc .heat-${level}>.frame{fill:${fill}}`)
      .concat(deep)
      .join('');
  // Small grey letters cannot be read on the deepest shades.
  const ink = (colour: string): string =>
    [4, 5].map((level) => `.specc .heat-${level}>.detail,.specc .heat-${level}>.cost{fill:${colour}}`).join('');
  return `${rules(LIGHT, ink('#1c2733'))}\n@media (prefers-color-scheme:dark){${rules(DARK, ink('#e4e9ef'))}}`;
}

/** By level: its colour on a page whose text has a colour of its own. */
export function heatColour(level: number): string {
  return LIGHT[level]!;
}

export const HEAT_LEVELS = LEVELS.length + 1;

/** `< 0.5 %`, `0.5–2 %`, … */
export function levelText(level: number): string {
  if (level === 0) return `< ${LEVELS[0]} %`;
  return level === LEVELS.length ? `≥ ${LEVELS.at(-1)} %` : `${LEVELS[level - 1]}–${LEVELS[level]} %`;
}

export const LEGEND_HEIGHT = 34;
const SWATCH = 14;

/** A line of all levels with their colours, and how wide it is. */
export function legend(heat: Heat, x: number, y: number): { readonly markup: string; readonly width: number } {
  const title = heatTitle(heat);
  let at = x + textWidth(title, FONTS.detail) + 16;
  const parts = [element('text', { class: 'detail', x, y: y + SWATCH - 3 }, escaped(title))];
  for (let level = 0; level < HEAT_LEVELS; level += 1) {
    const text = levelText(level);
    const swatch = element('rect', { class: 'outline', x: at, y, width: SWATCH, height: SWATCH, rx: 3 });
    const label = element('text', { class: 'detail', x: at + SWATCH + 5, y: y + SWATCH - 3 }, escaped(text));
    parts.push(element('g', { class: `source heat-${level}` }, swatch), label);
    at += SWATCH + 5 + textWidth(text, FONTS.detail) + 14;
  }
  return { markup: `${element('g', { class: 'legend' }, ...parts)}\n`, width: at - x };
}
