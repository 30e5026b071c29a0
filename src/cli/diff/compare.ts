/**
 * Compares two sides: which model of one is which of the other, and what differs between them.
 *
 * Mistakes in a side are thrown as `SideErrors`, with the files as the side shows them.
 */
import { posix } from 'node:path';
import { type Compilation, compile, elaborate, type Settings } from '../../compiler/compile.ts';
import {
  type AblationChange,
  ablationChanges,
  type SurveyedAblation,
  surveyAblations,
} from '../../compiler/diff/ablations.ts';
import {
  type Definition,
  type DefinitionChange,
  type DefinitionItem,
  definitionChanges,
  definitionOf,
} from '../../compiler/diff/definitions.ts';
import { diffModels } from '../../compiler/diff/diff-models.ts';
import { isEmptyDiff, type ModelDiff, type Totals } from '../../compiler/diff/model-diff.ts';
import { layerTotals, sumOf } from '../../compiler/diff/totals.ts';
import type { Graph } from '../../compiler/graph.ts';
import { loadProject } from '../../compiler/project.ts';
import { type Ablation, elaborateVariant } from '../../compiler/variants/index.ts';
import { readModelSettings } from '../../config/model-settings.ts';
import type { Item, LayerItem } from '../../dsl/ast.ts';
import { type Diagnostic, hasErrors } from '../../dsl/diagnostic.ts';
import { parse } from '../../dsl/parse.ts';
import type { Source } from '../../dsl/source.ts';
import { didYouMean } from '../../shared/suggest.ts';
import { type ChosenVariant, chooseVariant, modelOfAblation, qualifiedName } from '../choose-variant.ts';
import { WrongUse } from '../failure.ts';
import { type DiffSide, shownIn } from './sides.ts';

export interface PlacedModel {
  readonly file: string;
  readonly name: string;
  /** `Table6/Conv + DRDB`, where it is a variant of the model. */
  readonly variant?: string;
}

export interface ModelEntry {
  /** `same`: nothing differs, not even a name in a path. */
  readonly status: 'added' | 'removed' | 'changed' | 'same';
  readonly old: PlacedModel | undefined;
  readonly new: PlacedModel | undefined;
  /** Beside the names of the sides, what tells it from other models: `Net` of one file, `net.spec#Net` of several. */
  readonly title: string;
  /** Of a model that only one side has: its size. */
  readonly totals: Totals | undefined;
  /** Of a model that both sides have. */
  readonly diff: ModelDiff | undefined;
  /** The graphs of both sides, for pictures. */
  readonly graphs: { readonly old: Graph | undefined; readonly new: Graph | undefined };
}

export interface Comparison {
  readonly old: string;
  readonly new: string;
  readonly models: readonly ModelEntry[];
  /** Those that differ, and those with mistakes of the files that differ. */
  readonly ablations: readonly AblationChange[];
  readonly definitions: readonly DefinitionChange[];
  /** Models that need parameters to be built, and were not compared. */
  readonly skipped: readonly PlacedModel[];
}

/** A side that cannot be compared, for what is wrong with it. */
export class SideErrors extends Error {
  override readonly name = 'SideErrors';

  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super('a side has errors');
  }
}

/** A file of a side, without mistakes. */
interface ReadFile {
  readonly side: DiffSide;
  /** What it is called on both sides. */
  readonly home: string;
  readonly path: string;
  readonly compilation: Compilation;
}

/** A model of a side, before its graph is made. */
interface Candidate extends ReadFile {
  readonly item: LayerItem;
  readonly chosen: ChosenVariant | undefined;
}

