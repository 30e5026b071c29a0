/** Expressions as documents: parentheses only where they are needed or keep operators apart that are easily confused. */
import type {
  Argument,
  BinaryExpression,
  Body,
  Comprehension,
  Expression,
  IfExpression,
  LoopVariables,
  Name,
  PipeExpression,
  RecordExpression,
  UnaryExpression,
} from '../ast.ts';
import { type Source, textOf } from '../source.ts';
import type { Comment, CommentQueue } from './comments.ts';
import {
  concat,
  type Document,
  group,
  hardLine,
  indent,
  line,
  mustBreak,
  sequence,
  softLine,
  suffix,
  whenBroken,
} from './document.ts';

/** How tightly an expression holds together; an operand that is looser than its place asks for gets parentheses. */
const LOOSEST = 0;
const PIPE = 1;
const NOT = 4;
const COMPARISON = 5;
const NEGATION = 8;
const POWER = 9;
const POSTFIX = 10;
const BINARY: Readonly<Record<string, number>> = {
  ...{ or: 2, and: 3 },
  ...{ '==': COMPARISON, '!=': COMPARISON, '<': COMPARISON, '<=': COMPARISON },
  ...{ '>': COMPARISON, '>=': COMPARISON, in: COMPARISON },
  ...{ '+': 6, '-': 6, '*': 7, '/': 7, '%': 7, '**': POWER },
};

function tightness(expression: Expression): number {
  if (expression.kind === 'if') return LOOSEST;
  if (expression.kind === 'pipe') return PIPE;
  if (expression.kind === 'binary') return BINARY[expression.operator] as number;
  if (expression.kind === 'unary') return expression.operator === 'not' ? NOT : NEGATION;
  return POSTFIX;
}

/** One element of something in brackets. */
export interface Element {
  readonly start: number;
  readonly end: number;
  readonly print: () => Document;
}

export abstract class ExpressionPrinter {
  constructor(
    protected readonly source: Source,
    protected readonly comments: CommentQueue,
  ) {}

  /** A body in braces; `flat`: on the line of its braces if it fits. */
  protected abstract body(body: Body, flat: boolean): Document;

  expression(expression: Expression, minimum = LOOSEST): Document {
    const document = this.#bare(expression);
    return tightness(expression) < minimum ? concat('(', document, ')') : document;
  }

  #bare(expression: Expression): Document {
    switch (expression.kind) {
      case 'int':
      case 'float':
      case 'string':
        return textOf(expression.span);
      case 'bool':
        return String(expression.value);
      case 'name':
        return expression.text;
      case 'list':
        return this.inBrackets(
          '[',
          expression.elements.map((each) => this.element(each)),
          ']',
          expression.span.end - 1,
        );
      case 'tuple':
        return this.#tuple(expression.elements, expression.span.end - 1);
      case 'comprehension':
        return this.#comprehension(expression);
      case 'record':
        return this.record(expression);
      case 'unary':
        return this.#unary(expression);
      case 'binary':
        return this.#binary(expression);
      case 'pipe':
        return this.#pipe(expression);
      case 'call':
        return concat(
          this.expression(expression.callee, POSTFIX),
          this.call(expression.arguments, expression.span.end),
        );
      case 'member':
        return concat(this.expression(expression.object, POSTFIX), '.', expression.name.text);
      case 'index':
        return concat(this.expression(expression.object, POSTFIX), '[', this.expression(expression.index), ']');
      case 'slice': {
        const bound = (each: Expression | undefined): Document => (each === undefined ? '' : this.expression(each));
        const [start, end] = [bound(expression.start), bound(expression.end)];
        return concat(this.expression(expression.object, POSTFIX), '[', start, ':', end, ']');
      }
      case 'if':
        return group(this.#if(expression, this.#staysFlat(expression)));
      case 'missing':
        return '';
    }
  }

  // ── operators ───────────────────────────────────────────────────────────────────────────────────────────────────

