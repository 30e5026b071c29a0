/** A comparison as a picture: the old model beside the new one, with what comes, goes, changes or moves in colours. */
import { type Counterparts, counterpartsOf } from '../../compiler/diff/counterparts.ts';
import { matchGraphs } from '../../compiler/diff/match.ts';
import type { Change, DiffPart } from '../../compiler/diff/model-diff.ts';
import { renderBeside, type Side } from '../../compiler/picture/beside.ts';
import { depthFor } from '../../compiler/picture/depth.ts';
import { pictureOf } from '../../compiler/picture/picture.ts';
import { type Mark, viewOf } from '../../compiler/picture/view.ts';
import { WrongUse } from '../failure.ts';
import type { Comparison } from './compare.ts';
import { titleOf } from './text.ts';

/** Boxes that one still finds one's way about in, where blocks are opened for what changed in them. */
const MOST_BOXES = 250;

/**
 * @param depth levels of blocks to open on both sides; where it is infinite, as many as fit on a page, and beyond them the
 *   blocks in which something differs
 * @throws WrongUse where it is not one model that is compared
 */
export function comparisonSvg({ models }: Comparison, depth: number): string {
  const [entry, ...others] = models.filter(({ diff }) => diff !== undefined);
  if (entry === undefined || others.length > 0) {
    throw new WrongUse(
      'a picture shows one model',
      'name it on both sides: specc diff OLD#Model NEW#Model --format svg',
    );
  }
  const { graphs, diff } = entry;
  const marks = marksOf(diff!.parts);
  const { paths, levels } = counterpartsOf(matchGraphs(graphs.old!, graphs.new!));
  const sides = [
    { picture: pictureOf(graphs.old!), title: titleOf(entry.old!), marks: marks.old, levels: levels.old },
    { picture: pictureOf(graphs.new!), title: titleOf(entry.new!), marks: marks.new, levels: levels.new },
  ] as const;
  const [old, next] = sides;
  if (Number.isFinite(depth)) return renderBeside(old, next, { depth: commonDepth(sides, depth), counterparts: paths });
  const open = commonDepth(sides, undefined);
  const opened = openedByChanges(marks, paths);
  const [before, after] = [
    { ...old, opened: opened.old },
    { ...next, opened: opened.new },
  ];
  const boxes = [before, after].map(({ picture, ...own }) => viewOf(picture, { ...own, depth: open }).boxes);
  const shown = boxes.every((count) => count <= MOST_BOXES) ? ([before, after] as const) : sides;
  return renderBeside(...shown, { depth: open, counterparts: paths });
}

/** The depth to which both sides can be opened; one that has no more to open does not hold the other back. */
function commonDepth(sides: readonly Side[], wanted: number | undefined): number {
  const depths = sides.map(({ picture, levels, marks }) => depthFor(picture, wanted, { levels: levels!, marks }));
  const limits = depths.filter(({ complete }) => !complete).map((each) => each.depth);
  return limits.length > 0 ? Math.min(...limits) : Math.max(...depths.map((each) => each.depth));
}

type Marked = Change<ReadonlyMap<string, Mark>>;

/** What comes, goes, changes or moves, by the paths of each side. */
function marksOf(parts: readonly DiffPart[]): Marked {
  const before = new Map<string, Mark>();
  const after = new Map<string, Mark>();
  const visit = (part: DiffPart): void => {
    const { old, new: next } = part;
    const mark = markOf(part);
    if (mark !== undefined && old !== undefined) before.set(old.path, mark);
    if (mark !== undefined && next !== undefined) after.set(next.path, mark);
    part.parts.forEach(visit);
  };
  parts.forEach(visit);
  return { old: before, new: after };
}

/** Blocks that both sides have with something marked in them, on one side or both. */
function openedByChanges(marks: Marked, paths: Counterparts['paths']): Change<ReadonlySet<string>> {
  const around = (side: ReadonlyMap<string, Mark>): Set<string> => {
    const found = new Set<string>();
    for (const path of side.keys()) {
      for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) found.add(path.slice(0, at));
    }
    for (const [path, mark] of side) if (mark === 'added' || mark === 'removed') found.delete(path);
    return found;
  };
  const [old, next] = [around(marks.old), around(marks.new)];
  for (const [path, there] of paths) {
    if (there === undefined) continue;
    if (old.has(path)) next.add(there);
    else if (next.has(there)) old.add(path);
  }
  return { old, new: next };
}

/** Of a block that only holds what changed nothing: its parts have the marks. */
function markOf({
  status,
  place,
  parameters,
  attributes,
  wiring,
  shape,
  sharing,
  old,
  new: next,
}: DiffPart): Mark | undefined {
  if (status !== 'changed') return status;
  const own = parameters.length + attributes.length > 0 || wiring !== undefined || shape !== undefined;
  if (own || sharing !== undefined || (old !== undefined && next !== undefined && old.of !== next.of)) return 'changed';
  return place === undefined ? undefined : 'moved';
}