export function compareSides(old: DiffSide, next: DiffSide, overrides: readonly string[]): Comparison {
  const changed = (side: DiffSide, other: DiffSide): readonly string[] =>
    side.files.filter((path) => !isUnchanged(side, other, path));
  const files = [readFiles(old, changed(old, next)), readFiles(next, changed(next, old))] as const;
  const sides = [candidatesOf(old, files[0]), candidatesOf(next, files[1])] as const;
  const pairs = pairModels(old, next, ...sides);
  checkOverrides(overrides, sides.flat());
  const alone = pairs.length === 1;
  const skipped: PlacedModel[] = [];
  const models = pairs.flatMap(([before, after]): ModelEntry[] => {
    const [given, taken] = [before, after].map((each) => each && settingsOf(each, overrides));
    const open = [before, after].filter(
      (each): each is Candidate => each !== undefined && !isComplete(each, each === before ? given! : taken!),
    );
    if (open.length > 0 && !alone) {
      skipped.push(placed(open[0]!));
      return [];
    }
    return [entryOf(before && { ...before, settings: given! }, after && { ...after, settings: taken! })];
  });
  const renames = models.flatMap(({ diff }) => (diff === undefined ? [] : [...diff.blocks, diff.model]));
  const told = blocksIn(models);
  // Constants and functions are in the networks of those that use them.
  const items = (item: Item): item is DefinitionItem =>
    isLayer(item) || (models.length === 0 && (item.kind === 'const' || item.kind === 'fn'));
  const [heads, nextHeads] = [definitionsOf(old, next, items), definitionsOf(next, old, items)];
  const definitions = definitionChanges(heads, nextHeads, renames, (name) => told.has(name));
  const ablations = ablationChanges(
    ablationsIn(old, files[0], overrides),
    ablationsIn(next, files[1], overrides),
    models.flatMap(({ diff }) => diff?.model ?? []),
  );
  const [before, after] = [labelOf(old, sides[0]), labelOf(next, sides[1])];
  return { old: before, new: after, models, ablations, definitions, skipped };
}

/** Whether a file and everything that it imports is the same text on both sides. */
function isUnchanged(side: DiffSide, other: DiffSide, path: string): boolean {
  // Left out on one side alone, a model would seem new or gone: a file and a folder call the same file otherwise.
  if (isOneFile(side) !== isOneFile(other)) return false;
  if (homeOf(side, path) === '' || !other.files.includes(pathIn(other, homeOf(side, path)))) return false;
  const text = side.loader.read(path);
  if (text === undefined || !isSameText(side, other, path, text)) return false;
  const { value: project, diagnostics } = loadProject(path, text, side.loader);
  const own = project.modules.filter((each) => !each.path.startsWith('std/'));
  return !hasErrors(diagnostics) && own.every((each) => isSameText(side, other, each.path, each.module.source.text));
}

/** @throws SideErrors for mistakes in any of them */
function readFiles(side: DiffSide, paths: readonly string[]): readonly ReadFile[] {
  const files = paths.map((path): ReadFile => {
    const compilation = compile(path, side.loader.read(path) ?? '', side.loader);
    return { side, home: homeOf(side, path), path, compilation };
  });
  const errors = files.flatMap(({ compilation }) => compilation.diagnostics.filter(isError));
  if (errors.length > 0) throw new SideErrors(shownIn(side, errors));
  return files;
}

function candidatesOf(side: DiffSide, files: readonly ReadFile[]): readonly Candidate[] {
  const found = files.flatMap((file): Candidate[] => {
    if (side.variant !== undefined) {
      const chosen = variantOf(side, side.variant, file.path, file.compilation);
      return [{ ...file, item: chosen.item, chosen }];
    }
    return [...file.compilation.models.values()].map((item) => ({ ...file, item, chosen: undefined }));
  });
  if (side.model === undefined) return found;
  const chosen = found.filter(({ item }) => item.name.text === side.model);
  if (chosen.length > 0 || files.length === 0) return chosen;
  const names = found.map(({ item }) => item.name.text);
  const help = didYouMean(side.model, names) ?? (names.length > 0 ? `there is ${names.join(', ')}` : undefined);
  throw new WrongUse(`${side.shown(side.root)} has no model \`${side.model}\``, help);
}

function variantOf(
  side: DiffSide,
  { name, takes }: NonNullable<DiffSide['variant']>,
  path: string,
  compilation: Compilation,
): ChosenVariant {
  const place = { path: side.shown(path), model: side.model };
  const { value: chosen, diagnostics } = chooseVariant(compilation, name, place);
  if (chosen === undefined) throw new SideErrors(shownIn(side, diagnostics));
  return takes === 'base' ? { ...chosen, variant: chosen.ablation.base } : chosen;
}

