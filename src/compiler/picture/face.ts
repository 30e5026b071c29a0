/** What a box looks like by itself: its texts in lines, and the room that they take. */
import { clippedText, type Font, textWidth } from './text-width.ts';
import type { Box } from './view.ts';

export const FONTS = {
  /** Of blocks. */
  title: { size: 13, bold: true },
  /** Of operations. */
  name: { size: 12, bold: true },
  /** Attributes. */
  detail: { size: 11.5 },
  /** Parameters and multiply-accumulates. */
  cost: { size: 11 },
  /** Shapes on edges and names of ports. */
  edge: { size: 10.5 },
  symbol: { size: 17 },
} as const satisfies Readonly<Record<string, Font>>;
export type FontName = keyof typeof FONTS;

/** A stretch of text; those of a line stand one after the other. */
export interface Run {
  readonly text: string;
  readonly font: FontName;
  /** From the left edge of the line. */
  readonly x: number;
  readonly width: number;
}

export interface Line {
  readonly runs: readonly Run[];
  readonly width: number;
}

export interface Face {
  readonly form: 'box' | 'circle' | 'pill';
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  /** How far the cards of a pile, which are counted in the size, stand out behind the first one. */
  readonly cards: number;
}

export const LINE_HEIGHT = 16;
const MOST_TEXT = 300;
const SPACE = 7;
const CIRCLE = 26;
const CARDS = 8;

/** Operations that figures draw as a sign in a circle. */
const signs: { readonly [op: string]: string } = { add: '+', sub: '−', mul: '×', div: '÷' };

/** An operation, an output or a closed block. */
export function faceOf(box: Box): Face {
  const sign = box.item?.kind === 'operation' && box.title === box.item.op ? signs[box.item.op] : undefined;
  if (sign !== undefined && box.count === 1) {
    const width = textWidth(sign, FONTS.symbol);
    return {
      form: 'circle',
      lines: [{ runs: [{ text: sign, font: 'symbol', x: 0, width }], width }],
      width: CIRCLE,
      height: CIRCLE,
      cards: 0,
    };
  }
  const block = box.kind === 'block' || box.kind === 'part';
  const times = box.count > 1 ? [['name', `×${box.count}`] as const] : [];
  const title = lineOf([[block ? 'title' : 'name', box.title], ...times]);
  if (block) {
    const lines = [title, lineOf([['detail', box.detail]]), lineOf([['cost', box.cost]])].filter(
      ({ width }) => width > 0,
    );
    const face = sized('box', lines, 15, 9);
    const cards = box.count > 1 ? CARDS : 0;
    return { ...face, width: face.width + cards, height: face.height + cards, cards };
  }
  const detail = lineOf([['detail', box.detail]]);
  const oneLine = lineOf([[block ? 'title' : 'name', box.title], ...times, ['detail', box.detail]]);
  const form = box.item === undefined || box.family === 'source' ? 'pill' : 'box';
  if (detail.width === 0) return sized(form, [title], 13, 6);
  return oneLine.width <= MOST_TEXT * 0.75 ? sized(form, [oneLine], 13, 6) : sized(form, [title, detail], 13, 6);
}

/** The title bar of an open block, repeat or part. */
export function barOf(box: Box): Face {
  const times = box.kind !== 'repeat' && box.count > 1 ? [['name', `×${box.count}`] as const] : [];
  if (box.kind === 'repeat') {
    return sized(
      'box',
      [
        lineOf([
          ['title', box.title],
          ['cost', box.cost],
        ]),
      ],
      12,
      4,
    );
  }
  const title = lineOf([['title', box.title], ...times]);
  const both = lineOf([['cost', [box.detail, box.cost].filter((text) => text !== '').join(' · ')]]);
  const rest = both.width < MOST_TEXT * 0.7 ? [both] : [lineOf([['cost', box.detail]]), lineOf([['cost', box.cost]])];
  return sized(
    'box',
    [title, ...rest].filter(({ width }) => width > 0),
    12,
    5,
  );
}

function lineOf(parts: readonly (readonly [FontName, string])[]): Line {
  const runs: Run[] = [];
  let x = 0;
  for (const [font, whole] of parts) {
    if (whole === '') continue;
    const text = clippedText(whole, FONTS[font], MOST_TEXT);
    const width = textWidth(text, FONTS[font]);
    if (runs.length > 0) x += SPACE;
    runs.push({ text, font, x, width });
    x += width;
  }
  return { runs, width: x };
}

function sized(form: Face['form'], lines: readonly Line[], aside: number, above: number): Face {
  const width = Math.max(0, ...lines.map((line) => line.width));
  return { form, lines, width: Math.ceil(width) + 2 * aside, height: lines.length * LINE_HEIGHT + 2 * above, cards: 0 };
}
