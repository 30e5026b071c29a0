/** What differs in ablations as rows, for text and Markdown: the same words in both. */
import type { AblationChange, PlacedVariant, VariantChange } from '../../compiler/diff/ablations.ts';
import type { Totals } from '../../compiler/diff/model-diff.ts';
import { NOTHING } from '../../compiler/diff/totals.ts';
import type { Diagnostic } from '../../dsl/diagnostic.ts';
import { counted } from '../quantities.ts';
import type { DiffRow, Mark } from './rows.ts';

/** So many variants and mistakes of an ablation are shown without `--all`. */
const MOST_SHOWN = 12;

export function ablationRows(changes: readonly AblationChange[], { all }: { readonly all: boolean }): DiffRow[] {
  return changes.flatMap((change) => [rowOf(change), ...(isListed(change, all) ? variantRows(change, all) : [])]);
}

/** Mistakes of the new side: what `specc check` would refuse. */
export function newMistakes(changes: readonly AblationChange[]): readonly Diagnostic[] {
  return changes.flatMap(({ mistakes }) => mistakes.new);
}

/** The variants of an ablation that is new or gone are in its own row. */
function isListed({ status }: AblationChange, all: boolean): boolean {
  return status === 'changed' || all;
}

function rowOf(change: AblationChange): DiffRow {
  const { status, old, new: next, moved, ofAnother, mistakes } = change;
  const { name, file, model } = (next ?? old)!;
  const size =
    status === 'changed' || change.variants.length === 0 ? '' : ` (${counted(change.variants.length, 'variant')})`;
  const details = [
    ...(old !== undefined && next !== undefined && old.name !== next.name ? [`was called ${old.name}`] : []),
    ...(moved ? [`is in ${next!.file} now, not in ${old!.file}`] : []),
    ...(ofAnother ? [`is of ${next!.model} now, not of ${old!.model}`] : []),
    ...(status === 'changed' || mistakes.new.length > 0 ? [] : [change.variants.map(nameOf).join(', ')]),
    ...mistakeTexts(mistakes.new),
    ...(mistakes.old.length > 0 && mistakes.new.length === 0 && next !== undefined
      ? [`had ${counted(mistakes.old.length, 'mistake')} before, and has none now`]
      : []),
    ...uncertainTexts(change),
  ];
  const mark: Mark = mistakes.new.length > 0 ? '!' : status === 'added' ? '+' : status === 'removed' ? '-' : '~';
  return {
    depth: 0,
    mark,
    label: `ablation ${name} of ${file}#${model}${size}${verdict(change)}`,
    group: true,
    details: details.filter((each) => each !== ''),
    delta: NOTHING,
  };
}

function uncertainTexts({ uncertain }: AblationChange): string[] {
  const text = (names: readonly string[], verb: string, when: string): string[] => {
    if (names.length === 0) return [];
    const listed = shortList(names.map((each) => `"${each}"`));
    return [`it is not known whether it ${verb} ${listed}${when}: not all of its entries can be read`];
  };
  return [...text(uncertain.old, 'still has', ''), ...text(uncertain.new, 'had', ' before')];
}

/** Says whether the mistakes came with the change. */
function verdict({ mistakes, old }: AblationChange): string {
  if (mistakes.new.length === 0) return '';
  return old === undefined || mistakes.old.length > 0 ? ' does not check' : ' no longer checks';
}

function mistakeTexts(mistakes: readonly Diagnostic[]): string[] {
  const texts = mistakes.slice(0, MOST_SHOWN).map(({ code, message, span: { source, start } }) => {
    const { line, column } = source.position(start);
    return `${source.path}:${line}:${column}: ${message.split('\n')[0]} (${code})`;
  });
  const left = mistakes.length - texts.length;
  return left > 0 ? [...texts, `and ${counted(left, 'mistake')} more`] : texts;
}

