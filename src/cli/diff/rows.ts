/** What differs in a model as rows of a tree, for text and Markdown: the same words in both. */
import { isSame } from '../../compiler/diff/attributes.ts';
import type {
  AttributeChange,
  Change,
  DiffPart,
  ModelDiff,
  PlacedPart,
  ShapeChange,
  SharingChange,
  Totals,
  WiringChange,
} from '../../compiler/diff/model-diff.ts';
import { baseName } from '../../compiler/diff/outline.ts';
import { counted } from '../quantities.ts';
import { namesInOne, pathsInOne } from './index-ranges.ts';
import {
  attributeText,
  parameterText,
  placeText,
  shapeChangesText,
  shapeText,
  sharingText,
  wiringText,
} from './phrases.ts';

export type Mark = '+' | '-' | '~' | '>' | '!';

export interface DiffRow {
  readonly depth: number;
  /** Added, removed, changed; `>`: only its name or its place is another; `!`: it has mistakes. */
  readonly mark: Mark;
  /** `local: DRDB`, `Residual[0, 2, 4]: 3 ×` */
  readonly label: string;
  /** Whether it is a block or group. */
  readonly group: boolean;
  /** A line each. */
  readonly details: readonly string[];
  /** New minus old; of several alike, of all together. */
  readonly delta: Totals;
}

/** A part of a block, with its counterparts in the other blocks that changed as this one did. */
type Counterparts = readonly [DiffPart, ...DiffPart[]];

/** Parts of one parent that changed in the same way, each with its counterparts. */
type Alike = readonly Counterparts[];

export interface RowOptions {
  /** Levels to show; what is deeper is in the sums of its block. */
  readonly depth: number;
  /** Go into blocks that were added or removed as a whole. */
  readonly all: boolean;
}

/** The attributes that say how large an output is, and nothing else. */
const SIZES: ReadonlySet<string> = new Set(['filters', 'units', 'shape']);

/** Blocks by their old names: what they are called now. */
type Renames = ReadonlyMap<string, string>;

/** What differs; parts that changed alike are one row. The uppermost rows add up to the difference of the whole. */
export function diffRows(
  parts: readonly DiffPart[],
  { blocks, totals }: Pick<ModelDiff, 'blocks' | 'totals'>,
  { depth, all }: RowOptions,
): DiffRow[] {
  const renames = new Map(blocks.map(({ old, new: next }) => [old, next]));
  const rows: DiffRow[] = [];
  const visit = (siblings: readonly Counterparts[], level: number): void => {
    for (const alike of groupAlike(siblings)) {
      const first = alike[0]![0];
      const isWhole = first.status !== 'changed' && first.kind !== 'layer' && !all;
      rows.push(rowOf(alike, { depth: level, closed: isWhole || level + 1 >= depth, all }, renames));
      if (!isWhole && level + 1 < depth) visit(partsOf(alike.flat()), level + 1);
    }
  };
  visit(
    parts.map((part) => [part]),
    0,
  );
  return [...rows, ...elsewhere(rows, totals)];
}

/** The difference that no row has: of layers that only follow, and of blocks out of which something moved. */
function elsewhere(rows: readonly DiffRow[], totals: Change<Totals>): DiffRow[] {
  const upper = rows.filter((row) => row.depth === 0);
  const delta = upper.reduce((left, row) => combined(left, row.delta, -1), differenceOf(totals));
  const isNothing = delta.parameters === 0 && delta.macs === 0 && delta.memory === 0;
  if (upper.length === 0 || isNothing) return [];
  return [{ depth: 0, mark: '~', label: 'elsewhere, following from this', group: false, details: [], delta }];
}

/** What blocks hold that changed alike: of the first, with what stands in its place in the others. */
function partsOf([first, ...others]: readonly DiffPart[]): Counterparts[] {
  return first!.parts.map((part, at) => [part, ...others.map(({ parts }) => parts[at]!)]);
}

