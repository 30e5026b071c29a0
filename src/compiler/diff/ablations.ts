/**
 * What differs between the ablations of two sides: which variants come, go or change, by their edits and by the networks
 * that come out of them, and which ablations have mistakes.
 *
 *   Compilation ─ surveyAblations ─▶ SurveyedAblation of each side ─ ablationChanges ─▶ what differs
 *
 * It is pure. No graph is kept: of a variant only what its network costs, and a fingerprint of it.
 */
import type { AblationItem } from '../../dsl/ast-ablation.ts';
import { type Diagnostic, hasErrors } from '../../dsl/diagnostic.ts';
import { onOneLine } from '../../dsl/source.ts';
import type { Compilation, Settings } from '../compile.ts';
import type { Graph } from '../graph.ts';
import type { Ablation, Variant } from '../variants/ablation.ts';
import { ablationsOf, fingerprint } from '../variants/index.ts';
import { isComplete, surveyAblation } from '../variants/survey.ts';
import { isSame } from './attributes.ts';
import type { Change, Totals } from './model-diff.ts';
import { layerTotals, sumOf } from './totals.ts';

/** An ablation of one side, whether it is free of mistakes or not. */
export interface SurveyedAblation {
  readonly name: string;
  /** The name of its model. */
  readonly model: string;
  /** As it is shown. */
  readonly file: string;
  /** What the file is called on both sides, wherever these are. */
  readonly home: string;
  /** What is wrong with it, or with one of its variants. */
  readonly mistakes: readonly Diagnostic[];
  /** The base first; empty where the ablation itself could not be read. Those whose entries are broken have no network. */
  readonly variants: readonly SurveyedVariant[];
  /** Whether it has entries that cannot be read, of which it is not known which variants they would make. */
  readonly incomplete: boolean;
  /** Whether the model needs parameters that nothing gives, so that there are no networks. */
  readonly open: boolean;
}

export interface SurveyedVariant {
  readonly name: string;
  readonly isBase: boolean;
  /** What it does to the model, a line each: `disable local`; of the base what the ablation gives the model: `size: 64`. */
  readonly changes: readonly string[];
  /** Undefined where it has none, because of mistakes or since the model needs parameters. */
  readonly network: { readonly fingerprint: string; readonly totals: Totals } | undefined;
}

/** An ablation as one of the sides has it. */
export interface PlacedAblation {
  readonly name: string;
  readonly file: string;
  readonly model: string;
}

/** A variant as one of the sides has it. */
export interface PlacedVariant {
  readonly name: string;
  readonly changes: readonly string[];
  /** Of its network; undefined where there is none. */
  readonly totals: Totals | undefined;
}

export interface VariantChange {
  readonly status: 'added' | 'removed' | 'changed';
  /** Whether it is the base of its ablation. */
  readonly base: boolean;
  readonly old: PlacedVariant | undefined;
  readonly new: PlacedVariant | undefined;
  /** Whether the networks of both sides compute the same with weights of the same shapes; undefined without both. */
  readonly sameNetwork: boolean | undefined;
}

export interface AblationChange {
  readonly status: 'added' | 'removed' | 'changed';
  readonly old: PlacedAblation | undefined;
  readonly new: PlacedAblation | undefined;
  /** It is in another file now. */
  readonly moved: boolean;
  /** It is of another model now; a model that was renamed is no other. */
  readonly ofAnother: boolean;
  /** What is wrong with it on either side. */
  readonly mistakes: Change<readonly Diagnostic[]>;
  /** Those that differ; all of an ablation that only one side has. */
  readonly variants: readonly VariantChange[];
  /** Names of variants that only this side has, unless they are of an entry that cannot be read on the other. */
  readonly uncertain: Change<readonly string[]>;
  /** How many variants it has, on the new side if it is there, without its base. */
  readonly total: number;
}

/**
 * The ablations of a file in its order, with those that cannot be read.
 *
 * @param settingsOf the parameters that the command line gives for the model of an ablation
 */
