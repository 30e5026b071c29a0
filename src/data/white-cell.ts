/**
 * Draws one white blood cell of a stained smear as SVG, by what a haematologist tells the kinds apart by: the number
 * and shape of the nucleus's lobes, the granules, the cytoplasm's colour and how much of it there is.
 *
 * Lengths are in hundredths of the picture's width, where a red cell has a radius of about 8.
 */
import type { Random } from '../shared/random.ts';
import {
  band,
  blob,
  type Colour,
  disc,
  mixed,
  type Point,
  path,
  pointIn,
  polar,
  rgb,
  text,
  varied,
} from './svg-shapes.ts';

export const WHITE_CELLS = ['EOSINOPHIL', 'LYMPHOCYTE', 'MONOCYTE', 'NEUTROPHIL'] as const;
export type WhiteCell = (typeof WHITE_CELLS)[number];

/** The stain of one slide. */
export interface Stain {
  readonly nucleus: Colour;
  /** 1 is usual; less is paler. */
  readonly strength: number;
}

/** The cell about `centre` as SVG elements; `id` makes its clip paths unique. */
export function drawWhiteCell(kind: WhiteCell, centre: Point, stain: Stain, random: Random, id: string): string {
  switch (kind) {
    case 'EOSINOPHIL':
      return eosinophil(centre, stain, random, id);
    case 'LYMPHOCYTE':
      return lymphocyte(centre, stain, random, id);
    case 'MONOCYTE':
      return monocyte(centre, stain, random, id);
    case 'NEUTROPHIL':
      return neutrophil(centre, stain, random, id);
  }
}

/** Two lobes (rarely three) on a short thread, in a cell full of large orange-red granules. */
function eosinophil(centre: Point, stain: Stain, random: Random, id: string): string {
  const radius = random.uniform(13, 16);
  const outline = blob(centre, [radius, radius * random.uniform(0.88, 1)], 0.05, random);
  const plasm = varied([236, 196, 200], random, 8);
  // Granules that took little stain make the cell resemble a neutrophil.
  const granule = mixed(plasm, varied([214, 84, 84], random, 16), random.uniform(0.5, 1));
  const body = path(outline, rgb(mixed(plasm, granule, 0.2)), edge([190, 130, 150]));

  const lobeCount = random.uniform() < 0.85 ? 2 : 3;
  const lobes = lobesOnArc(centre, radius, lobeCount, random, [0.36, 0.44]);
  const grains = Array.from({ length: 190 }, () => {
    const at = pointIn(centre, radius * 0.95, random);
    return disc(at, random.uniform(0.65, 1.1), rgb(varied(granule, random, 16)), 'fill-opacity="0.85"');
  });
  const over = grains.splice(0, 22); // some granules lie over the nucleus
  return `${body}${clipped(outline, grains, `${id}g`)}${nucleus(lobes, stain, random, id, 0.5)}${clipped(outline, over, `${id}o`)}`;
}

/** Three to five lobes on thin threads, at times a bent band; pale lilac cytoplasm with dust-fine granules. */
function neutrophil(centre: Point, stain: Stain, random: Random, id: string): string {
  const radius = random.uniform(12.5, 15.5);
  const outline = blob(centre, [radius, radius * random.uniform(0.88, 1)], 0.05, random);
  const body = path(outline, rgb(varied([228, 205, 222], random, 12)), edge([190, 165, 195]));
  const coarse = random.uniform() < 0.15 ? 1.7 : 1; // as in infections
  const dust = Array.from({ length: 130 }, () => {
    const at = pointIn(centre, radius * 0.94, random);
    const size = coarse * random.uniform(0.25, 0.5);
    return disc(at, size, rgb(varied([190, 126, 172], random, 22)), 'fill-opacity="0.55"');
  });
  // A young neutrophil's nucleus is a band without lobes, and easily taken for a small monocyte's.
  const shape =
    random.uniform() < 0.1
      ? horseshoe(centre, radius * 0.5, radius * 0.2, random)
      : lobesOnArc(centre, radius, 3 + random.int(3), random, [0.25, 0.33]);
  return `${body}${clipped(outline, dust, `${id}g`)}${nucleus(shape, stain, random, id, 0.55)}`;
}

/** One dense round nucleus that leaves only a rim of clear pale-blue cytoplasm. */
function lymphocyte(centre: Point, stain: Stain, random: Random, id: string): string {
  const large = random.uniform() < 0.25;
  const radius = large ? random.uniform(12.5, 15) : random.uniform(9, 12);
  const outline = blob(centre, [radius, radius * random.uniform(0.88, 1)], 0.05, random);
  const body = path(outline, rgb(varied([168, 190, 232], random, 14)), edge([140, 155, 205]));
  const share = large ? random.uniform(0.72, 0.82) : random.uniform(0.8, 0.9);
  const middle = pointIn(centre, radius * (1 - share) * 0.6, random);
  const round = blob(middle, [radius * share, radius * share * random.uniform(0.9, 1)], 0.05, random);
  return `${body}${nucleus([round], stain, random, id, 0.8)}`;
}

