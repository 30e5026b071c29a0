/**
 * Two pictures side by side in one SVG, for a review: the old model on the left, the new one on the right, and boxes that
 * correspond at the same height, as far as the order of both allows.
 *
 *     renderBeside(
 *       { picture: pictureOf(before), title: 'main', marks: new Map([['stem/relu', 'removed']]) },
 *       { picture: pictureOf(after), title: 'branch', marks: new Map([['stem/gelu', 'added']]) },
 *       { depth: 3, counterparts: new Map([['local', 'body'], ['stem/relu', undefined]]) },
 *     )
 *
 * Marks, levels and opened blocks of each side are by the paths of that side. A path corresponds to the same path, unless
 * `counterparts` says to which.
 */

import { grouped } from '../../shared/grouped.ts';
import { FONTS } from './face.ts';
import { element, escaped } from './markup.ts';
import type { Block, Picture } from './picture.ts';
import { boxTop, contentTop, moved, type Rows, rowsOf, type Sized, sizeBox, sizeOpen, topsOf } from './place.ts';
import { drawn, svgDocument } from './svg.ts';
import { markSigns } from './theme.ts';
import { type Box, type Mark, type Marks, type ViewOptions, viewOf } from './view.ts';

export interface Side {
  readonly picture: Picture;
  /** Above the picture. */
  readonly title: string;
  readonly marks: Marks;
  readonly levels?: NonNullable<ViewOptions['levels']>;
  readonly opened?: NonNullable<ViewOptions['opened']>;
}

export interface BesideOptions {
  readonly depth: number;
  readonly fold?: boolean;
  /** By path of the old model, where it is not the same one: that of the counterpart in the new one, if there is one. */
  readonly counterparts?: ReadonlyMap<string, string | undefined>;
}

const BETWEEN = 48;
const HEADER = 54;
const MARGIN = 16;
const LEGEND: readonly Mark[] = ['added', 'removed', 'changed', 'moved'];

export function renderBeside(before: Side, after: Side, { counterparts, ...shown }: BesideOptions): string {
  const translate: Translate = (path) => (counterparts?.has(path) ? counterparts.get(path) : path);
  const [old, now] = foldedAlike(before, after, shown, translate);
  const [left, right] = sizePair(old, now, translate);
  const second = left.placed.width + BETWEEN;
  const sides = [moved(left.placed, 0, HEADER), moved(right.placed, second, HEADER)];
  const width = Math.max(second + right.placed.width, 460);
  const height = HEADER + Math.max(left.placed.height, right.placed.height) + MARGIN;
  const middle = second - BETWEEN / 2;
  const counts = [before, after].map(({ picture }) => `${grouped(picture.root.parameters)} parameters`);
  return svgDocument(
    width,
    height,
    `${before.title} and ${after.title}`,
    `${before.picture.root.name} with ${counts[0]} on the left, ${after.picture.root.name} with ${counts[1]} on the right.`,
    [
      legend(),
      element('text', { class: 'title', x: 12, y: HEADER - 10 }, escaped(before.title)),
      element('text', { class: 'title', x: second + 12, y: HEADER - 10 }, escaped(after.title)),
      element('path', { class: 'wire', d: `M${middle} ${HEADER - 20}V${height - MARGIN}`, 'stroke-dasharray': '2 5' }),
      '\n',
      drawn(before.picture, sides[0]!),
      drawn(after.picture, sides[1]!),
    ].join(''),
  );
}

function legend(): string {
  let x = 12;
  return LEGEND.map((mark) => {
    const text = element('text', { class: `detail sign-${mark}`, x, y: 20 }, `${markSigns[mark]} ${mark}`);
    x += 30 + mark.length * FONTS.detail.size * 0.6;
    return text;
  }).join('');
}

/** Where something of a path of the old model is in the new one. */
type Translate = (path: string) => string | undefined;

/** What is folded on one side and only up to some place on the other is folded up to this place on both. */
function foldedAlike(
  before: Side,
  after: Side,
  shown: Omit<BesideOptions, 'counterparts'>,
  translate: Translate,
): readonly [Box, Box] {
  const view = ({ picture, title: _, ...own }: Side, apart: ReadonlyMap<string, string>) =>
    viewOf(picture, { ...shown, ...own, apart });
  const first = view(before, new Map());
  const there = [...first.folded].flatMap(([path, fold]): [string, string][] => {
    const mate = translate(path);
    return mate === undefined ? [] : [[mate, fold]];
  });
  const now = view(after, new Map(there));
  const back = [...pathsOf(before.picture.root)].flatMap((path): [string, string][] => {
    const fold = now.folded.get(translate(path) ?? '');
    return fold === undefined ? [] : [[path, fold]];
  });
  return [view(before, new Map(back)).root, now.root];
}