export function surveyAblations(
  compilation: Compilation,
  { file, home }: { readonly file: string; readonly home: string },
  settingsOf: (ablation: Ablation) => Settings,
): readonly SurveyedAblation[] {
  if (hasErrors(compilation.diagnostics)) return [];
  const { value: read, diagnostics } = ablationsOf(compilation);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const left = new Map(read.map((each) => [each.span, each]));
  return compilation.project.main.module.items.flatMap((item): SurveyedAblation[] => {
    if (item.kind !== 'ablation') return [];
    const common = { name: item.name.text, model: item.model.text, file, home };
    const ablation = left.get(item.span);
    const { start, end } = item.span;
    const unread = errors.filter(({ span }) => span.start >= start && span.end <= end);
    if (ablation === undefined) return [{ ...common, mistakes: unread, variants: [], incomplete: true, open: false }];
    const found = surveyed(compilation, ablation, item, settingsOf(ablation));
    const mistakes = [...unread, ...found.mistakes].sort((a, b) => a.span.start - b.span.start);
    const written = new Set(item.body.entries.flatMap((each) => (each.kind === 'variant' ? [each.name.text] : [])));
    const incomplete = ablation.broken.some(({ names }) => !names.some((name) => written.has(name)));
    return [{ ...common, ...found, mistakes, incomplete }];
  });
}

function surveyed(
  compilation: Compilation,
  ablation: Ablation,
  item: AblationItem,
  settings: Settings,
): Pick<SurveyedAblation, 'mistakes' | 'variants' | 'open'> {
  const networks = new Map<Variant, SurveyedVariant['network']>();
  const open = !isComplete(compilation, ablation, settings);
  const { diagnostics } = open
    ? { diagnostics: [] }
    : surveyAblation(compilation, ablation, (each, graph) => networks.set(each, networkOf(graph)), settings);
  const given = item.arguments.map(({ span }) => onOneLine(span));
  const variants = [ablation.base, ...ablation.variants].map((each): SurveyedVariant => {
    const isBase = each === ablation.base;
    return { name: each.name, isBase, changes: isBase ? given : each.changes, network: networks.get(each) };
  });
  return {
    mistakes: diagnostics.filter(({ severity }) => severity === 'error'),
    variants: [...variants, ...brokenVariants(ablation, item, variants)],
    open,
  };
}

/** Variants that are written out in entries with mistakes. */
function brokenVariants(
  { broken }: Ablation,
  { body }: AblationItem,
  sound: readonly SurveyedVariant[],
): readonly SurveyedVariant[] {
  const names = new Set(broken.flatMap((each) => each.names));
  for (const { name } of sound) names.delete(name);
  return body.entries.flatMap((entry): SurveyedVariant[] => {
    if (entry.kind !== 'variant' || !names.delete(entry.name.text)) return [];
    const changes = entry.body.edits.map(({ span }) => onOneLine(span));
    return [{ name: entry.name.text, isBase: false, changes, network: undefined }];
  });
}

function networkOf(graph: Graph): SurveyedVariant['network'] {
  return { fingerprint: fingerprint(graph), totals: sumOf(layerTotals(graph), graph.nodes.keys()) };
}

/**
 * @param renames what models are called now, where the networks say that it is another name for the same
 * @returns the ablations that differ, in the order of the new side, then those that are gone
 */
export function ablationChanges(
  old: readonly SurveyedAblation[],
  next: readonly SurveyedAblation[],
  renames: readonly Change<string>[],
): AblationChange[] {
  const isSameModel = (before: SurveyedAblation, after: SurveyedAblation): boolean =>
    before.model === after.model || renames.some((each) => each.old === before.model && each.new === after.model);
  const mates = paired(old, next, [
    (before, after) => before.name === after.name && before.home === after.home,
    (before, after) => before.name === after.name,
    (before, after) => before.home === after.home && isSameModel(before, after) && isSameList(before, after),
  ]);
  const found = next.flatMap((after): AblationChange[] => {
    const before = mates.get(after);
    if (before === undefined) return [onOneSide('added', after)];
    // A file that is compared by itself has no home, and so has not left one.
    const moved = before.home !== '' && after.home !== '' && before.home !== after.home;
    const ofAnother = !isSameModel(before, after);
    const { variants, uncertain } = variantChanges(before, after);
    const mistakes = { old: before.mistakes, new: after.mistakes };
    const isSameAsBefore = before.name === after.name && !moved && !ofAnother && variants.length === 0;
    if (isSameAsBefore && [...mistakes.old, ...mistakes.new].length === 0) return [];
    return [
      {
        status: 'changed',
        old: placeOf(before),
        new: placeOf(after),
        moved,
        ofAnother,
        mistakes,
        variants,
        uncertain,
        total: countOf(after),
      },
    ];
  });
  const taken = new Set(mates.values());
  return [...found, ...old.filter((each) => !taken.has(each)).map((each) => onOneSide('removed', each))];
}