/** The largest cell: a kidney or horseshoe of lacy chromatin in plenty of grey-blue cytoplasm, often with vacuoles. */
function monocyte(centre: Point, stain: Stain, random: Random, id: string): string {
  const radius = random.uniform(15, 19.5);
  const outline = blob(centre, [radius, radius * random.uniform(0.82, 0.97)], 0.09, random);
  const body = path(outline, rgb(varied([172, 178, 206], random, 14)), edge([150, 152, 190]));
  const haze = Array.from({ length: 60 }, () => {
    const at = pointIn(centre, radius * 0.92, random);
    return disc(at, random.uniform(0.4, 1), rgb(varied([150, 152, 196], random, 18)), 'fill-opacity="0.35"');
  });
  const vacuoles = Array.from({ length: random.int(7) }, () => {
    const at = polar(centre, radius * random.uniform(0.4, 0.85), random.uniform(0, 360));
    return disc(at, random.uniform(0.6, 1.5), 'rgb(232,232,242)', 'fill-opacity="0.75"');
  });
  const shape =
    random.uniform() < 0.75
      ? horseshoe(centre, radius * random.uniform(0.3, 0.36), radius * random.uniform(0.27, 0.33), random)
      : [blob(centre, [radius * 0.66, radius * 0.5], 0.12, random, { corners: 8 })];
  return `${body}${clipped(outline, haze, `${id}g`)}${nucleus(shape, { ...stain, strength: stain.strength * 0.82 }, random, id, 0.35)}${clipped(outline, vacuoles, `${id}v`)}`;
}

/** Lobes along an arc about the centre, each joined to the next by a thread. `size` is their radius by the cell's. */
function lobesOnArc(centre: Point, radius: number, count: number, random: Random, size: Point): string[] {
  const start = random.uniform(0, 360);
  const step = count === 2 ? random.uniform(120, 175) : random.uniform(55, 75) * (count === 3 ? 1.25 : 1);
  const middles = Array.from({ length: count }, (_, at) =>
    polar(centre, radius * random.uniform(0.4, 0.52), start + at * step + random.uniform(-8, 8)),
  );
  const lobes = middles.map((middle) => {
    const lobe = radius * random.uniform(size[0], size[1]);
    return blob(middle, [lobe, lobe * random.uniform(0.78, 1)], 0.09, random, { corners: 9 });
  });
  const threads = middles.slice(1).map((middle, at) => {
    const before = middles[at]!;
    const bend = pointIn([(before[0] + middle[0]) / 2, (before[1] + middle[1]) / 2], radius * 0.06, random);
    const thickness = radius * random.uniform(0.05, 0.11);
    return band([before, bend, middle], [thickness * 1.5, thickness, thickness * 1.5]);
  });
  return [...lobes, ...threads];
}

/** A thick bent band around a dent, wider at its ends. */
function horseshoe(centre: Point, bend: number, thickness: number, random: Random): string[] {
  const start = random.uniform(0, 360);
  const sweep = random.uniform(150, 230);
  const points = Array.from({ length: 7 }, (_, at) => polar(centre, bend, start + (sweep * at) / 6));
  const radii = points.map(
    (_, at) => thickness * (0.95 + 0.25 * Math.abs(at - 3) * (1 / 3)) * random.uniform(0.92, 1.08),
  );
  const ends = [points[0]!, points[6]!].map((end) =>
    blob(end, [thickness * 1.12, thickness], 0.08, random, { corners: 8 }),
  );
  return [band(points, radii), ...ends];
}

/** The nucleus from the parts of its outline, with clumped chromatin; `density` is how dark and even it is. */
function nucleus(parts: readonly string[], stain: Stain, random: Random, id: string, density: number): string {
  const base = mixed([222, 200, 230], varied(stain.nucleus, random, 6), stain.strength);
  const dark = mixed(base, [58, 28, 120], 0.35 + 0.3 * density);
  const light = mixed(base, [206, 170, 226], 0.55 * (1 - density) + 0.1);
  const points = outlinePoints(parts);
  const clumps = Array.from({ length: 70 }, (_, at) => {
    const middle = pointIn(points[random.int(points.length)]!, 5, random);
    const wide = random.uniform(0.5, 1.8);
    const shape = blob(middle, [wide, wide * random.uniform(0.4, 0.9)], 0.25, random, { corners: 6 });
    return path(shape, rgb(at % 5 < 3 ? dark : light), `fill-opacity="${text(random.uniform(0.2, 0.5))}"`);
  });
  const outlines = parts.map((part) => path(part, rgb(base), `stroke="${rgb(dark)}" stroke-width="0.7"`));
  const fills = parts.map((part) => path(part, rgb(base)));
  const clip = `<clipPath id="${id}n">${parts.map((part) => `<path d="${part}"/>`).join('')}</clipPath>`;
  return `${clip}${outlines.join('')}${fills.join('')}<g clip-path="url(#${id}n)">${clumps.join('')}</g>`;
}

/** The corners that an outline's path data names. */
function outlinePoints(parts: readonly string[]): Point[] {
  return parts.flatMap((part) =>
    [...part.matchAll(/[M ](-?[\d.]+) (-?[\d.]+)(?=[CZ])/g)].map(
      (match): Point => [Number(match[1]), Number(match[2])],
    ),
  );
}

function clipped(outline: string, elements: readonly string[], id: string): string {
  return `<clipPath id="${id}"><path d="${outline}"/></clipPath><g clip-path="url(#${id})">${elements.join('')}</g>`;
}

function edge(colour: Colour): string {
  return `stroke="${rgb(colour)}" stroke-width="0.5" stroke-opacity="0.7"`;
}
