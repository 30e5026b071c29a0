/** Irregular shapes and colours as SVG text, drawn by a seeded stream. Lengths are in the drawing's own units. */
import { cosSin } from '../shared/portable-math.ts';
import type { Random } from '../shared/random.ts';

export type Point = readonly [number, number];
/** Red, green and blue in [0, 255]. */
export type Colour = readonly [number, number, number];

/** A number as SVG text; few digits, so that the text is the same wherever it is computed. */
export function text(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function rgb(colour: Colour): string {
  return `rgb(${colour.map((value) => Math.max(0, Math.min(255, Math.round(value)))).join(',')})`;
}

/** The colour with each component moved by up to `spread`. */
export function varied([red, green, blue]: Colour, random: Random, spread: number): Colour {
  const near = (value: number) => value + random.uniform(-spread, spread);
  return [near(red), near(green), near(blue)];
}

export function mixed(a: Colour, b: Colour, share: number): Colour {
  const mix = (at: 0 | 1 | 2) => a[at] + (b[at] - a[at]) * share;
  return [mix(0), mix(1), mix(2)];
}

export function polar([x, y]: Point, radius: number, degrees: number): Point {
  const { cos, sin } = cosSin(degrees);
  return [x + radius * cos, y + radius * sin];
}

/** A uniformly drawn point of a disc. */
export function pointIn(centre: Point, radius: number, random: Random): Point {
  return polar(centre, radius * Math.sqrt(random.uniform()), random.uniform(0, 360));
}

/** A smooth closed curve through the points, as path data (Catmull–Rom, written as Bézier curves). */
export function closedCurve(points: readonly Point[]): string {
  const at = (index: number) => points[(index + points.length) % points.length]!;
  const pair = ([x, y]: Point) => `${text(x)} ${text(y)}`;
  const control = (from: Point, towards: Point, away: Point): Point => [
    from[0] + (towards[0] - away[0]) / 6,
    from[1] + (towards[1] - away[1]) / 6,
  ];
  const pieces = points.map((point, index) => {
    const next = at(index + 1);
    const first = control(point, next, at(index - 1));
    const second = control(next, point, at(index + 2));
    return `C${pair(first)} ${pair(second)} ${pair(next)}`;
  });
  return `M${pair(at(0))}${pieces.join('')}Z`;
}

/** A roundish outline: an ellipse of the given radii, turned, each corner moved by up to the share `irregularity`. */
export function blob(
  centre: Point,
  [wide, high]: Point,
  irregularity: number,
  random: Random,
  { corners = 12, turn = random.uniform(0, 360) } = {},
): string {
  const { cos, sin } = cosSin(turn);
  const points = Array.from({ length: corners }, (_, corner): Point => {
    const [x, y] = polar([0, 0], 1 + random.uniform(-irregularity, irregularity), (corner * 360) / corners);
    return [centre[0] + cos * x * wide - sin * y * high, centre[1] + sin * x * wide + cos * y * high];
  });
  return closedCurve(points);
}

/** A band along a line of points, as wide as `radii` says at each: a horseshoe, or the thread between two lobes. */
export function band(points: readonly Point[], radii: readonly number[]): string {
  const left: Point[] = [];
  const right: Point[] = [];
  for (const [at, point] of points.entries()) {
    const before = points[Math.max(0, at - 1)]!;
    const after = points[Math.min(points.length - 1, at + 1)]!;
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.sqrt(dx * dx + dy * dy) || 1;
    const [nx, ny] = [(-dy / length) * radii[at]!, (dx / length) * radii[at]!];
    left.push([point[0] + nx, point[1] + ny]);
    right.push([point[0] - nx, point[1] - ny]);
  }
  return closedCurve([...left, ...right.reverse()]);
}

export function path(data: string, fill: string, rest = ''): string {
  return `<path d="${data}" fill="${fill}"${rest && ` ${rest}`}/>`;
}

export function disc([x, y]: Point, radius: number, fill: string, rest = ''): string {
  return `<circle cx="${text(x)}" cy="${text(y)}" r="${text(radius)}" fill="${fill}"${rest && ` ${rest}`}/>`;
}
