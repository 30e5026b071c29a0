/**
 * A picture as SVG.
 *
 *     renderSvg(pictureOf(graph), { depth: 2 })
 *     renderSvg(pictureOf(graph), { depth: 2, marks: new Map([['local/Residual[1]', 'changed']]) })
 *
 * `marks` are by path, of operations and of blocks; a closed block that has something marked in it is shown as changed.
 * Items of different marks are never folded into one. Two pictures side by side: `renderBeside` in beside.ts.
 *
 * The text depends on nothing but the arguments. It stands alone: styles are inside, for light and for dark pages.
 */

import { grouped } from '../../shared/grouped.ts';
import { FONTS, LINE_HEIGHT } from './face.ts';
import { shapeText } from './figures.ts';
import {
  type Heat,
  heatClass,
  heatOf,
  heatStyle,
  heatTitle,
  LEGEND_HEIGHT,
  legend,
  type Measure,
  shareText,
} from './heat.ts';
import { element, escaped, pixels } from './markup.ts';
import type { Item, Picture } from './picture.ts';
import { type Placed, placeView, type Wire } from './place.ts';
import { markSigns, styleSheet } from './theme.ts';
import { type Box, type Mark, type ViewOptions, viewOf } from './view.ts';

/** @param options with `color`, boxes are shaded by their share of that cost, and a legend says what the shades mean */
export function renderSvg(picture: Picture, options: ViewOptions & { readonly color?: Measure | undefined }): string {
  return svgOf(picture, placeView(viewOf(picture, options)), options.color);
}

/** The SVG of boxes that have their places. */
export function svgOf(picture: Picture, placed: Placed, color?: Measure): string {
  const { root } = picture;
  const title = `The network ${root.name}`;
  const costs = `${grouped(root.operations)} operations, ${grouped(root.parameters)} parameters, ${grouped(root.macs)} multiply-accumulates.`;
  if (color === undefined) return svgDocument(placed.width, placed.height, title, costs, drawn(picture, placed));
  const heat = heatOf(picture, color);
  const { markup, width } = legend(heat, LEGEND_LEFT, LEGEND_TOP);
  return svgDocument(
    Math.max(placed.width, width + 2 * LEGEND_LEFT),
    placed.height + LEGEND_HEIGHT,
    title,
    `${costs} Boxes are ${heatTitle(heat)}.`,
    `${markup}${element('g', { transform: `translate(0 ${LEGEND_HEIGHT})` }, drawn(picture, placed, heat))}\n`,
    heatStyle(),
  );
}

const [LEGEND_LEFT, LEGEND_TOP] = [12, 12];

