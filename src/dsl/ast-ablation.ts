/** The part of the syntax tree that says ablations: variants of a model, and the edits that make them. */
import type { Argument, Expression, Name, RecordExpression } from './ast.ts';
import type { Span } from './source.ts';

/** `ablation Table6 of DDRNet(size: 64) { … }` */
export interface AblationItem {
  readonly kind: 'ablation';
  readonly span: Span;
  readonly doc: string | undefined;
  readonly name: Name;
  readonly model: Name;
  /** Settings of the model that the base and all variants have. */
  readonly arguments: readonly Argument[];
  readonly body: { readonly span: Span; readonly entries: readonly AblationEntry[] };
}

export type AblationEntry = BaseEntry | VariantEntry | PartsEntry | SweepEntry;

/** `base "everything"`: what the model itself is called among its variants. */
export interface BaseEntry {
  readonly kind: 'base';
  readonly span: Span;
  readonly name: Name;
}

/** `"small" { … }` */
export interface VariantEntry {
  readonly kind: 'variant';
  readonly span: Span;
  readonly doc: string | undefined;
  /** Its text is what the quotes hold. */
  readonly name: Name;
  readonly body: { readonly span: Span; readonly edits: readonly EditStatement[] };
}

/** `leave_one_out a, b, c`: a variant without each; `add_one_in a, b, c`: one with each alone, and one with none. */
export interface PartsEntry {
  readonly kind: 'leave-one-out' | 'add-one-in';
  readonly span: Span;
  readonly paths: readonly PathPattern[];
}

/** `grid { groups: [4, 8], filters: [32, 64] }`: a variant for each combination; `zip`: one for each place of the lists. */
export interface SweepEntry {
  readonly kind: 'grid' | 'zip';
  readonly span: Span;
  readonly values: RecordExpression;
  readonly except: readonly RecordExpression[];
}

export type EditStatement = DisableEdit | ReplaceEdit | InsertEdit | SetEdit | ParameterEdit;

/** `disable local, features` */
export interface DisableEdit {
  readonly kind: 'disable';
  readonly span: Span;
  readonly paths: readonly PathPattern[];
}

/** `replace local with conv2d(64, 3)` */
export interface ReplaceEdit {
  readonly kind: 'replace';
  readonly span: Span;
  readonly paths: readonly PathPattern[];
  readonly layer: Expression;
}

/** `insert batch_norm after stem` */
export interface InsertEdit {
  readonly kind: 'insert';
  readonly span: Span;
  readonly layer: Expression;
  readonly side: 'before' | 'after';
  readonly paths: readonly PathPattern[];
}

/** `set local/group_norm[*].groups = 4`: a parameter of uses in the model. */
export interface SetEdit {
  readonly kind: 'set';
  readonly span: Span;
  readonly path: PathPattern;
  readonly parameter: Name;
  readonly value: Expression;
}

/** `stem_filters = 64`: a parameter of the model. */
export interface ParameterEdit {
  readonly kind: 'parameter';
  readonly span: Span;
  readonly parameter: Name;
  readonly value: Expression;
}

/** `local/Residual[*]/conv2d` */
export interface PathPattern {
  readonly span: Span;
  readonly segments: readonly PathSegment[];
}

export interface PathSegment {
  /** A name in which `*` stands for any characters, or `**` alone for any number of segments. */
  readonly name: string;
  /** `[2]`, or `[*]` for any; undefined: the first, whose path shows none, or the first round of a loop. */
  readonly index: number | '*' | undefined;
}

/** The pattern as it is written. */
export function patternText({ segments }: PathPattern): string {
  return segments.map(({ name, index }) => `${name}${index === undefined ? '' : `[${index}]`}`).join('/');
}

/** Everything in an ablation that is evaluated, in the order of the text. */
export function expressionsOf({ arguments: given, body }: AblationItem): readonly Expression[] {
  const ofEdit = (edit: EditStatement): readonly Expression[] => {
    if (edit.kind === 'disable') return [];
    return [edit.kind === 'replace' || edit.kind === 'insert' ? edit.layer : edit.value];
  };
  const ofEntry = (entry: AblationEntry): readonly Expression[] => {
    if (entry.kind === 'variant') return entry.body.edits.flatMap(ofEdit);
    return entry.kind === 'grid' || entry.kind === 'zip' ? [entry.values, ...entry.except] : [];
  };
  return [...given.map((each) => each.value), ...body.entries.flatMap(ofEntry)];
}
