/** Names and paths that differ in nothing but an index, as one: `Residual[0–5]`, `Stage[1, 3]/conv2d`. */
import { baseName } from '../../compiler/diff/outline.ts';

/** Of `conv2d[2]` the 2; a name without an index is the first of its name. */
function indexOf(name: string): number | undefined {
  const index = name.slice(baseName(name).length);
  if (index === '') return 0;
  return /^\[\d+\]$/.test(index) ? Number(index.slice(1, -1)) : undefined;
}

/** `Residual[0–5]`, `Residual[0, 2]`; undefined where the names differ in more. */
export function namesInOne(names: readonly string[]): string | undefined {
  const base = baseName(names[0]!);
  if (names.every((name) => name === names[0])) return names[0];
  const indices = names.map(indexOf);
  if (names.some((name) => baseName(name) !== base) || indices.includes(undefined)) return undefined;
  const inRow = indices.every((index, at) => index === indices[0]! + at);
  return `${base}[${inRow && indices.length > 2 ? `${indices[0]}–${indices.at(-1)}` : indices.join(', ')}]`;
}

/** Where one segment differs, and only in its index; undefined where it is more than one, or one without an index. */
export function pathsInOne(paths: readonly string[]): string | undefined {
  const rows = paths.map((path) => path.split('/'));
  const [first] = rows as [string[]];
  if (rows.some(({ length }) => length !== first.length)) return undefined;
  const differing = [...first.keys()].filter((at) => rows.some((row) => row[at] !== first[at]));
  if (differing.length === 0) return paths[0];
  if (differing.length > 1) return undefined;
  const [at] = differing as [number];
  const name = namesInOne(rows.map((row) => row[at]!));
  return name === undefined ? undefined : first.with(at, name).join('/');
}

/**
 * Joins rows whose paths differ, each in one index, as those of the rounds of loops do, from the innermost loop outwards.
 * A joined row stands where the first of its rows stood.
 *
 * @param keyOf what else has to be the same
 * @param pathsOf as many for every row of one key
 * @param join is given the rows, in their order, and the paths that stand for those of all
 */
export function roundsInOne<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  pathsOf: (row: T) => readonly string[],
  join: (rows: readonly T[], paths: readonly string[]) => T,
): readonly T[] {
  const lengths = rows.map((row) => pathsOf(row).map((path) => path.split('/').length));
  const most = (which: number): number => Math.max(0, ...lengths.map((each) => each[which] ?? 0));
  let joined = rows;
  // Which segment of the first path and of the second; -1: all of it is the same.
  for (let at = most(0) - 1; at >= 0; at -= 1) {
    for (let bt = most(1) - 1; bt >= -1; bt -= 1) {
      const alike = new Map<string, T[]>();
      for (const row of joined) {
        const places = pathsOf(row).map((path, which) => withoutIndexAt(path, [at, bt][which] ?? -1));
        const key = JSON.stringify([keyOf(row), places]);
        const same = alike.get(key);
        if (same === undefined) alike.set(key, [row]);
        else same.push(row);
      }
      joined = [...alike.values()].flatMap((same) => {
        if (same.length === 1) return same;
        const paths = pathsOf(same[0]!).map((_, which) => pathsInOne(same.map((row) => pathsOf(row)[which]!)));
        return paths.includes(undefined) ? same : [join(same, paths as string[])];
      });
    }
  }
  return joined;
}

function withoutIndexAt(path: string, at: number): string {
  const segments = path.split('/');
  return at < 0 || at >= segments.length ? path : segments.with(at, `${baseName(segments[at]!)}[]`).join('/');
}
