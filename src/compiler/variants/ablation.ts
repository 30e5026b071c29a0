/** Ablations as values: a base and its variants, each of which sets parameters of the model and edits its structure. */
import type { Expression, Name } from '../../dsl/ast.ts';
import type { PathPattern } from '../../dsl/ast-ablation.ts';
import type { Diagnostic } from '../../dsl/diagnostic.ts';
import type { Span } from '../../dsl/source.ts';
import type { Settings } from '../elaborate.ts';
import type { Value } from '../evaluate/value.ts';

export interface Ablation {
  readonly name: string;
  /** The name of the model. */
  readonly model: string;
  readonly doc: string | undefined;
  /** The model with what all variants have in common. */
  readonly base: Variant;
  /** All but the base, in the order of the source, without those of broken entries. */
  readonly variants: readonly Variant[];
  /** Entries that make no variants, or not all of theirs, because something is wrong with them. */
  readonly broken: readonly BrokenEntry[];
  readonly span: Span;
}

/** Whether a variant of an ablation is meant: by its name, or by that after the ablation's, `Table6/Conv + DRDB`. */
export function isMeant(wanted: string, { name: ablation }: Pick<Ablation, 'name'>, name: string): boolean {
  return wanted === name || wanted === `${ablation}/${name}`;
}

export interface BrokenEntry {
  /** Of the variants that it would make and does not, where they are known. */
  readonly names: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Variant {
  readonly name: string;
  /** Fit to name a file; unique in the ablation, whatever the case of its letters. */
  readonly slug: string;
  readonly doc: string | undefined;
  /** Parameters of the model, those of the base among them. */
  readonly settings: Settings;
  /** Those settings that are layers, whose constants are but their names. */
  readonly layers: ReadonlyMap<string, Value>;
  /** Whether it is a point of a `grid` or `zip`. */
  readonly swept: boolean;
  /** Where the settings of its own are written. */
  readonly settingSpans: ReadonlyMap<string, Span>;
  readonly edits: readonly Edit[];
  /** What it does, a line each: `disable local`, `groups = 4`. */
  readonly changes: readonly string[];
  readonly span: Span;
}

/** One change of structure at every place that a pattern matches, with what it does on one line. */
export type Edit = { readonly span: Span; readonly text: string; readonly pattern: PathPattern } & (
  | { readonly kind: 'disable' }
  | { readonly kind: 'replace'; readonly layers: readonly Expression[] }
  | { readonly kind: 'insert'; readonly side: 'before' | 'after'; readonly layers: readonly Expression[] }
  | { readonly kind: 'set'; readonly parameter: Name; readonly value: Value; readonly valueSpan: Span }
);
