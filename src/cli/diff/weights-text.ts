/** What becomes of an old checkpoint, in words. */
import type { WeightFate, WeightReport } from '../../compiler/diff/model-diff.ts';
import { counted, grouped } from '../quantities.ts';
import { shapeText } from './phrases.ts';
import type { Mark } from './rows.ts';

export interface WeightLine {
  readonly mark: Mark;
  readonly text: string;
}

/** The account in one line, or undefined where every weight loads and nothing is left over. */
export function weightAccount({ weights, gone }: WeightReport): string | undefined {
  const count = (fits: (fate: WeightFate) => boolean): number => weights.filter(fits).length;
  const kept = count(({ fate }) => fate === 'kept');
  if (kept === weights.length && gone.length === 0) return undefined;
  const renamed = count(({ fate }) => fate === 'renamed');
  const reshaped = count(({ fate }) => fate === 'reshaped');
  const fresh = count(({ fate }) => fate === 'new');
  const mistaken = count((each) => each.mistaken);
  return [
    `${grouped(kept)} of ${counted(weights.length, 'weight')} load from an old checkpoint`,
    ...(renamed > 0 ? [`${grouped(renamed)} more with --weight-map`] : []),
    ...(reshaped > 0 ? [`${grouped(reshaped)} reset because of their shape`] : []),
    ...(fresh > 0 ? [`${grouped(fresh)} ${fresh === 1 ? 'is' : 'are'} new`] : []),
    ...(gone.length > 0 ? [`${grouped(gone.length)} ${gone.length === 1 ? 'is' : 'are'} gone`] : []),
    ...(mistaken > 0 ? [`${grouped(mistaken)} would take the numbers of another layer`] : []),
  ].join(', ');
}

/** What does not simply load: blocks whose weights are all new, gone or under another path are one line. */
export function weightLines({ weights, gone }: WeightReport): WeightLine[] {
  const lines = new Map<string, { mark: Mark; text: (count: number) => string; count: number; mistaken: boolean }>();
  const add = (key: string, mark: Mark, mistaken: boolean, text: (count: number) => string): void => {
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { mark, text, count: 1, mistaken });
    else {
      line.count += 1;
      line.mistaken ||= mistaken;
    }
  };
  const fresh = wholeBlocks(
    weights.map(({ path }) => path),
    weights.filter(({ fate }) => fate === 'new').map(({ path }) => path),
  );
  for (const { path, shape, fate, old, mistaken } of weights) {
    if (fate === 'new') {
      const block = fresh(path);
      add(
        `+${block}`,
        '+',
        mistaken,
        (count) => `${within(block, path)} ${count === 1 ? 'is' : 'are'} new${many(count)}`,
      );
    } else if (fate === 'renamed') {
      const [is, was] = differingPrefixes(path, old!.path);
      add(
        `>${is} ${was}`,
        '>',
        mistaken,
        (count) => `${within(is, path)} ${count === 1 ? 'was' : 'were'} ${within(was, old!.path)}${many(count)}`,
      );
    } else if (fate === 'reshaped') {
      const name = old!.path === path ? path : `${path}, which was ${old!.path},`;
      add(`~${path}`, '~', mistaken, () => `${name} ${shapeText(old!.shape)} → ${shapeText(shape)}`);
    }
  }
  const lost = wholeBlocks(
    [...weights.flatMap(({ old }) => old?.path ?? []), ...gone.map(({ path }) => path)],
    gone.map(({ path }) => path),
  );
  for (const { path } of gone) {
    const block = lost(path);
    add(`-${block}`, '-', false, (count) => `${within(block, path)} ${count === 1 ? 'is' : 'are'} gone${many(count)}`);
  }
  return [...lines.values()].map(({ mark, text, count, mistaken }) => ({
    mark,
    text: `${text(count)}${mistaken ? '; loaded without a map, the numbers of another layer' : ''}`,
  }));
}

function many(count: number): string {
  return count === 1 ? '' : ` (${grouped(count)} weights)`;
}

/** `stem/*` for what is in a block, the path itself where it is a single weight. */
function within(block: string, path: string): string {
  return block === path ? path : block === '' ? 'all' : `${block}/*`;
}

/** For a path among some: the outermost block all of whose weights are among them. */
function wholeBlocks(all: readonly string[], some: readonly string[]): (path: string) => string {
  const counts = new Map<string, number>();
  const count = (paths: readonly string[], by: number): void => {
    for (const path of paths) for (const block of blocksAround(path)) counts.set(block, (counts.get(block) ?? 0) + by);
  };
  count(all, 1);
  count(some, -1);
  return (path) => blocksAround(path).find((block) => counts.get(block) === 0) ?? path;
}

/** `a`, `a/b`, `a/b/c`: from the outside in. */
function blocksAround(path: string): string[] {
  const segments = path.split('/');
  return segments.map((_, at) => segments.slice(0, at + 1).join('/'));
}

/** What is left of two paths without the segments that they end with alike. */
function differingPrefixes(a: string, b: string): [string, string] {
  const [is, was] = [a.split('/'), b.split('/')];
  while (is.length > 1 && was.length > 1 && is.at(-1) === was.at(-1)) {
    is.pop();
    was.pop();
  }
  return [is.join('/'), was.join('/')];
}
