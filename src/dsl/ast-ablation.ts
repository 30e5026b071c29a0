/** The part of the syntax tree that says ablations: variants of a model, and the edits that make them. */
import type { Argument, Expression, Name } from './ast.ts';
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

/** `grid { groups: [4, 8], stem/conv2d.kernel: [3, 5] }`: a variant for each combination; `zip`: one for each place of the lists. */
export interface SweepEntry {
  readonly kind: 'grid' | 'zip';
  readonly span: Span;
  readonly values: SweepValues;
  readonly except: readonly SweepValues[];
}

/** `{ groups: [4, 8], stem/conv2d.kernel: [3, 5] }`: the lists of a sweep, or the values of an exception. */
export interface SweepValues {
  readonly span: Span;
  readonly fields: readonly SweepField[];
}

export interface SweepField {
  readonly span: Span;
  /** Where in the model the parameter is; undefined: it is one of the model itself. */
  readonly path: PathPattern | undefined;
  readonly parameter: Name;
  readonly value: Expression;
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
export function patternText({ segments }: Pick<PathPattern, 'segments'>): string {
  return segments.map(({ name, index }) => `${name}${index === undefined ? '' : `[${index}]`}`).join('/');
}

/** What a sweep varies, as it is written: `width`, or `stem/conv2d.kernel`. */
export function sweptText({ path, parameter }: SweepField): string {
  return path === undefined ? parameter.text : `${patternText(path)}.${parameter.text}`;
}

/** Everything in an ablation that is evaluated, in the order of the text. */
export function expressionsOf({ arguments: given, body }: AblationItem): readonly Expression[] {
  const ofEdit = (edit: EditStatement): readonly Expression[] => {
    if (edit.kind === 'disable') return [];
    return [edit.kind === 'replace' || edit.kind === 'insert' ? edit.layer : edit.value];
  };
  const ofEntry = (entry: AblationEntry): readonly Expression[] => {
    if (entry.kind === 'variant') return entry.body.edits.flatMap(ofEdit);
    if (entry.kind !== 'grid' && entry.kind !== 'zip') return [];
    return [entry.values, ...entry.except].flatMap(({ fields }) => fields.map((field) => field.value));
  };
  return [...given.map((each) => each.value), ...body.entries.flatMap(ofEntry)];
}
