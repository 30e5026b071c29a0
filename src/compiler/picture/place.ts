/**
 * Gives every box of a view its place and every edge its way, in pixels.
 *
 * Each open block is laid out by itself, the innermost first, and is one box to what is around it. Its boxes stand in
 * rows. An edge runs straight down through a row, at its end or in a lane between boxes, and changes sides only between
 * rows: it can cross another edge there, but no box.
 */
import { barOf, type Face, FONTS, faceOf } from './face.ts';
import { type Ranked, type RankedNode, rank, type Spot } from './rank.ts';
import { textWidth } from './text-width.ts';
import type { Box, Content, Edge, View } from './view.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The way of an edge from top to bottom. */
export interface Wire {
  readonly from: string;
  readonly to: string;
  /** It runs straight from the first to the second, curves to the third, runs straight to the fourth, and so on. */
  readonly points: readonly Point[];
  /** Whether it ends here, rather than going on inside of a block or beyond its border. */
  readonly arrow: boolean;
}

export interface Label extends Point {
  readonly text: string;
  readonly anchor: 'start' | 'end';
}

export interface Placed extends Point {
  readonly box: Box;
  readonly width: number;
  readonly height: number;
  /** The texts on it; of an open box those in its title bar. */
  readonly face: Face;
  readonly inside: Inside | undefined;
}

/** What is in an open box, in the same coordinates as the box. */
export interface Inside {
  readonly boxes: readonly Placed[];
  readonly wires: readonly Wire[];
  readonly labels: readonly Label[];
}

/** A box with its size, at the origin. */
export interface Sized {
  readonly placed: Placed;
  /** Where its outputs leave along its lower edge. */
  readonly outX: readonly number[];
}

/** A content in rows, before the rows have their heights on the page. */
export interface Rows {
  readonly content: Content;
  readonly sizes: readonly Sized[];
  readonly ranked: Ranked;
  readonly heights: readonly number[];
  readonly gaps: readonly number[];
  readonly ins: readonly string[];
  readonly outs: number;
}

const PADDING = 16;
const GAP = 20;
const GAP_WITH_SHAPES = 32;
const GAP_AT_BORDER = 4;
const LABEL_ASIDE = 6;
const LABEL_BELOW = 13;
const ABOVE_PORTS = 4;
const BELOW_PORTS = 12;
const PORT_WIDTH = 24;
const NAME_HEIGHT = 14;
const BETWEEN_ENDS = 20;

export function placeView(view: View): Placed {
  return sizeBox(view.root).placed;
}

export function sizeBox(box: Box): Sized {
  if (box.content === undefined) return sizeClosed(box);
  const rows = rowsOf(box, box.content.boxes.map(sizeBox));
  return sizeOpen(box, rows, topsOf(rows));
}

function sizeClosed(box: Box): Sized {
  const face = faceOf(box);
  const { width, height } = face;
  return {
    placed: { box, x: 0, y: 0, width, height, face, inside: undefined },
    outX: spread(box.outputs.length, width / 2, width),
  };
}

