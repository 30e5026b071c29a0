/**
 * What differs between the definitions of two sides: parameters, types and defaults, and the files they are in. Of a block
 * that none of the compared models uses, so that no network tells of it, also whether it does something else.
 *
 * A default can change without any effect on a network, where every use gives the parameter; it is told all the same,
 * since the next use may not. Defaults and bodies are compared as the formatter writes them, without comments.
 */
import type { ConstItem, FunctionItem, LayerItem } from '../../dsl/ast.ts';
import { CommentQueue } from '../../dsl/format/comments.ts';
import { type Document, printDocument } from '../../dsl/format/document.ts';
import { ModulePrinter } from '../../dsl/format/print-module.ts';
import { textOf } from '../../dsl/source.ts';
import type { Change } from './model-diff.ts';

export type DefinitionItem = ConstItem | FunctionItem | LayerItem;

export interface Definition {
  readonly kind: DefinitionItem['kind'];
  readonly name: string;
  /** As it is shown. */
  readonly file: string;
  /** What the file is called on both sides, wherever these are. */
  readonly home: string;
  readonly parameters: readonly DefinedParameter[];
  /** All of it but its name and parameters, in one line; of a constant, its value. */
  readonly body: string;
}

export interface DefinedParameter {
  readonly name: string;
  readonly type: string;
  readonly default: string | undefined;
}

export type DefinedParameterChange =
  | { readonly kind: 'added' | 'removed'; readonly parameter: DefinedParameter }
  | { readonly kind: 'changed'; readonly old: DefinedParameter; readonly new: DefinedParameter };

export interface DefinitionChange {
  readonly kind: Definition['kind'];
  readonly status: 'added' | 'removed' | 'changed';
  readonly old: { readonly name: string; readonly file: string } | undefined;
  readonly new: { readonly name: string; readonly file: string } | undefined;
  /** It is in another file now. */
  readonly moved: boolean;
  readonly parameters: readonly DefinedParameterChange[];
  /** Where it is another, and no network tells of it. */
  readonly body: Change<string> | undefined;
}

export function definitionOf(item: DefinitionItem, file: string, home: string): Definition {
  const { kind, name } = item;
  const printer = new ModulePrinter(item.span.source, new CommentQueue([]));
  const printed = (document: Document): string => inOneLine(printDocument(document, Number.POSITIVE_INFINITY));
  if (item.kind === 'const') {
    return { kind, name: name.text, file, home, parameters: [], body: printed(printer.expression(item.value)) };
  }
  const parameters = item.parameters.map((parameter): DefinedParameter => {
    return {
      name: parameter.name.text,
      type: inOneLine(textOf(parameter.type.span)),
      default: parameter.default && printed(printer.expression(parameter.default)),
    };
  });
  const body = printed(printer.item({ ...item, name: { ...name, text: '' }, parameters: [] }));
  return { kind, name: name.text, file, home, parameters, body };
}

/**
 * @param renames what blocks and models are called now, where the networks say that it is another name for the same
 * @param isTold whether the networks tell of what the block of this name does
 */
export function definitionChanges(
  old: readonly Definition[],
  next: readonly Definition[],
  renames: readonly Change<string>[],
  isTold: (block: string) => boolean,
): DefinitionChange[] {
  const free = new Set(old);
  const mates = new Map<Definition, Definition>();
  const take = (fits: (before: Definition, after: Definition) => boolean): void => {
    for (const after of next) {
      if (mates.has(after)) continue;
      const before = old.find((each) => free.has(each) && each.kind === after.kind && fits(each, after));
      if (before === undefined) continue;
      free.delete(before);
      mates.set(after, before);
    }
  };
  take((before, after) => before.name === after.name && before.home === after.home);
  take((before, after) => before.name === after.name);
  take((before, after) => renames.some((each) => each.old === before.name && each.new === after.name));
  take((before, after) => after.kind === 'block' && before.body === after.body && sameParameters(before, after));
  const found = next.flatMap((after): DefinitionChange[] => {
    const before = mates.get(after);
    if (before === undefined) {
      if (after.kind === 'model') return [];
      return [{ kind: after.kind, status: 'added', old: undefined, new: placeOf(after), ...NOTHING }];
    }
    const parameters = parameterChanges(before.parameters, after.parameters);
    const isOther = before.body !== after.body && after.kind !== 'model' && !isTold(before.name) && !isTold(after.name);
    const body = isOther ? { old: before.body, new: after.body } : undefined;
    const moved = before.home !== after.home;
    if (parameters.length === 0 && body === undefined && before.name === after.name && !moved) return [];
    return [
      { kind: after.kind, status: 'changed', old: placeOf(before), new: placeOf(after), moved, parameters, body },
    ];
  });
  // A model that only one side has is told of as a model.
  const gone = [...free].flatMap((before): DefinitionChange[] => {
    if (before.kind === 'model') return [];
    return [{ kind: before.kind, status: 'removed', old: placeOf(before), new: undefined, ...NOTHING }];
  });
  return [...found, ...gone];
}

function parameterChanges(
  old: readonly DefinedParameter[],
  next: readonly DefinedParameter[],
): DefinedParameterChange[] {
  const mates = new Map<DefinedParameter, DefinedParameter>();
  for (const after of next) {
    const before = old.find((each) => each.name === after.name);
    if (before !== undefined) mates.set(after, before);
  }
  const used = new Set(mates.values());
  for (const [place, after] of next.entries()) {
    const before = old[place];
    if (mates.has(after) || before === undefined || used.has(before)) continue;
    // In the same place, of the same type and with the same default: another name.
    if (before.type !== after.type || before.default !== after.default) continue;
    mates.set(after, before);
    used.add(before);
  }
  const found = next.flatMap((after): DefinedParameterChange[] => {
    const before = mates.get(after);
    if (before === undefined) return [{ kind: 'added', parameter: after }];
    const same = before.name === after.name && before.type === after.type && before.default === after.default;
    return same ? [] : [{ kind: 'changed', old: before, new: after }];
  });
  const gone = old.filter((before) => !used.has(before));
  return [...found, ...gone.map((parameter): DefinedParameterChange => ({ kind: 'removed', parameter }))];
}

const NOTHING = { moved: false, parameters: [], body: undefined } as const;

function sameParameters(before: Definition, after: Definition): boolean {
  return parameterChanges(before.parameters, after.parameters).length === 0;
}

function placeOf({ name, file }: Definition) {
  return { name, file };
}

function inOneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/,? ([\])}])/g, '$1')
    .replace(/([[({]) /g, '$1')
    .trim();
}
