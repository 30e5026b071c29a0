/**
 * The syntax tree: what the text says, with a span on every node, and nothing looked up.
 *
 * Comments are not nodes: documentation (`///`) hangs on the declaration or statement that follows it, and the
 * formatter takes plain comments from the token stream.
 */
import type { AblationItem } from './ast-ablation.ts';
import type { Source, Span } from './source.ts';

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface Module {
  readonly source: Source;
  readonly items: readonly Item[];
}

// ── declarations ──────────────────────────────────────────────────────────────────────────────────────────────────

export type Item = ImportItem | ConstItem | FunctionItem | LayerItem | AblationItem;

/** `import { DRDB, GLFEB } from "./blocks.spec"` */
export interface ImportItem {
  readonly kind: 'import';
  readonly span: Span;
  readonly names: readonly Name[];
  readonly path: string;
  readonly pathSpan: Span;
}

/** `const EPSILON = 1e-5` */
export interface ConstItem {
  readonly kind: 'const';
  readonly span: Span;
  readonly doc: string | undefined;
  readonly name: Name;
  readonly value: Expression;
}

/** `fn round_to(value: float, multiple: int = 8) -> int { … }`: a pure function over compile-time values. */
export interface FunctionItem {
  readonly kind: 'fn';
  readonly span: Span;
  readonly doc: string | undefined;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly result: TypeExpression | undefined;
  readonly body: Body;
}

/** `block Name(parameters)(inputs) -> outputs { … }`; a `model` is a block that stands on its own. */
export interface LayerItem {
  readonly kind: 'block' | 'model';
  readonly span: Span;
  readonly doc: string | undefined;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly TensorInput[];
  /** Undefined: left to inference. One unnamed output is a list of one with no name. */
  readonly outputs: readonly TensorOutput[] | undefined;
  readonly body: Body;
}

export interface Parameter {
  readonly span: Span;
  readonly doc: string | undefined;
  readonly name: Name;
  readonly type: TypeExpression;
  readonly default: Expression | undefined;
}

/** `x: [H, W, C]`, or `xs: [[H, W, C]]` for a list of such tensors. */
export interface TensorInput {
  readonly span: Span;
  readonly name: Name;
  /** Of the tensor, or of each in the list. */
  readonly shape: ShapeExpression;
  readonly isList: boolean;
}

export interface TensorOutput {
  readonly span: Span;
  readonly name: Name | undefined;
  readonly shape: ShapeExpression;
}

/** `[H / 2, W / 2, 2 * C]`, without the batch axis; at most one `...` or `...S` stands for any number of axes. */
export interface ShapeExpression {
  readonly span: Span;
  readonly axes: readonly ShapeAxis[];
}

export type ShapeAxis =
  | { readonly kind: 'axis'; readonly span: Span; readonly size: Expression }
  | { readonly kind: 'rest'; readonly span: Span; readonly name: Name | undefined };

export type TypeExpression =
  | { readonly kind: 'named-type'; readonly span: Span; readonly name: string } // int float bool string layer pair padding; empty where none was found and that was reported
  | { readonly kind: 'list-type'; readonly span: Span; readonly element: TypeExpression }
  | {
      readonly kind: 'record-type';
      readonly span: Span;
      readonly fields: readonly { readonly name: Name; readonly type: TypeExpression }[];
    }
  /** `"same" | "valid"`: one of these strings. */
  | { readonly kind: 'choice-type'; readonly span: Span; readonly choices: readonly string[] };

// ── statements ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Statements in braces; the value of the last expression statement is the body's value. */
export interface Body {
  readonly span: Span;
  readonly statements: readonly Statement[];
}

export type Statement = Assignment | Append | ForStatement | AssertStatement | ExpressionStatement;

/** `x = e`, or `a, b = e` for a value of several. */
export interface Assignment {
  readonly kind: 'assignment';
  readonly span: Span;
  readonly doc: string | undefined;
  readonly targets: readonly Name[];
  readonly value: Expression;
}

/** `xs += e`: append to a list, or add to a number. */
export interface Append {
  readonly kind: 'append';
  readonly span: Span;
  readonly target: Name;
  readonly value: Expression;
}

/** What a loop names in each round: `x`, `i, x` with the index first, or `[a, b]` for the parts of an element. */
export interface LoopVariables {
  readonly index: Name | undefined;
  readonly element: Name | readonly Name[];
}