/** An SVG of this size around markup, with its styles. */
export function svgDocument(
  width: number,
  height: number,
  title: string,
  description: string,
  content: string,
  style?: string,
): string {
  const size = { width, height, viewBox: `0 0 ${pixels(width)} ${pixels(height)}` };
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: 'specc', role: 'img', ...size },
    `\n${element('title', {}, escaped(title))}\n`,
    `${element('desc', {}, escaped(description))}\n`,
    `${element('style', {}, `\n${styleSheet()}\n${style === undefined ? '' : `${style}\n`}`)}\n`,
    `${element('rect', { class: 'page', width, height })}\n`,
    content,
  )}\n`;
}

/** A box with all that is in it; edges lie over blocks and under what they lead to. */
export function drawn(picture: Picture, placed: Placed, heat?: Heat): string {
  const { box, inside } = placed;
  const classes = [
    box.kind === 'operation' || box.kind === 'output' ? (box.family ?? '') : box.kind,
    box.kind === 'block' && box.item?.kind === 'block' && box.item.block === undefined ? 'group' : '',
    box.mark === undefined ? '' : `marked ${box.mark}`,
    heat === undefined ? '' : heatClass(box, heat),
  ];
  const parts = [element('title', {}, escaped(tooltip(picture, box, heat)))];
  if (inside === undefined) parts.push(...closedShape(placed));
  else if (box.id !== '') parts.push(...openShape(placed));
  parts.push(...texts(placed));
  if (inside !== undefined) {
    parts.push('\n', ...inside.wires.flatMap((wire) => [drawnWire(wire), '\n']));
    parts.push(...inside.boxes.map((each) => drawn(picture, each, heat)));
    for (const { text, x, y, anchor } of inside.labels) {
      parts.push(
        element('text', { class: 'edge', x, y, 'text-anchor': anchor === 'end' ? anchor : undefined }, escaped(text)),
      );
    }
  }
  const open = box.openable ? String(inside !== undefined) : undefined;
  const label = { class: classes.filter((each) => each !== '').join(' '), 'data-id': box.id, 'data-open': open };
  return `${element('g', label, ...parts)}\n`;
}

function closedShape({ box, face, x, y, width, height }: Placed): string[] {
  if (face.form === 'circle') {
    return [element('circle', { class: 'outline', cx: x + width / 2, cy: y + height / 2, r: width / 2 })];
  }
  if (box.kind === 'operation' || box.kind === 'output') {
    const rx = face.form === 'pill' ? height / 2 : 5;
    return [element('rect', { class: 'outline', x, y, width, height, rx })];
  }
  const front = { width: width - face.cards, height: height - face.cards };
  const cards = [face.cards, face.cards / 2].filter((by) => by > 0);
  return [
    ...cards.map((by) => element('rect', { class: 'card', x: x + by, y: y + by, ...front, rx: 7 })),
    element('rect', { class: 'frame', x, y, ...front, rx: 7 }),
  ];
}

function openShape({ box, face, x, y, width, height }: Placed): string[] {
  const frame = element('rect', { class: 'frame', x, y, width, height, rx: 9 });
  if (box.kind === 'repeat') return [frame];
  const [right, below] = [x + width - 0.6, y + face.height];
  const corner = 8.4;
  const bar = `M${pixels(x + 0.6)} ${pixels(below)}V${pixels(y + 9)}q0 -${corner} ${corner} -${corner}H${pixels(right - corner)}q${corner} 0 ${corner} ${corner}V${pixels(below)}Z`;
  return [frame, element('path', { class: 'bar', d: bar })];
}

/** The lines of a face: in the middle of a closed box, at the left of a title bar. */
function texts({ box, face, x, y, width, height, inside }: Placed): string[] {
  const lines = face.lines.flatMap((line, at) => {
    const left = inside === undefined ? x + (width - face.cards - line.width) / 2 : x + 12;
    const room = (inside === undefined ? height : face.height) - face.cards;
    const first = (room - face.lines.length * LINE_HEIGHT) / 2;
    return line.runs.map((run) => {
      const baseline = y + first + at * LINE_HEIGHT + LINE_HEIGHT / 2 + FONTS[run.font].size * 0.35;
      return element('text', { class: run.font, x: left + run.x, y: baseline }, escaped(run.text));
    });
  });
  if (box.mark === undefined) return lines;
  return [...lines, badge(box.mark, face.form === 'circle' ? x + width * 0.97 : x + width - face.cards, y + 2)];
}

/** The sign of a mark on the upper right corner: a box needs no more room for it than lies between boxes. */
function badge(mark: Mark, x: number, y: number): string {
  return [
    element('circle', { class: `sign-${mark}`, cx: x, cy: y, r: 6.5 }),
    element('text', { class: 'sign', x, y: y + 4, 'text-anchor': 'middle' }, markSigns[mark]),
  ].join('');
}

function drawnWire({ points, arrow }: Wire): string {
  const [first] = points;
  let path = `M${pixels(first!.x)} ${pixels(first!.y)}`;
  for (const [at, { x, y }] of points.entries()) {
    if (at === 0) continue;
    const before = points[at - 1]!;
    if (at % 2 === 1 || Math.abs(x - before.x) < 0.05) {
      if (pixels(y) !== pixels(before.y)) path += `V${pixels(y)}`;
    } else {
      const middle = pixels((before.y + y) / 2);
      path += `C${pixels(before.x)} ${middle} ${pixels(x)} ${middle} ${pixels(x)} ${pixels(y)}`;
    }
  }
  const end = points.at(-1)!;
  const tip = `M${pixels(end.x)} ${pixels(end.y)}l-3.6 -6.5h7.2Z`;
  return element('path', { class: 'wire', d: path }) + (arrow ? element('path', { class: 'tip', d: tip }) : '');
}

/** What a viewer shows for the box that is pointed at. */
function tooltip(picture: Picture, box: Box, heat?: Heat): string {
  const { item, title, count, cost, outputs } = box;
  if (item === undefined) return [count > 1 ? `${count} rounds` : title, cost].filter((line) => line !== '').join('\n');
  const attributes = item.attributes.map(({ name, text }) => `${name}: ${text}`).join(', ');
  const figures = [
    item.parameters > 0 ? `${grouped(item.parameters)} parameters` : '',
    item.macs > 0 ? `${grouped(item.macs)} multiply-accumulates` : '',
  ].filter((part) => part !== '');
  return [
    `${item.path === '' ? item.name : item.path}: ${kindOf(item)}${count > 1 ? `, ${count} rounds` : ''}`,
    attributes,
    outputs.length > 0 ? `→ ${outputs.map(({ inner }) => shapeText(picture.shapes[inner]!)).join(', ')}` : '',
    figures.join(', '),
    heat === undefined ? '' : shareText(box, heat),
    item.position,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function kindOf(item: Item): string {
  return item.kind === 'operation' ? item.op : (item.block ?? 'group');
}