/** Those of the model that the side names, or of all; where variants are compared, none. */
function ablationsIn(
  side: DiffSide,
  files: readonly ReadFile[],
  overrides: readonly string[],
): readonly SurveyedAblation[] {
  if (side.variant !== undefined) return [];
  return files.flatMap(({ compilation, path, home }) => {
    const settings = (ablation: Ablation): Settings =>
      settingsOf({ item: modelOfAblation(compilation, ablation) }, overrides);
    return surveyAblations(compilation, { file: side.shown(path), home }, settings)
      .filter(({ model }) => side.model === undefined || side.model === model)
      .map((each) => ({ ...each, mistakes: shownIn(side, each.mistakes) }));
  });
}

function labelOf(side: DiffSide, candidates: readonly Candidate[]): string {
  const chosen = candidates[0]?.chosen;
  return chosen === undefined ? side.label : `${side.label} (${qualifiedName(chosen)})`;
}

type Pair = readonly [old: Candidate | undefined, new: Candidate | undefined];

/** Two models that are alone on their sides are a pair; others by file and name, by name, or as what is left of a file. */
function pairModels(old: DiffSide, next: DiffSide, before: readonly Candidate[], after: readonly Candidate[]): Pair[] {
  if (before.length === 1 && after.length === 1 && isOneFile(old) && isOneFile(next)) return [[before[0], after[0]]];
  const [free, mates] = [new Set(before), new Map<Candidate, Candidate>()];
  const take = (fits: (a: Candidate, b: Candidate) => boolean): void => {
    for (const candidate of after) {
      if (mates.has(candidate)) continue;
      const found = [...free].filter((each) => fits(each, candidate));
      if (found.length !== 1) continue;
      free.delete(found[0]!);
      mates.set(candidate, found[0]!);
    }
  };
  const left = (candidates: readonly Candidate[], home: string, isLeft: (each: Candidate) => boolean): number =>
    candidates.filter((each) => each.home === home && isLeft(each)).length;
  take((a, b) => a.home === b.home && a.item.name.text === b.item.name.text);
  take((a, b) => a.item.name.text === b.item.name.text);
  take(
    (a, b) =>
      a.home === b.home &&
      left(before, a.home, (each) => free.has(each)) === 1 &&
      left(after, b.home, (each) => !mates.has(each)) === 1,
  );
  if (old.model !== undefined || next.model !== undefined) {
    const wanting = [...free, ...after.filter((each) => !mates.has(each))];
    const several = wanting.length > 2 ? (before.length > 1 ? before : after) : [];
    if (several.length > 1) {
      const [{ side }] = several as [Candidate];
      const names = several.map(({ item }) => `${side.shown(side.root)}#${item.name.text}`);
      throw new WrongUse(`${side.shown(side.root)} has ${several.length} models`, `name one of ${names.join(', ')}`);
    }
  }
  return [
    ...after.map((candidate): Pair => [mates.get(candidate), candidate]),
    ...[...free].map((candidate): Pair => [candidate, undefined]),
  ];
}

function isOneFile({ root, files }: DiffSide): boolean {
  return files.length === 1 && files[0] === root;
}

type Built = Candidate & { readonly settings: Settings };

function entryOf(before: Built | undefined, after: Built | undefined): ModelEntry {
  const graphs = { old: before && graphOf(before), new: after && graphOf(after) };
  const common = { old: before && placed(before), new: after && placed(after), title: titleOf(before, after), graphs };
  const only = graphs.old === undefined ? graphs.new : graphs.new === undefined ? graphs.old : undefined;
  if (only !== undefined) {
    const totals = sumOf(layerTotals(only), only.nodes.keys());
    return { status: before === undefined ? 'added' : 'removed', ...common, totals, diff: undefined };
  }
  const diff = diffModels(graphs.old!, graphs.new!);
  return { status: isEmptyDiff(diff) ? 'same' : 'changed', ...common, totals: undefined, diff };
}

/** Without the revision, and with both names where they are not one. */
function titleOf(before: Candidate | undefined, after: Candidate | undefined): string {
  const [one, other] = [before ?? after!, after ?? before!];
  const isNamed = one.home !== other.home || one.home !== '';
  const title = ({ home, path, item, chosen }: Candidate): string => {
    const file = one.path === other.path ? path : home === '' ? posix.basename(path) : home;
    const variant = chosen === undefined ? '' : ` (${qualifiedName(chosen)})`;
    return `${isNamed ? `${file}#` : ''}${item.name.text}${variant}`;
  };
  const [was, is] = [title(one), title(other)];
  return was === is ? is : `${was} → ${is}`;
}