/** `for x in xs { … }`, `for i, x in xs { … }` or `for [a, b] in pairs { … }`. */
export interface ForStatement {
  readonly kind: 'for';
  readonly span: Span;
  readonly variables: LoopVariables;
  readonly over: Expression;
  readonly body: Body;
}

/** `assert condition, "message"` */
export interface AssertStatement {
  readonly kind: 'assert';
  readonly span: Span;
  readonly condition: Expression;
  readonly message: Expression | undefined;
}

export interface ExpressionStatement {
  readonly kind: 'expression';
  readonly span: Span;
  readonly value: Expression;
}

// ── expressions ───────────────────────────────────────────────────────────────────────────────────────────────────

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NameExpression
  | ListExpression
  | Comprehension
  | RecordExpression
  | TupleExpression
  | UnaryExpression
  | BinaryExpression
  | CallExpression
  | PipeExpression
  | MemberExpression
  | IndexExpression
  | SliceExpression
  | IfExpression
  | MissingExpression;

export interface NumberLiteral {
  readonly kind: 'int' | 'float';
  readonly span: Span;
  readonly value: number;
}

/** `"C must divide by {groups}"`: text and interpolated expressions in turn. */
export interface StringLiteral {
  readonly kind: 'string';
  readonly span: Span;
  readonly parts: readonly (string | Expression)[];
}

export interface BooleanLiteral {
  readonly kind: 'bool';
  readonly span: Span;
  readonly value: boolean;
}

export interface NameExpression {
  readonly kind: 'name';
  readonly span: Span;
  readonly text: string;
}

export interface ListExpression {
  readonly kind: 'list';
  readonly span: Span;
  readonly elements: readonly Expression[];
}

/** `[e for x in xs if condition]` */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly span: Span;
  readonly element: Expression;
  readonly variables: LoopVariables;
  readonly over: Expression;
  readonly condition: Expression | undefined;
  /** Whether the element is the comprehension of a further `for`, whose elements are those of this list. */
  readonly joined: boolean;
}

export interface RecordExpression {
  readonly kind: 'record';
  readonly span: Span;
  readonly fields: readonly { readonly name: Name; readonly value: Expression }[];
}

/** `(a, b)`: several values, as the result of a body or to be taken apart by an assignment. */
export interface TupleExpression {
  readonly kind: 'tuple';
  readonly span: Span;
  readonly elements: readonly Expression[];
}

export interface UnaryExpression {
  readonly kind: 'unary';
  readonly span: Span;
  readonly operator: '-' | 'not';
  readonly operand: Expression;
}

/** There is no operator for division that rounds: `floor(a / b)` and `ceil(a / b)` say which way. */
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | 'in';

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly span: Span;
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Argument {
  readonly span: Span;
  /** Undefined for an argument given by position. */
  readonly name: Name | undefined;
  readonly value: Expression;
}

/** `f(a, b, name: c)` */
export interface CallExpression {
  readonly kind: 'call';
  readonly span: Span;
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
}

/** `x |> f(a)`: `f(x, a)`. The stage's arguments are empty for a bare `x |> relu`. */
export interface PipeExpression {
  readonly kind: 'pipe';
  readonly span: Span;
  readonly input: Expression;
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
  /** The stage without its input: callee and arguments. */
  readonly stageSpan: Span;
}

export interface MemberExpression {
  readonly kind: 'member';
  readonly span: Span;
  readonly object: Expression;
  readonly name: Name;
}

export interface IndexExpression {
  readonly kind: 'index';
  readonly span: Span;
  readonly object: Expression;
  readonly index: Expression;
}

/** `xs[1:3]`, `xs[1:]`, `xs[:-1]`: part of a list. */
export interface SliceExpression {
  readonly kind: 'slice';
  readonly span: Span;
  readonly object: Expression;
  readonly start: Expression | undefined;
  readonly end: Expression | undefined;
}

/** `if c { … } else if d { … } else { … }`: the chosen body's value; without `else` it has none. */
export interface IfExpression {
  readonly kind: 'if';
  readonly span: Span;
  readonly condition: Expression;
  readonly then: Body;
  /** `else if` is a body whose only statement is the next `if`. */
  readonly else: Body | undefined;
}

/** Stands where the parser expected an expression and reported that there is none. */
export interface MissingExpression {
  readonly kind: 'missing';
  readonly span: Span;
}

/** All names of a loop, the index first. */
export function namesOfLoop({ index, element }: LoopVariables): readonly Name[] {
  return [...(index === undefined ? [] : [index]), ...(Array.isArray(element) ? element : [element as Name])];
}