/** Ranks the boxes of an open box between its ports. */
export function rowsOf(box: Box, sizes: readonly Sized[]): Rows {
  const content = box.content!;
  const used = (end: 'from' | 'to') =>
    Math.max(0, ...content.edges.filter((edge) => edge[end].box < 0).map((edge) => edge[end].port + 1));
  const inputs = box.inputs.slice(0, used('from'));
  const ins = inputs.map(({ name }) => (inputs.length > 1 ? name : ''));
  const outs = used('to');
  const nodes: RankedNode[] = [
    ...ins.map((name): RankedNode => ({ width: Math.max(PORT_WIDTH, nameWidth(name) + 8), ends: 0, pinned: 'first' })),
    ...sizes.map(({ placed, outX }, at): RankedNode => {
      const { kind, item, outputs } = placed.box;
      const reach = Math.max(
        0,
        ...outputs.map(({ text }, port) =>
          hasLabel(box, content, at, port) ? beside(text) + Math.abs(outX[port]! - placed.width / 2) : 0,
        ),
      );
      const pinned =
        kind === 'output' ? 'last' : item?.kind === 'operation' && item.op === 'input' ? 'first' : undefined;
      return { width: Math.max(placed.width, 2 * reach), ends: placed.width * 0.7, pinned };
    }),
    ...Array.from({ length: outs }, (): RankedNode => ({ width: PORT_WIDTH, ends: 0, pinned: 'last' })),
  ];
  const firstOut = ins.length + sizes.length;
  const ranked = rank(
    nodes,
    content.edges.map(({ from, to }) => ({
      from: from.box < 0 ? from.port : ins.length + from.box,
      to: to.box < 0 ? firstOut + to.port : ins.length + to.box,
      input: to.port,
      offset: from.box < 0 ? 0 : sizes[from.box]!.outX[from.port]! - sizes[from.box]!.placed.width / 2,
    })),
  );
  const heights = Array.from({ length: ranked.rows }, () => 0);
  const gaps = Array.from({ length: ranked.rows }, () => GAP);
  if (outs > 0 && gaps.length > 1) gaps[gaps.length - 2] = GAP_AT_BORDER;
  for (const [at, { row }] of ranked.places.entries()) {
    const size = sizes[at - ins.length];
    const height = size?.placed.height ?? (at < ins.length && ins[at] !== '' ? NAME_HEIGHT : 0);
    heights[row] = Math.max(heights[row]!, height);
    if (size?.placed.box.outputs.some((_, port) => hasLabel(box, content, at - ins.length, port))) {
      gaps[row] = GAP_WITH_SHAPES;
    }
  }
  const rows: Rows = { content, sizes, ranked, heights, gaps, ins, outs };
  for (const [at, edge] of content.edges.entries()) {
    const spots = spotsOf(rows, edge, at);
    for (const [index, { row, x }] of spots.slice(0, -1).entries()) {
      const sideways = Math.abs(spots[index + 1]!.x - x);
      if (sideways > 1) gaps[row] = Math.max(gaps[row]!, Math.min(64, GAP + sideways * 0.09));
    }
  }
  return rows;
}

/** The upper edge of each row, and of what comes after the last, from the upper edge of the content. */
export function topsOf({ heights, gaps }: Rows): readonly number[] {
  const tops = [0];
  for (const [row, height] of heights.entries())
    tops.push(tops[row]! + height + (row + 1 < heights.length ? gaps[row]! : 0));
  return tops;
}

export function boxTop({ ranked, ins, sizes, heights }: Rows, tops: readonly number[], box: number): number {
  const { row } = ranked.places[ins.length + box]!;
  return tops[row]! + (heights[row]! - sizes[box]!.placed.height) / 2;
}

/** How far below the upper edge of an open box its rows begin. */
export function contentTop(box: Box, { ins }: Rows): number {
  return barOf(box).height + (ins.length > 0 ? ABOVE_PORTS : PADDING);
}