  #unary({ operator, operand }: UnaryExpression): Document {
    if (operator === 'not') return concat('not ', this.expression(operand, NOT));
    return concat('-', this.expression(operand, NEGATION));
  }

  /** A chain of operators of one strength: all on a line, or each operand on its own. */
  #binary(expression: BinaryExpression): Document {
    const strength = tightness(expression);
    if (strength === POWER) {
      const [base, exponent] = [this.expression(expression.left, POSTFIX), this.expression(expression.right, NEGATION)];
      return concat(base, ' ** ', exponent);
    }
    const chain: BinaryExpression[] = [];
    let first: Expression = expression;
    while (first.kind === 'binary' && continues(first, expression)) {
      chain.push(first);
      first = first.left;
      if (strength === COMPARISON) break;
    }
    const head = this.#operand(first, expression, strength === COMPARISON ? strength + 1 : strength);
    const links = chain.reverse().map((link) => {
      const [before, above] = this.#around(link.right.span.start);
      return concat(before, line, above, `${link.operator} `, this.#operand(link.right, link, strength + 1));
    });
    return group(head, indent(sequence(links)));
  }

  #operand(operand: Expression, parent: BinaryExpression, minimum: number): Document {
    const apart = operand.kind === 'binary' && easilyConfused(operand, parent);
    return this.expression(operand, apart ? POSTFIX : minimum);
  }

  /** On one line if it fits and was written so; otherwise a stage a line. */
  #pipe(expression: PipeExpression): Document {
    const stages: PipeExpression[] = [];
    let input: Expression = expression;
    while (input.kind === 'pipe') {
      stages.push(input);
      input = input.input;
    }
    stages.reverse();
    const head = this.expression(input, PIPE + 1);
    const firstStage = (stages[0] as PipeExpression).stageSpan.start;
    const broken = this.lineBreakBetween(input.span.end, firstStage);
    const links = stages.map((stage) => {
      const [before, above] = this.#around(stage.stageSpan.start);
      const callee = this.expression(stage.callee, POSTFIX);
      const given = stage.arguments.length > 0 ? this.call(stage.arguments, stage.stageSpan.end) : '';
      return concat(before, broken ? hardLine : line, above, '|> ', callee, given);
    });
    return group(head, indent(sequence(links)));
  }

  // ── brackets ────────────────────────────────────────────────────────────────────────────────────────────────────

  protected element(expression: Expression): Element {
    return { start: expression.span.start, end: expression.span.end, print: () => this.expression(expression) };
  }

  /**
   * Elements between brackets: on one line, or each on its own, with a comma after the last. The comments around them
   * stay with them. `closeOffset` is where the closing bracket stands, if the tree knows it.
   */
  protected inBrackets(
    open: string,
    elements: readonly Element[],
    close: string,
    closeOffset: number | undefined,
    padding: Document = softLine,
  ): Document {
    const lines = this.elementLines(elements, closeOffset ?? this.#closeAfter(elements));
    if (lines === undefined) return open + close;
    if (lines.elements === undefined) return concat(open, lines.opening, hardLine, close);
    return group(open, indent(lines.opening, padding, lines.elements), padding, close);
  }

  /** The elements with their comments, and the comments that end the line of the opening bracket. */
  protected elementLines(
    elements: readonly Element[],
    closeOffset: number | undefined = this.#closeAfter(elements),
  ): { opening: Document; elements: Document | undefined } | undefined {
    const first = elements[0];
    if (first === undefined && (closeOffset === undefined || !this.comments.waitsBefore(closeOffset))) return undefined;
    const opening = this.lineEnd(first?.start ?? closeOffset ?? 0);
    const parts: Document[] = [];
    elements.forEach((each, index) => {
      const above = this.comments.takeBefore(each.start, each.start);
      parts.push(ownLines(above), each.print());
      const next = elements[index + 1];
      parts.push(next === undefined ? whenBroken(',') : ',');
      const until = next?.start ?? closeOffset ?? each.end;
      parts.push(this.lineEnd(until));
      if (next !== undefined) parts.push(line);
    });
    if (closeOffset !== undefined) {
      for (const each of this.comments.takeBefore(closeOffset, closeOffset)) {
        if (parts.length > 0) parts.push(hardLine);
        parts.push(each.text, mustBreak);
      }
    }
    return { opening, elements: parts.length === 0 ? undefined : sequence(parts) };
  }

  /** Where the closing bracket stands after the last of some elements. */
  #closeAfter(elements: readonly Element[]): number | undefined {
    const last = elements.at(-1);
    if (last === undefined) return undefined;
    const between = /(?:[\s,]|\/\/[^\n]*)*/y;
    between.lastIndex = last.end;
    between.test(this.source.text);
    return between.lastIndex;
  }

  #tuple(elements: readonly Expression[], close: number): Document {
    const only = elements.length === 1 ? elements[0] : undefined;
    if (only !== undefined) return concat('(', this.expression(only), ',)');
    return this.inBrackets(
      '(',
      elements.map((each) => this.element(each)),
      ')',
      close,
    );
  }

  /** A call's arguments. A single list or record opens and closes with the parentheses. */
  protected call(given: readonly Argument[], end: number): Document {
    const only = given.length === 1 ? given[0] : undefined;
    const huggable = only?.name === undefined && (only?.value.kind === 'list' || only?.value.kind === 'record');
    if (only !== undefined && huggable && !this.comments.waitsBefore(only.span.start)) {
      return concat('(', this.expression(only.value), ')');
    }
    const elements = given.map((each) => ({
      start: each.span.start,
      end: each.span.end,
      print: () => concat(each.name === undefined ? '' : `${each.name.text}: `, this.expression(each.value)),
    }));
    return this.inBrackets('(', elements, ')', end - 1);
  }

  #comprehension(comprehension: Comprehension): Document {
    const clauses = [comprehension];
    for (let last = comprehension; last.joined && last.element.kind === 'comprehension'; ) {
      last = last.element;
      clauses.push(last);
    }
    const parts: Document[] = [softLine, this.expression(clauses.at(-1)!.element)];
    for (const { variables, over, condition } of clauses) {
      const [before, above] = this.#around(over.span.start);
      parts.push(before, line, above, `for ${loopVariables(variables)} in `, this.expression(over));
      if (condition === undefined) continue;
      const [beforeIf, aboveIf] = this.#around(condition.span.start);
      parts.push(beforeIf, line, aboveIf, 'if ', this.expression(condition));
    }
    return group('[', indent(...parts), softLine, ']');
  }

  protected record({ fields, span }: RecordExpression): Document {
    const elements = fields.map(({ name, value }) => ({
      start: name.span.start,
      end: value.span.end,
      print: () => concat(`${name.text}: `, this.expression(value)),
    }));
    return this.fields(elements, span);
  }

  /** What stands in braces, by name; broken if it was written with a line break after the brace. */
  protected fields(
    elements: Parameters<typeof this.inBrackets>[1],
    { start, end }: RecordExpression['span'],
  ): Document {
    const broken = elements[0] !== undefined && this.lineBreakBetween(start, elements[0].start);
    return this.inBrackets('{', elements, '}', end - 1, broken ? hardLine : line);
  }

  // ── if ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #if({ condition, then: chosen, else: otherwise }: IfExpression, flat: boolean): Document {
    const parts = ['if ', this.expression(condition), ' ', this.body(chosen, flat)];
    if (otherwise === undefined) return sequence(parts);
    const next = elseIf(otherwise);
    parts.push(' else ', next === undefined ? this.body(otherwise, flat) : this.#if(next, flat));
    return sequence(parts);
  }

  /** Whether all branches are single expressions, written on the line of their braces and without comments. */
  #staysFlat(expression: IfExpression): boolean {
    for (let each: IfExpression | undefined = expression; each !== undefined; ) {
      if (!this.#isFlat(each.then)) return false;
      const next: IfExpression | undefined = each.else && elseIf(each.else);
      if (each.else !== undefined && next === undefined && !this.#isFlat(each.else)) return false;
      each = next;
    }
    return true;
  }

  #isFlat({ statements, span }: Body): boolean {
    const only = statements[0];
    if (this.comments.anyWithin(span.start, span.end)) return false;
    if (only === undefined) return true;
    return statements.length === 1 && only.kind === 'expression' && !this.lineBreakBetween(span.start, only.span.start);
  }

  // ── comments and lines ──────────────────────────────────────────────────────────────────────────────────────────

  protected lineBreakBetween(start: number, end: number): boolean {
    return this.source.text.slice(start, end).includes('\n');
  }

  /** The comment that ends the line here, if one before an offset does. */
  protected lineEnd(offset: number): Document {
    const comment = this.comments.takeLineEnd(offset);
    return comment === undefined ? '' : suffix(comment.text);
  }

  /** The comments before a part that can begin a line: the one that ends the line before it, and those above it. */
  #around(start: number): [Document, Document] {
    return [this.lineEnd(start), ownLines(this.comments.takeBefore(start, undefined))];
  }
}

