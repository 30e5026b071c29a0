/** What becomes of an old checkpoint, in words. */
import type { WeightFate, WeightReport } from '../../compiler/diff/model-diff.ts';
import { counted, grouped } from '../quantities.ts';
import { roundsInOne } from './index-ranges.ts';
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

/** Weights that one line tells of. */
interface WeightGroup {
  readonly fate: Exclude<WeightFate['fate'], 'kept'> | 'gone';
  /** In the new model; of what is gone, in the old one. */
  readonly path: string;
  /** In the old model, where it was another. */
  readonly was: string | undefined;
  /** Of a weight that has another shape now: both. */
  readonly shapes: string;
  readonly count: number;
  /** Whether any of them would be taken from another layer. */
  readonly mistaken: boolean;
}

const MARKS: Readonly<Record<WeightGroup['fate'], Mark>> = { new: '+', gone: '-', renamed: '>', reshaped: '~' };

/**
 * What does not simply load. Blocks whose weights are all new, gone or under another path are one line, and so are the
 * rounds of a loop with one fate.
 */
export function weightLines(report: WeightReport): WeightLine[] {
  const rounds = roundsInOne(
    weightGroups(report),
    ({ fate, shapes, mistaken }) => `${fate} ${shapes} ${mistaken}`,
    ({ path, was }) => (was === undefined ? [path] : [path, was]),
    (groups, [path, was]): WeightGroup => {
      const count = groups.reduce((sum, group) => sum + group.count, 0);
      return { ...groups[0]!, path: path!, was, count };
    },
  );
  return rounds.map((group) => ({
    mark: MARKS[group.fate],
    text: `${groupText(group)}${group.mistaken ? '; loaded without a map, the numbers of another layer' : ''}`,
  }));
}

function groupText({ fate, path, was, shapes, count }: WeightGroup): string {
  const many = count === 1 ? '' : ` (${grouped(count)} weights)`;
  const [is, were] = count === 1 ? ['is', 'was'] : ['are', 'were'];
  if (fate === 'renamed') return `${path} ${were} ${was}${many}`;
  if (fate === 'reshaped') return `${path}${was === undefined ? '' : `, which ${were} ${was},`} ${shapes}${many}`;
  return `${path} ${is} ${fate}${many}`;
}

function weightGroups({ weights, gone }: WeightReport): WeightGroup[] {
  const groups = new Map<string, WeightGroup>();
  const add = (
    fate: WeightGroup['fate'],
    path: string,
    mistaken: boolean,
    more: Pick<Partial<WeightGroup>, 'was' | 'shapes'> = {},
  ): void => {
    const { was, shapes = '' } = more;
    const key = `${fate} ${path} ${was}`;
    const known = groups.get(key);
    const count = (known?.count ?? 0) + 1;
    groups.set(key, { fate, path, was, shapes, count, mistaken: mistaken || known?.mistaken === true });
  };
  const fresh = wholeBlocks(
    weights.map(({ path }) => path),
    weights.filter(({ fate }) => fate === 'new').map(({ path }) => path),
  );
  for (const { path, shape, fate, old, mistaken } of weights) {
    if (fate === 'new') add(fate, within(fresh(path), path), mistaken);
    else if (fate === 'renamed') {
      const [is, was] = differingPrefixes(path, old!.path);
      add(fate, within(is, path), mistaken, { was: within(was, old!.path) });
    } else if (fate === 'reshaped') {
      const was = old!.path === path ? undefined : old!.path;
      add(fate, path, mistaken, { was, shapes: `${shapeText(old!.shape)} → ${shapeText(shape)}` });
    }
  }
  const lost = wholeBlocks(
    [...weights.flatMap(({ old }) => old?.path ?? []), ...gone.map(({ path }) => path)],
    gone.map(({ path }) => path),
  );
  for (const { path } of gone) add('gone', within(lost(path), path), false);
  return [...groups.values()];
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