/** The open box around rows whose upper edges are known. */
export function sizeOpen(box: Box, rows: Rows, tops: readonly number[]): Sized {
  const { content, sizes, ranked, heights, ins, outs } = rows;
  const face = barOf(box);
  const below = outs > 0 ? BELOW_PORTS : PADDING;
  const width = Math.max(ranked.width + 2 * PADDING, face.width);
  const left = (width - ranked.width) / 2;
  const top = contentTop(box, rows);
  const height = top + tops.at(-1)! + below;
  const rowTop = (row: number): number => top + tops[row]!;
  const rowBottom = (row: number): number => rowTop(row) + heights[row]!;

  const boxes = sizes.map(({ placed }, at) => {
    const x = left + ranked.places[ins.length + at]!.x - placed.width / 2;
    return moved(placed, x, top + boxTop(rows, tops, at));
  });
  const portX = (port: number): number => left + ranked.places[port]!.x;
  const outX = Array.from({ length: outs }, (_, port) => portX(ins.length + sizes.length + port));

  const wires = content.edges.map((edge, at): Wire => {
    const { from, to } = edge;
    const spots = spotsOf(rows, edge, at).map(({ row, x }) => ({ row, x: left + x }));
    const [first, last] = [spots[0]!, spots.at(-1)!];
    const [source, target] = [boxes[from.box], boxes[to.box]];
    const startX = source === undefined ? first.x : source.x + sizes[from.box]!.outX[from.port]!;
    const endX = target === undefined ? last.x : target.x + target.width / 2 + ranked.ends[at]!;
    const points: Point[] = [
      { x: startX, y: source === undefined ? face.height : source.y + source.height },
      { x: startX, y: rowBottom(first.row) },
    ];
    for (const { row, x } of spots.slice(1, -1)) points.push({ x, y: rowTop(row) }, { x, y: rowBottom(row) });
    points.push({ x: endX, y: rowTop(last.row) }, { x: endX, y: target === undefined ? height : target.y });
    return { from: source?.box.id ?? box.id, to: target?.box.id ?? box.id, points, arrow: target !== undefined };
  });
  const labels: Label[] = ins.flatMap((name, port): Label[] =>
    name === '' ? [] : [{ text: name, x: portX(port) + LABEL_ASIDE, y: face.height + LABEL_BELOW, anchor: 'start' }],
  );
  for (const [at, placed] of boxes.entries()) {
    for (const [port, { text }] of placed.box.outputs.entries()) {
      if (!hasLabel(box, content, at, port)) continue;
      const from = placed.x + sizes[at]!.outX[port]!;
      const turns = wires
        .filter((_, wire) => isFrom(content.edges[wire]!, at, port))
        .map(({ points }) => points[2]!.x - from);
      const left = turns.some((by) => by > 1) && !turns.some((by) => by < -1);
      const x = left ? from - LABEL_ASIDE : from + LABEL_ASIDE;
      labels.push({ text, x, y: placed.y + placed.height + LABEL_BELOW, anchor: left ? 'end' : 'start' });
    }
  }
  const placed = { box, x: 0, y: 0, width, height, face, inside: { boxes, wires, labels } };
  return { placed, outX: outX.length > 0 ? outX : spread(box.outputs.length, width / 2, width) };
}

/** Whether the shape of an output stands at its box; what goes to the border only has its shape there. */
function hasLabel(box: Box, { edges }: Content, at: number, port: number): boolean {
  const leaving = edges.filter((edge) => isFrom(edge, at, port));
  return box.outputs.length === 0 || leaving.some(({ to }) => to.box >= 0);
}

function isFrom({ from }: Edge, box: number, port: number): boolean {
  return from.box === box && from.port === port;
}

/** Where an edge begins, passes each row, and ends; the ends in the middle of their boxes. */
function spotsOf({ ranked, ins, sizes }: Rows, { from, to }: Edge, at: number): readonly Spot[] {
  const source = ranked.places[from.box < 0 ? from.port : ins.length + from.box]!;
  const target = ranked.places[to.box < 0 ? ins.length + sizes.length + to.port : ins.length + to.box]!;
  return [source, ...ranked.lanes[at]!, target];
}

/** So many places side by side around a middle, on an edge of this width. */
function spread(count: number, middle: number, width: number): readonly number[] {
  const step = count < 2 ? 0 : Math.min(BETWEEN_ENDS, (width * 0.7) / (count - 1));
  return Array.from({ length: count }, (_, at) => middle + (at - (count - 1) / 2) * step);
}

function beside(text: string): number {
  return LABEL_ASIDE + textWidth(text, FONTS.edge) + 4;
}

/** Names of ports stand right of their lines, and keep as much free on the left. */
function nameWidth(name: string): number {
  return name === '' ? 0 : 2 * beside(name);
}

/** The same further right and down. */
export function moved(placed: Placed, dx: number, dy: number): Placed {
  const by = <P extends Point>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  return {
    ...by(placed),
    inside: placed.inside && {
      boxes: placed.inside.boxes.map((each) => moved(each, dx, dy)),
      wires: placed.inside.wires.map((wire) => ({ ...wire, points: wire.points.map(by) })),
      labels: placed.inside.labels.map(by),
    },
  };
}