/** Comments on lines of their own, ready for something to follow on the next. */
export function ownLines(comments: readonly Comment[]): Document {
  return sequence(comments.flatMap((each) => [each.text, hardLine]));
}

/** The next `if`, where an `else` is an `else if`. */
function elseIf(body: Body): IfExpression | undefined {
  const only = body.statements[0];
  const value = only?.kind === 'expression' ? only.value : undefined;
  return value?.kind === 'if' && only?.span.start === body.span.start ? value : undefined;
}

/** Whether a link of a chain goes on without parentheses. */
function continues(link: BinaryExpression, parent: BinaryExpression): boolean {
  return link === parent || (tightness(link) === tightness(parent) && !easilyConfused(link, parent));
}

/** `and` within `or`, and `%` beside `*` and `/`, are told apart by parentheses even where they need none. */
function easilyConfused(inner: BinaryExpression, outer: BinaryExpression): boolean {
  if (outer.operator === 'or') return inner.operator === 'and';
  const mixes = inner.operator === '%' || outer.operator === '%';
  return mixes && tightness(inner) === tightness(outer) && inner !== outer;
}

/** `x`, `i, x`, `[a, b]` or `i, [a, b]` */
export function loopVariables({ index, element }: LoopVariables): string {
  const text = Array.isArray(element) ? `[${element.map((each) => each.text).join(', ')}]` : (element as Name).text;
  return index === undefined ? text : `${index.text}, ${text}`;
}
