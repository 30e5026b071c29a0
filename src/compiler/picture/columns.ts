/**
 * Where along their rows boxes and lanes stand, so that most edges are straight and the others go around close by.
 *
 * The order within each row is given. Cells that an edge joins without any choice, and the lanes of one edge, form
 * columns: one position each. Columns are drawn together by the other edges and held apart by the widths in each row.
 * Both together are a least-squares problem with constraints, which is solved by alternating directions (ADMM, Boyd et
 * al. 2011): positions of cells that keep the distances in their rows (isotonic regression), and positions of columns
 * that lie near their cells and near each other.
 */

export interface Cell {
  readonly row: number;
  readonly width: number;
  /** A box, rather than a lane. */
  readonly solid: boolean;
  /** Where it is to begin with. */
  readonly x: number;
}

/** A piece of an edge between cells of two rows. */
export interface Link {
  readonly upper: number;
  readonly lower: number;
  /** From the middle of its cell to where the edge meets it. */
  readonly upperOffset: number;
  readonly lowerOffset: number;
}

const BETWEEN_BOXES = 26;
const BETWEEN_LANES = 14;
const ROUNDS = 300;
/** Pixels by which nothing moves any more once it has settled. */
const SETTLED = 0.02;
/** How strongly a column is held to its cells, beside a pull of 1 by each direct edge. */
const HOLD = 0.25;
/** How strongly an edge pulls that turns into a lane. */
const TURN = 0.06;

/** `rows` are the cells of each row from left to right; the result is the middle of each cell. */
export function columns(
  cells: readonly Cell[],
  rows: readonly (readonly number[])[],
  links: readonly Link[],
): number[] {
  const { columnOf, shifts, count } = columnsOf(cells, alignments(cells, rows, links));
  const pulls: { readonly column: number; readonly shift: number; readonly weight: number }[][] = Array.from(
    { length: count },
    () => [],
  );
  for (const { upper, lower, upperOffset, lowerOffset } of links) {
    const [a, b] = [columnOf[upper]!, columnOf[lower]!];
    if (a === b) continue;
    const weight = cells[upper]!.solid && cells[lower]!.solid ? 1 : TURN;
    const shift = shifts[upper]! + upperOffset - shifts[lower]! - lowerOffset;
    pulls[b]!.push({ column: a, shift, weight });
    pulls[a]!.push({ column: b, shift: -shift, weight });
  }
  const members: number[][] = Array.from({ length: count }, () => []);
  for (const [cell] of cells.entries()) members[columnOf[cell]!]!.push(cell);

  const x = cells.map((cell) => cell.x);
  const strain = cells.map(() => 0);
  const place = members.map((own) => own.reduce((sum, cell) => sum + x[cell]! - shifts[cell]!, 0) / own.length);
  const distances = rows.map((row) =>
    row.map((cell, at) => (at === 0 ? 0 : distance(cells[row[at - 1]!]!, cells[cell]!))),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, row] of rows.entries()) {
      const wanted = row.map((cell) => place[columnOf[cell]!]! + shifts[cell]! - strain[cell]!);
      for (const [index, position] of separated(wanted, distances[at]!).entries()) x[row[index]!] = position;
    }
    let unsettled = 0;
    for (const [column, own] of members.entries()) {
      let [sum, weight] = [0, 0];
      for (const cell of own) {
        sum += HOLD * (x[cell]! + strain[cell]! - shifts[cell]!);
        weight += HOLD;
      }
      for (const pull of pulls[column]!) {
        sum += pull.weight * (place[pull.column]! + pull.shift);
        weight += pull.weight;
      }
      unsettled = Math.max(unsettled, Math.abs(place[column]! - sum / weight));
      place[column] = sum / weight;
    }
    for (const [cell] of cells.entries()) {
      const apart = x[cell]! - shifts[cell]! - place[columnOf[cell]!]!;
      unsettled = Math.max(unsettled, Math.abs(apart));
      strain[cell]! += apart;
    }
    if (unsettled < SETTLED) break;
  }
  return cells.map((_, cell) => place[columnOf[cell]!]! + shifts[cell]!);
}

/** The links that are to be straight: along lanes, and between two boxes that only this one joins to the next row. */
function alignments(
  cells: readonly Cell[],
  rows: readonly (readonly number[])[],
  links: readonly Link[],
): readonly Link[] {
  const direct = links.filter(({ upper, lower }) => cells[upper]!.solid && cells[lower]!.solid);
  const leaving = counts(direct.map(({ upper }) => upper));
  const arriving = counts(direct.map(({ lower }) => lower));
  const lanes = links.filter(({ upper, lower }) => !cells[upper]!.solid && !cells[lower]!.solid);
  const alone = direct.filter(({ upper, lower }) => leaving.get(upper) === 1 && arriving.get(lower) === 1);
  const order = new Map(rows.flatMap((row) => row.map((cell, at) => [cell, at])));
  const accepted: Link[][] = rows.map(() => []);
  for (const link of [...alone, ...lanes]) {
    const row = cells[link.upper]!.row;
    if (cells[link.lower]!.row !== row + 1) continue;
    const side = (other: Link, end: 'upper' | 'lower'): number => order.get(link[end])! - order.get(other[end])!;
    const crosses = accepted[row]!.some((other) => side(other, 'upper') * side(other, 'lower') <= 0);
    if (!crosses) accepted[row]!.push(link);
  }
  return accepted.flat();
}

function counts(cells: readonly number[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const cell of cells) found.set(cell, (found.get(cell) ?? 0) + 1);
  return found;
}

/** Cells in columns; `shifts` is how far the middle of each is from that of its column. */
function columnsOf(cells: readonly Cell[], straight: readonly Link[]) {
  const next = new Map(straight.map((link) => [link.upper, link]));
  const continued = new Set(straight.map(({ lower }) => lower));
  const columnOf = cells.map(() => -1);
  const shifts = cells.map(() => 0);
  let count = 0;
  for (const [first] of cells.entries()) {
    if (continued.has(first)) continue;
    let cell: number | undefined = first;
    while (cell !== undefined) {
      columnOf[cell] = count;
      const link: Link | undefined = next.get(cell);
      if (link !== undefined) shifts[link.lower] = shifts[cell]! + link.upperOffset - link.lowerOffset;
      cell = link?.lower;
    }
    count += 1;
  }
  return { columnOf, shifts, count };
}

function distance(left: Cell, right: Cell): number {
  return (left.width + right.width) / 2 + (left.solid && right.solid ? BETWEEN_BOXES : BETWEEN_LANES);
}

/** Positions at least these distances apart, of least square distance from those that are wanted. */
export function separated(wanted: readonly number[], distances: readonly number[]): number[] {
  let offset = 0;
  const offsets = distances.map((each) => {
    offset += each;
    return offset;
  });
  const pools: { mean: number; count: number }[] = [];
  for (const [index, at] of wanted.entries()) {
    let pool = { mean: at - offsets[index]!, count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean >= pool.mean; last = pools.at(-1)) {
      pools.pop();
      const count = last.count + pool.count;
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count };
    }
    pools.push(pool);
  }
  const positions: number[] = [];
  for (const { mean, count } of pools) {
    for (let each = 0; each < count; each++) positions.push(mean + offsets[positions.length]!);
  }
  return positions;
}
