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
