/** A comparison as a picture: the old model beside the new one, with what comes, goes, changes or moves in colours. */
import type { DiffPart, ModelDiff } from '../../compiler/diff/model-diff.ts';
import { renderBeside } from '../../compiler/picture/beside.ts';
import { depthFor } from '../../compiler/picture/depth.ts';
import { pictureOf } from '../../compiler/picture/picture.ts';
import type { Mark } from '../../compiler/picture/view.ts';
import { WrongUse } from '../failure.ts';
import type { Comparison } from './compare.ts';
import { titleOf } from './text.ts';

/**
 * @param depth levels of blocks to open; as many as fit on a page where it is infinite
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
  const [old, next] = [pictureOf(graphs.old!), pictureOf(graphs.new!)];
  const { before, after, renamed } = marksOf(diff!);
  const wanted = Number.isFinite(depth) ? depth : undefined;
  const open = Math.min(depthFor(old, wanted).depth, depthFor(next, wanted).depth);
  return renderBeside(
    { picture: old, title: titleOf(entry.old!), marks: before },
    { picture: next, title: titleOf(entry.new!), marks: after },
    { depth: open, renamed },
  );
}

interface Marked {
  readonly before: ReadonlyMap<string, Mark>;
  readonly after: ReadonlyMap<string, Mark>;
  /** Of the old model, what has another path in the new one. */
  readonly renamed: ReadonlyMap<string, string>;
}

function marksOf({ parts, weights }: ModelDiff): Marked {
  const before = new Map<string, Mark>();
  const after = new Map<string, Mark>();
  const renamed = new Map<string, string>();
  const visit = (part: DiffPart): void => {
    const { old, new: next } = part;
    const mark = markOf(part);
    if (mark !== undefined && old !== undefined) before.set(old.path, mark);
    if (mark !== undefined && next !== undefined) after.set(next.path, mark);
    if (old !== undefined && next !== undefined && old.path !== next.path) renamed.set(old.path, next.path);
    part.parts.forEach(visit);
  };
  parts.forEach(visit);
  // Layers that kept their place in a block, and changed their number alone.
  for (const { path, old } of weights.weights) {
    if (old === undefined || old.path === path) continue;
    const layer = (each: string): string => each.slice(0, each.lastIndexOf('/'));
    renamed.set(layer(old.path), layer(path));
  }
  return { before, after, renamed };
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