function isSameList(before: SurveyedAblation, after: SurveyedAblation): boolean {
  const names = ({ variants }: SurveyedAblation) => variants.filter(({ isBase }) => !isBase).map(({ name }) => name);
  return before.variants.length > 0 && isSame(names(before), names(after));
}

function onOneSide(status: 'added' | 'removed', ablation: SurveyedAblation): AblationChange {
  const [added, place] = [status === 'added', placeOf(ablation)];
  return {
    status,
    old: added ? undefined : place,
    new: added ? place : undefined,
    moved: false,
    ofAnother: false,
    mistakes: { old: added ? [] : ablation.mistakes, new: added ? ablation.mistakes : [] },
    variants: ablation.variants.map((each) => variantOnOneSide(status, each)),
    uncertain: { old: [], new: [] },
    total: countOf(ablation),
  };
}

function countOf({ variants }: SurveyedAblation): number {
  return variants.filter(({ isBase }) => !isBase).length;
}

function variantOnOneSide(status: 'added' | 'removed', variant: SurveyedVariant): VariantChange {
  const [added, placed] = [status === 'added', placeOfVariant(variant)];
  return {
    status,
    base: variant.isBase,
    old: added ? undefined : placed,
    new: added ? placed : undefined,
    sameNetwork: undefined,
  };
}

/**
 * Nothing is said of the variants of an ablation that one of the sides cannot read; where an entry of a side makes nobody
 * knows which variants, those that it lacks may be among them.
 */
function variantChanges(
  before: SurveyedAblation,
  after: SurveyedAblation,
): Pick<AblationChange, 'variants' | 'uncertain'> {
  if (before.variants.length === 0 || after.variants.length === 0) {
    return { variants: [], uncertain: { old: [], new: [] } };
  }
  const mates = paired(before.variants, after.variants, [
    (was, is) => was.isBase && is.isBase,
    (was, is) => was.isBase === is.isBase && was.name === is.name,
    (was, is) => was.isBase === is.isBase && isSame(was.changes, is.changes),
    (was, is) =>
      was.isBase === is.isBase && is.network !== undefined && was.network?.fingerprint === is.network.fingerprint,
  ]);
  const found = after.variants.flatMap((is): VariantChange[] => {
    const was = mates.get(is);
    if (was === undefined) return before.incomplete ? [] : [variantOnOneSide('added', is)];
    const sameNetwork =
      was.network === undefined || is.network === undefined
        ? undefined
        : was.network.fingerprint === is.network.fingerprint;
    const sameText = was.name === is.name && isSame(was.changes, is.changes);
    // The base without settings is the model itself, of which everything is told elsewhere.
    const isModel = is.isBase && was.changes.length === 0 && is.changes.length === 0;
    const isBroken = !before.open && !after.open && (was.network === undefined) !== (is.network === undefined);
    if (sameText && (isModel || (sameNetwork !== false && !isBroken))) return [];
    return [{ status: 'changed', base: is.isBase, old: placeOfVariant(was), new: placeOfVariant(is), sameNetwork }];
  });
  const taken = new Set(mates.values());
  const gone = before.variants.filter((each) => !taken.has(each));
  const come = after.variants.filter((each) => !mates.has(each));
  const names = (variants: readonly SurveyedVariant[]) => variants.map(({ name }) => name);
  return {
    variants: [...found, ...(after.incomplete ? [] : gone.map((each) => variantOnOneSide('removed', each)))],
    uncertain: { old: after.incomplete ? names(gone) : [], new: before.incomplete ? names(come) : [] },
  };
}

/** Each of the new side with one of the old, by the first of the relations that holds; each is taken once. */
function paired<T>(
  old: readonly T[],
  next: readonly T[],
  relations: readonly ((before: T, after: T) => boolean)[],
): ReadonlyMap<T, T> {
  const free = new Set(old);
  const mates = new Map<T, T>();
  for (const holds of relations) {
    for (const after of next) {
      if (mates.has(after)) continue;
      const before = old.find((each) => free.has(each) && holds(each, after));
      if (before === undefined) continue;
      free.delete(before);
      mates.set(after, before);
    }
  }
  return mates;
}

function placeOf({ name, file, model }: SurveyedAblation): PlacedAblation {
  return { name, file, model };
}

function placeOfVariant({ name, changes, network }: SurveyedVariant): PlacedVariant {
  return { name, changes, totals: network?.totals };
}