function variantRows({ variants, total }: AblationChange, all: boolean): DiffRow[] {
  const rows = groupAlike(variants).map((alike) => variantRow(alike, total));
  const shown = all ? rows : rows.slice(0, MOST_SHOWN);
  if (shown.length === rows.length) return rows;
  const label = `… ${rows.length - shown.length} more; --all shows them`;
  return [...shown, { depth: 1, mark: '~', label, group: false, details: [], delta: NOTHING }];
}

/** Variants whose text is as before, and whose network changed by the same, are one row. */
function groupAlike(variants: readonly VariantChange[]): readonly (readonly VariantChange[])[] {
  const groups = new Map<string, VariantChange[]>();
  for (const [at, each] of variants.entries()) {
    const isPlain = each.status === 'changed' && textChanges(each).length === 0 && each.sameNetwork === false;
    const key = isPlain ? JSON.stringify(deltaOf(each)) : String(at);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, [each]);
    else same.push(each);
  }
  return [...groups.values()];
}

/** @param total how many variants the ablation has, without its base */
function variantRow(alike: readonly VariantChange[], total: number): DiffRow {
  const [first] = alike as readonly [VariantChange];
  const { status } = first;
  const names = alike.map(nameOf);
  const label = names.length > 2 && names.length === total ? `all ${total} variants` : shortList(names);
  return {
    depth: 1,
    mark: status === 'added' ? '+' : status === 'removed' ? '-' : '~',
    label: alike.length === 1 ? label : `${label} (each)`,
    group: false,
    details: [...textChanges(first), ...networkTexts(first)],
    delta: deltaOf(first),
  };
}

function shortList(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

function nameOf({ base, old, new: next }: VariantChange): string {
  return `${base ? 'base ' : ''}"${(next ?? old)!.name}"`;
}

/** What is written of a variant and was not, and the other way round. */
function textChanges({ status, old, new: next }: VariantChange): string[] {
  if (status !== 'changed') {
    // A point of a sweep is called by what it does.
    const { name, changes } = (next ?? old)!;
    return changes.join(', ') === name ? [] : [...changes];
  }
  const [was, is] = [old!, next!];
  const come = is.changes.filter((each) => !was.changes.includes(each));
  const gone = was.changes.filter((each) => !is.changes.includes(each));
  const edits =
    come.length === 1 && gone.length === 1
      ? [`${gone[0]} → ${come[0]}`]
      : [...gone.map((each) => `no longer ${each}`), ...come.map((each) => `now also ${each}`)];
  return [...(was.name === is.name ? [] : [`was called "${was.name}"`]), ...edits, ...orderText(was, is)];
}

function orderText(was: PlacedVariant, is: PlacedVariant): string[] {
  const isReordered =
    was.changes.length === is.changes.length &&
    was.changes.some((each, at) => each !== is.changes[at]) &&
    was.changes.every((each) => is.changes.includes(each));
  return isReordered ? [`its edits are in another order: ${is.changes.join('; ')}`] : [];
}

function networkTexts(change: VariantChange): string[] {
  const { status, old, new: next, sameNetwork } = change;
  if (status === 'removed') return [];
  if (status === 'added') return next!.totals === undefined ? [] : [counted(next!.totals.parameters, 'parameter')];
  if (sameNetwork) return ['the same network as before'];
  const { parameters, macs, memory } = deltaOf(change);
  if (sameNetwork === false && parameters === 0 && macs === 0 && memory === 0)
    return ['another network of the same cost'];
  if (sameNetwork === false || (old!.totals === undefined) === (next!.totals === undefined)) return [];
  return [next!.totals === undefined ? 'gives no network any more' : 'gave no network before'];
}

function deltaOf({ status, old, new: next }: VariantChange): Totals {
  const [was, is] = [old?.totals, next?.totals];
  if (status !== 'changed' || was === undefined || is === undefined) return NOTHING;
  return {
    layers: is.layers - was.layers,
    parameters: is.parameters - was.parameters,
    macs: is.macs - was.macs,
    memory: is.memory - was.memory,
  };
}