function rowOf(
  alike: Alike,
  { depth, closed, all }: { readonly depth: number; readonly closed: boolean; readonly all: boolean },
  renames: Renames,
): DiffRow {
  const parts = alike.map(([part]) => part);
  const everywhere = alike.flat();
  const first = everywhere[0]!;
  const { place, status } = first;
  const details = [
    ...(place === undefined ? [] : [placeText(first)]),
    ...first.parameters.map(parameterText),
    ...first.attributes
      .filter((change) => !change.follows && !isShapeItself(change, first.shape))
      .map((change) => attributeText(change)),
    ...wiringText(wiringInOne(everywhere), all),
    ...(first.sharing === undefined ? [] : [sharingText(sharingInOne(everywhere))]),
    ...shapeChangesText(everywhere.flatMap(({ shape }) => shape ?? [])),
  ];
  const layers = new Set(everywhere.map(({ totals }) => (status === 'removed' ? totals.old : totals.new).layers));
  const counts = layers.size > 1 ? `${Math.min(...layers)} to ${counted(Math.max(...layers), 'layer')}` : undefined;
  const size =
    closed && first.kind !== 'layer'
      ? ` (${counts ?? counted([...layers][0]!, 'layer')}${parts.length > 1 ? ' each' : ''})`
      : '';
  const shapes = new Set(everywhere.map((part) => shapeText((part.new ?? part.old)!.shape ?? [])));
  const shape = first.kind === 'layer' && status !== 'changed' && shapes.size === 1 ? ` ${[...shapes][0]}` : '';
  return {
    depth,
    mark: markOf(first, renames),
    label: `${labelOf(parts, renames)}${size}${shape}`,
    group: first.kind !== 'layer',
    details,
    delta: sumOfDeltas(everywhere),
  };
}

/** `reshape` and `weight` have the shape that they make as an attribute, which needs no second line. */
function isShapeItself({ name, old, new: next }: AttributeChange, shape: ShapeChange | undefined): boolean {
  return name === 'shape' && isSame(old, shape?.old) && isSame(next, shape?.new);
}

/** The paths of all where these differ in an index only, or else those of the first. */
function inOne(paths: readonly (string | undefined)[]): string | undefined {
  const known = paths.filter((path) => path !== undefined);
  return known.length === paths.length ? (pathsInOne(known) ?? paths[0]) : paths[0];
}

function wiringInOne(parts: readonly DiffPart[]): WiringChange | undefined {
  const all = parts.flatMap(({ wiring }) => wiring ?? []);
  const [first] = all;
  if (first === undefined) return undefined;
  return {
    ...first,
    new: first.new.map((_, at) => inOne(all.map((each) => each.new[at]))!),
    added: first.added.map((_, at) => inOne(all.map(({ added }) => added[at]))!),
    removed: first.removed.map((_, at) => ({
      old: inOne(all.map(({ removed }) => removed[at]?.old))!,
      new: inOne(all.map(({ removed }) => removed[at]?.new)),
    })),
  };
}

function sharingInOne(parts: readonly DiffPart[]): SharingChange {
  const all = parts.flatMap(({ sharing }) => sharing ?? []);
  return { old: inOne(all.map(({ old }) => old)), new: inOne(all.map((each) => each.new)) };
}

function markOf(part: DiffPart, renames: Renames): Mark {
  if (part.status === 'added') return '+';
  if (part.status === 'removed') return '-';
  const { place, parameters, attributes, wiring, shape, sharing, parts, old, new: next } = part;
  const same = old === undefined || next === undefined || isSameKind(old.of, next.of, renames);
  const named = parameters.every(({ kind }) => kind === 'renamed') && attributes.length === 0;
  const stays = place?.kind !== 'moved';
  const bare = wiring === undefined && shape === undefined && sharing === undefined;
  return same && named && stays && bare && parts.every((each) => markOf(each, renames) === '>') ? '>' : '~';
}