function graphOf({ compilation, item, chosen, settings, side }: Built): Graph {
  const { value, diagnostics } =
    chosen === undefined
      ? elaborate(compilation, item.name.text, settings)
      : elaborateVariant(compilation, chosen.ablation, chosen.variant, settings);
  if (value === undefined || hasErrors(diagnostics)) {
    throw new SideErrors(shownIn(side, diagnostics.filter(isError)));
  }
  return value;
}

/** The values of `--set` that are for parameters of this model: the other side may have others. */
function settingsOf({ item }: Pick<Candidate, 'item'>, overrides: readonly string[]): Settings {
  const own = overrides.filter((each) => item.parameters.some(({ name }) => name.text === settingName(each)));
  const { value, diagnostics } = readModelSettings(item, own);
  if (hasErrors(diagnostics)) throw new SideErrors(diagnostics);
  return value;
}

function isComplete({ item, chosen }: Candidate, settings: Settings): boolean {
  const given = { ...settings, ...chosen?.variant.settings };
  return item.parameters.every(({ name, default: value }) => value !== undefined || name.text in given);
}

function checkOverrides(overrides: readonly string[], candidates: readonly Candidate[]): void {
  const known = candidates.flatMap(({ item }) => item.parameters.map(({ name }) => name.text));
  for (const override of overrides) {
    const name = settingName(override);
    if (name === '' || !override.includes('=')) throw new WrongUse(`--set takes name=value, not '${override}'`);
    if (known.includes(name)) continue;
    const help =
      didYouMean(name, known) ?? (known.length > 0 ? `there is ${[...new Set(known)].join(', ')}` : undefined);
    throw new WrongUse(`no model here has a parameter \`${name}\``, help);
  }
}

function settingName(override: string): string {
  return override.slice(0, Math.max(0, override.indexOf('='))).trim();
}

/** The names of the blocks that the networks of these models are made of, on either side. */
function blocksIn(models: readonly ModelEntry[]): ReadonlySet<string> {
  const graphs = models.flatMap(({ graphs }) => [graphs.old, graphs.new]);
  return new Set(graphs.flatMap((graph) => graph?.scopes.flatMap(({ block }) => block?.name ?? []) ?? []));
}

function isLayer(item: Item): item is LayerItem {
  return item.kind === 'block' || item.kind === 'model';
}

/** What is defined in all files that are not the same on both sides, and in those that they import. */
function definitionsOf(
  side: DiffSide,
  other: DiffSide,
  isWanted: (item: Item) => item is DefinitionItem,
): Definition[] {
  const texts = new Map<string, Source>();
  for (const path of side.files) {
    const text = side.loader.read(path);
    if (text === undefined) continue;
    const { value: project } = loadProject(path, text, side.loader);
    for (const { path: each, module } of project.modules) if (!each.startsWith('std/')) texts.set(each, module.source);
  }
  return [...texts].flatMap(([path, source]) => {
    const home = homeOf(side, path);
    if (home !== '' && isSameText(side, other, path, source.text)) return [];
    const items = parse(source).value.items;
    return items.filter(isWanted).map((item) => definitionOf(item, side.shown(path), home));
  });
}

/** What a file is called on both sides: its path from the root; empty for the only file of a side. */
function homeOf(side: DiffSide, path: string): string {
  if (isOneFile(side)) return path === side.root ? '' : posix.relative(posix.dirname(side.root), path);
  return posix.relative(side.root, path);
}

function pathIn(side: DiffSide, home: string): string {
  if (isOneFile(side)) return home === '' ? side.root : posix.join(posix.dirname(side.root), home);
  return posix.join(side.root, home);
}

function isSameText(side: DiffSide, other: DiffSide, path: string, text: string): boolean {
  return other.loader.read(pathIn(other, homeOf(side, path))) === text;
}

function placed({ side, path, item, chosen }: Candidate): PlacedModel {
  const model = { file: side.shown(path), name: item.name.text };
  return chosen === undefined ? model : { ...model, variant: qualifiedName(chosen) };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}
