/**
 * Draws a field of a stained blood smear: pale ground, overlapping red cells, platelets and one white cell; and takes
 * pictures of it, each from another position, turned, in other light, a little out of focus, with sensor noise.
 */
import sharp from 'sharp';
import { cosSin } from '../shared/portable-math.ts';
import type { Random } from '../shared/random.ts';
import { blob, type Colour, disc, mixed, type Point, path, pointIn, polar, rgb, text, varied } from './svg-shapes.ts';
import { drawWhiteCell, type WhiteCell } from './white-cell.ts';

/** A field about the origin; it reaches to 90 in all directions, a picture to 50. */
export interface Field {
  readonly ground: Colour;
  /** Gradients that the pieces refer to. */
  readonly definitions: string;
  /** From the bottom to the top. */
  readonly pieces: readonly Piece[];
}

interface Piece {
  readonly middle: Point;
  readonly svg: string;
}

const REACH = 90;
/** Shades of red cells in one field; each is a gradient, and those are what drawing takes longest over. */
const SHADES = 12;

export function drawField(kind: WhiteCell, random: Random): Field {
  const ground = varied([231, 225, 226], random, 5);
  const redCell = varied([203, 160, 154], random, 12);
  const stain = { nucleus: varied([112, 66, 178], random, 20), strength: random.uniform(0.72, 1) };
  const whiteCell: Point = pointIn([0, 0], 22, random);
  const shades = Array.from({ length: SHADES }, () => varied(redCell, random, 9));
  const definitions = shades.map((shade, at) => redCellGradient(shade, ground, random, `r${at}`)).join('');

  const pieces: Piece[] = [];
  const spacing = random.uniform(14.5, 22); // crowded or sparse
  for (let y = -REACH; y <= REACH; y += spacing) {
    for (let x = -REACH; x <= REACH; x += spacing) {
      if (random.uniform() < 0.18) continue;
      const middle = pointIn([x, y], spacing * 0.6, random);
      // The smear pushes red cells aside: few lie over a white one.
      if (distance(middle, whiteCell) < random.uniform(15, 21)) continue;
      const shade = random.int(SHADES);
      pieces.push({ middle, svg: drawRedCell(middle, shades[shade]!, `r${shade}`, random) });
    }
  }
  for (let platelet = random.int(14); platelet > 0; platelet--) {
    const size = random.uniform(0.7, 1.7);
    const middle = pointIn([0, 0], REACH, random);
    const shape = blob(middle, [size, size * 0.8], 0.25, random, { corners: 7 });
    pieces.push({ middle, svg: path(shape, rgb(varied([150, 110, 190], random, 20)), 'fill-opacity="0.75"') });
  }
  pieces.push({ middle: whiteCell, svg: drawWhiteCell(kind, whiteCell, stain, random, 'w') });
  return { ground, definitions, pieces };
}

/** A red cell is a disc that is thin in its middle: paler there, darkest towards the rim. */
function redCellGradient(shade: Colour, ground: Colour, random: Random, id: string): string {
  const pallor = mixed(shade, ground, random.uniform(0.15, 0.8));
  const [focusX, focusY] = pointIn([0.5, 0.5], 0.08, random);
  const stops = [
    [0, pallor],
    [random.uniform(0.2, 0.35), pallor],
    [random.uniform(0.55, 0.7), shade],
    [1, mixed(shade, [150, 100, 110], 0.18)],
  ] as const;
  const written = stops.map(([at, each]) => `<stop offset="${text(at)}" stop-color="${rgb(each)}"/>`).join('');
  return `<radialGradient id="${id}" cx="${text(focusX)}" cy="${text(focusY)}" r="0.55">${written}</radialGradient>`;
}

function drawRedCell(middle: Point, shade: Colour, gradient: string, random: Random): string {
  const radius = random.uniform(7.2, 9.4);
  const outline = blob(middle, [radius, radius * random.uniform(0.72, 1)], 0.06, random, { corners: 10 });
  const rim = `stroke="${rgb(mixed(shade, [140, 90, 110], 0.3))}" stroke-width="0.5" stroke-opacity="0.9"`;
  const glint =
    random.uniform() < 0.15 ? disc(polar(middle, radius * 0.15, 0), 0.9, 'white', 'fill-opacity="0.6"') : '';
  return path(outline, `url(#${gradient})`, `${rim} fill-opacity="0.88"`) + glint;
}

function distance(a: Point, b: Point): number {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2);
}

/** Standard deviation in pixels below which sharp refuses to blur, and nothing would be seen of it. */
const SMALLEST_BLUR = 0.3;

/** Takes one picture of a field as a square JPEG of `size` pixels. */
export async function photograph(field: Field, size: number, random: Random): Promise<Buffer> {
  const shift = pointIn([0, 0], 14, random);
  const turn = random.uniform(-35, 35);
  const scale = random.uniform(0.92, 1.12);
  const mirror = random.uniform() < 0.5 ? -1 : 1;
  const blur = random.uniform() < 0.75 ? random.uniform(0.05, 0.45) : random.uniform(0.45, 1.1);
  const view = `translate(${text(shift[0])} ${text(shift[1])}) scale(${text(scale * mirror)} ${text(scale)}) rotate(${text(turn)})`;
  const { cos, sin } = cosSin(turn);
  const inView = ({ middle: [x, y] }: Piece) =>
    Math.abs(scale * mirror * (cos * x - sin * y) + shift[0]) < 62 &&
    Math.abs(scale * (sin * x + cos * y) + shift[1]) < 62;
  const pieces = field.pieces.filter(inView).map((piece) => piece.svg);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="-50 -50 100 100">${field.definitions}
<rect x="-60" y="-60" width="120" height="120" fill="${rgb(field.ground)}"/><g transform="${view}">${pieces.join('')}</g></svg>`;
  const drawn = sharp(Buffer.from(svg)).removeAlpha();
  const sigma = (blur * size) / 100;
  const focused = sigma < SMALLEST_BLUR ? drawn : drawn.blur(sigma);
  const { data } = await focused.raw().toBuffer({ resolveWithObject: true });
  develop(data, size, random);
  const raw = { width: size, height: size, channels: 3 as const };
  return await sharp(data, { raw }).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** Light, white balance, uneven illumination and noise, in place on RGB bytes. */
function develop(pixels: Uint8Array, size: number, random: Random): void {
  const exposure = random.uniform(0.86, 1.07);
  const gains = [random.uniform(0.97, 1.03), random.uniform(0.98, 1.02), random.uniform(0.96, 1.04)];
  const noise = random.uniform(1, 5);
  const [slopeX, slopeY] = pointIn([0, 0], 0.07, random);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = Math.floor(at / 3);
    const light = 1 + slopeX * ((pixel % size) / size - 0.5) + slopeY * (Math.floor(pixel / size) / size - 0.5);
    const value = pixels[at]! * exposure * gains[at % 3]! * light + random.normal(0, noise);
    pixels[at] = Math.max(0, Math.min(255, Math.round(value)));
  }
}