/** `stem: Stem`, but only `Stem[2]` where the name is no other than the kind; `Residual[0, 2]: 2 ×` for several. */
function labelOf(parts: readonly DiffPart[], renames: Renames): string {
  const places = parts.map((part) => part.new ?? part.old!);
  const [first] = places as [(typeof places)[number]];
  const [was, is] = [parts[0]!.old?.of, parts[0]!.new?.of];
  const kind = was !== undefined && is !== undefined && !isSameKind(was, is, renames) ? `${was} → ${is}` : first.of;
  const name = places.length === 1 ? first.name : namesText(places.map((each) => each.name));
  const bare = kind === undefined || (baseName(first.name) === kind && sameBase(places.map((each) => each.name)));
  // `relu → gelu` says the name as well, where it is no other than the kind.
  const renamed = !bare && places.length === 1 && is === first.name;
  const label = bare ? name || kind! : renamed ? kind! : `${name}: ${kind}`;
  return places.length === 1 ? label : `${label} (${places.length} ×)`;
}

function isSameKind(old: string | undefined, next: string | undefined, renames: Renames): boolean {
  return old === next || (old !== undefined && renames.get(old) === next);
}

function sameBase(names: readonly string[]): boolean {
  return names.every((name) => baseName(name) === baseName(names[0]!));
}

/** `Residual[0–5]`, `Residual[0, 2]`, or the names one after the other. */
function namesText(names: readonly string[]): string {
  const one = namesInOne(names);
  if (one !== undefined) return one;
  return names.length > 4 ? `${names.slice(0, 3).join(', ')}, …, ${names.at(-1)}` : names.join(', ');
}

/** Siblings that changed alike, by the first of them. Layers that come or go are one only where no others do between them. */
function groupAlike(siblings: readonly Counterparts[]): Alike[] {
  const found = new Map<string, Counterparts[]>();
  let [last, run] = ['', 0];
  for (const counterparts of siblings) {
    const [part] = counterparts;
    const likeness = likenessOf(part);
    if (part.status !== 'changed' && likeness !== last) [last, run] = [likeness, run + 1];
    const inOrder = part.kind === 'layer' && part.status !== 'changed';
    const key = inOrder ? `${run} ${likeness}` : likeness;
    const same = found.get(key);
    if (same === undefined) found.set(key, [counterparts]);
    else same.push(counterparts);
  }
  return [...found.values()];
}

/**
 * Of two parts the same where they differ in nothing but names, paths, sizes and where in the model they are.
 *
 * @param within whether it is asked of the blocks around
 */
function likenessOf(part: DiffPart, within = false): string {
  const { kind, status, old, new: next, place, parameters, attributes, wiring, shape, parts } = part;
  const here = (next ?? old)!;
  // Uses of a block are alike under any name.
  const name = kind === 'block' ? undefined : baseName(here.name);
  const itself = kind === 'layer' && wiring !== undefined ? here.path : undefined;
  const own = status === 'changed' ? undefined : within ? withoutSizes(here.attributes) : [here.attributes, here.shape];
  const changed = attributes.filter(({ follows }) => !follows);
  const inner = within || itself === undefined ? undefined : itself;
  return JSON.stringify([
    ...[kind, status, old?.of, next?.of, name, inner, own, parameters, changed, shape === undefined],
    // What moved to another block has a place of its own.
    place?.kind === 'moved' ? ['moved', place.siblings ?? [old?.path, next?.path]] : place?.kind,
    place?.kind === 'renamed' && [baseName(old!.name), baseName(next!.name)],
    parts.map((each) => likenessOf(each, true)),
  ]);
}

/** Blocks are alike whatever widths they are used on. */
function withoutSizes(attributes: PlacedPart['attributes']): PlacedPart['attributes'] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !SIZES.has(name)));
}

function sumOfDeltas(parts: readonly DiffPart[]): Totals {
  return parts.map(({ totals }) => differenceOf(totals)).reduce((sum, each) => combined(sum, each, 1));
}

function differenceOf({ old, new: next }: Change<Totals>): Totals {
  return combined(next, old, -1);
}

function combined(some: Totals, others: Totals, sign: 1 | -1): Totals {
  const of = (key: keyof Totals): number => some[key] + sign * others[key];
  return { layers: of('layers'), parameters: of('parameters'), macs: of('macs'), memory: of('memory') };
}