function* pathsOf({ items }: Block): Generator<string> {
  for (const item of items) {
    yield item.path;
    if (item.kind === 'block') yield* pathsOf(item);
  }
}

/** Two boxes that correspond, with what corresponds in them at the same height. */
function sizePair(old: Box, now: Box, translate: Translate): readonly [Sized, Sized] {
  if (old.content === undefined || now.content === undefined) return [sizeBox(old), sizeBox(now)];
  const [olds, nows] = [old.content.boxes, now.content.boxes];
  const places = new Map(nows.map((box, at) => [keyOf(box), at]));
  const sizes: [(Sized | undefined)[], (Sized | undefined)[]] = [olds.map(() => undefined), nows.map(() => undefined)];
  const pairs: Pair[] = [];
  for (const [at, box] of olds.entries()) {
    const key = keyOf(box, translate);
    const other = key === undefined ? undefined : places.get(key);
    if (other === undefined) continue;
    pairs.push([at, other]);
    [sizes[0][at], sizes[1][other]] = sizePair(box, nows[other]!, translate);
  }
  const rows = [
    rowsOf(
      old,
      olds.map((box, at) => sizes[0][at] ?? sizeBox(box)),
    ),
    rowsOf(
      now,
      nows.map((box, at) => sizes[1][at] ?? sizeBox(box)),
    ),
  ] as const;
  const tops = alignedTops([old, now], rows, pairs);
  return [sizeOpen(old, rows[0], tops[0]), sizeOpen(now, rows[1], tops[1])];
}

/** What is the same for two boxes that correspond; undefined for a box that corresponds to none. */
function keyOf({ id, kind, path, item }: Box, translate: Translate = (same) => same): string | undefined {
  if (kind !== 'repeat' && item === undefined) return `${kind} ${id}`;
  const there = translate(kind === 'repeat' ? id.slice(1) : path);
  return there === undefined ? undefined : `${item?.kind ?? kind} ${there}`;
}

/** A box of the old content and one of the new. */
type Pair = readonly [number, number];

/** The upper edges of the rows of both: where a pair is higher on one side, everything from there on is moved down. */
function alignedTops(
  boxes: readonly [Box, Box],
  rows: readonly [Rows, Rows],
  pairs: readonly Pair[],
): readonly [readonly number[], readonly number[]] {
  const tops: readonly [number[], number[]] = [[...topsOf(rows[0])], [...topsOf(rows[1])]];
  const heightOf = (side: 0 | 1, box: number): number =>
    contentTop(boxes[side], rows[side]) + boxTop(rows[side], tops[side], box);
  for (const [old, now] of inOrderOfBoth(rows, pairs)) {
    const ahead = heightOf(0, old) - heightOf(1, now);
    const [side, box] = ahead > 0 ? ([1, now] as const) : ([0, old] as const);
    const first = rowOf(rows[side], box);
    for (let row = first; row < tops[side].length; row++) tops[side][row]! += Math.abs(ahead);
  }
  return tops;
}

function rowOf({ ranked, ins }: Rows, box: number): number {
  return ranked.places[ins.length + box]!.row;
}

/** As many of the pairs as there are whose rows go down on both sides, at most one a row. */
function inOrderOfBoth(rows: readonly [Rows, Rows], pairs: readonly Pair[]): readonly Pair[] {
  const sorted = [...pairs].sort(
    (a, b) => rowOf(rows[0], a[0]) - rowOf(rows[0], b[0]) || rowOf(rows[1], b[1]) - rowOf(rows[1], a[1]),
  );
  const lengths: number[] = [];
  const before: number[] = [];
  for (const [at, [, now]] of sorted.entries()) {
    let [length, previous] = [1, -1];
    for (let other = 0; other < at; other++) {
      const [old, earlier] = sorted[other]!;
      const down =
        rowOf(rows[1], earlier) < rowOf(rows[1], now) && rowOf(rows[0], old) < rowOf(rows[0], sorted[at]![0]);
      if (down && lengths[other]! >= length) [length, previous] = [lengths[other]! + 1, other];
    }
    lengths.push(length);
    before.push(previous);
  }
  const chain: Pair[] = [];
  for (let at = lengths.indexOf(Math.max(0, ...lengths)); at >= 0; at = before[at]!) chain.unshift(sorted[at]!);
  return chain;
}
