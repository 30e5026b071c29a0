/**
 * Colours, by day and by night, as the style sheet of an SVG. Without variables, which not every program that draws SVG
 * knows: such a program shows the light colours.
 */
import { FONTS } from './face.ts';
import { FAMILIES, type Family } from './family.ts';
import type { Mark } from './view.ts';

interface Paint {
  readonly fill: string;
  readonly stroke: string;
}

interface Scheme {
  readonly page: string;
  readonly ink: string;
  readonly muted: string;
  readonly wire: string;
  readonly block: Paint;
  readonly bar: string;
  readonly families: Readonly<Record<Family, Paint>>;
  readonly marks: Readonly<Record<Mark, Paint>>;
}

const light: Scheme = {
  page: '#ffffff',
  ink: '#1c2733',
  muted: '#566472',
  wire: '#7b8896',
  block: { fill: '#ffffff', stroke: '#8795a5' },
  bar: '#edf1f5',
  families: {
    linear: { fill: '#e2eefd', stroke: '#4c86cb' },
    norm: { fill: '#efe8fb', stroke: '#8c68c8' },
    activation: { fill: '#fdf0d3', stroke: '#bd8a20' },
    pool: { fill: '#dbf3ed', stroke: '#349a85' },
    merge: { fill: '#e8ecf1', stroke: '#66788c' },
    shape: { fill: '#f4f4f1', stroke: '#9c9c92' },
    random: { fill: '#fce7ed', stroke: '#cb6284' },
    source: { fill: '#ffffff', stroke: '#66788c' },
  },
  marks: {
    added: { fill: '#d9f5df', stroke: '#1a8a3a' },
    removed: { fill: '#fde0de', stroke: '#c93a34' },
    changed: { fill: '#fff0c8', stroke: '#b57a00' },
    moved: { fill: '#e0e9ff', stroke: '#3f63d6' },
  },
};

const dark: Scheme = {
  page: '#0d1117',
  ink: '#e4e9ef',
  muted: '#9aa7b5',
  wire: '#7f8d9c',
  block: { fill: '#12181f', stroke: '#5c6b7b' },
  bar: '#1d252e',
  families: {
    linear: { fill: '#14304f', stroke: '#5a99e0' },
    norm: { fill: '#2d2350', stroke: '#a78ae2' },
    activation: { fill: '#3d2f0d', stroke: '#d6a648' },
    pool: { fill: '#0f3830', stroke: '#4dbda7' },
    merge: { fill: '#27303b', stroke: '#93a4b7' },
    shape: { fill: '#2a2a28', stroke: '#9a9a92' },
    random: { fill: '#421d2a', stroke: '#e08aa5' },
    source: { fill: '#161c24', stroke: '#93a4b7' },
  },
  marks: {
    added: { fill: '#12391d', stroke: '#4cc26b' },
    removed: { fill: '#4a1d1b', stroke: '#f2736c' },
    changed: { fill: '#40300a', stroke: '#e0ad3a' },
    moved: { fill: '#1c2a57', stroke: '#8aa4ff' },
  },
};

/** Helvetica and the fonts that share its widths, so that texts are as wide as they were measured. */
const FAMILY = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif';

/** The signs of marks, for those who do not see them by colour. */
export const markSigns: Readonly<Record<Mark, string>> = { added: '+', removed: '−', changed: '~', moved: '↷' };

export function styleSheet(): string {
  const fonts = Object.entries(FONTS).map(
    ([name, font]) => `.specc .${name}{font-size:${font.size}px${'bold' in font ? ';font-weight:600' : ''}}`,
  );
  return [
    `.specc{font-family:${FAMILY}}`,
    ...fonts,
    '.specc .wire{fill:none;stroke-width:1.3}',
    '.specc .outline,.specc .block>.frame{stroke-width:1.2}',
    '.specc .repeat>.frame{fill:none;stroke-dasharray:5 4}',
    '.specc .group>.frame{stroke-dasharray:2 3}',
    '.specc .edge{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}',
    '.specc .marked>.outline,.specc .marked>.frame{stroke-width:2.2}',
    '.specc .sign{font-size:12px;font-weight:600}',
    '.specc .removed>.outline,.specc .removed>.frame{stroke-dasharray:6 3}',
    ...paints(light),
    `@media (prefers-color-scheme:dark){${paints(dark).join('')}}`,
  ].join('\n');
}

function paints({ page, ink, muted, wire, block, bar, families, marks }: Scheme): string[] {
  const paint = ({ fill, stroke }: Paint): string => `{fill:${fill};stroke:${stroke}}`;
  return [
    `.specc .page{fill:${page}}`,
    `.specc text{fill:${ink}}`,
    `.specc .sign{fill:${page}}`,
    `.specc .detail,.specc .cost,.specc .edge{fill:${muted}}`,
    `.specc .edge{stroke:${page}}`,
    `.specc .wire{stroke:${wire}}`,
    `.specc .tip{fill:${wire}}`,
    `.specc .frame,.specc .card${paint(block)}`,
    `.specc .bar{fill:${bar}}`,
    ...FAMILIES.map((family) => `.specc .${family}>.outline${paint(families[family])}`),
    ...(Object.entries(marks) as [Mark, Paint][]).flatMap(([mark, each]) => [
      `.specc .${mark}>.outline,.specc .${mark}>.frame${paint(each)}`,
      `.specc .${mark}>.bar{fill:${each.fill}}`,
      `.specc .sign-${mark}{fill:${each.stroke}}`,
    ]),
    // What is in an open block that changed has marks of its own.
    `.specc .changed[data-open=true]>.frame,.specc .moved[data-open=true]>.frame{fill:${block.fill}}`,
  ];
}
