/**
 * Expressions of the syntax tree: operators get their precedence here, literals their values (`build-literal.ts`).
 *
 * From loose to tight: `|>`, `or`, `and`, `not`, comparisons (which do not chain), `+ -`, `* / %`, unary minus, `**`.
 */
import type { CstNode, IToken } from 'chevrotain';
import type {
  Argument,
  BinaryOperator,
  Body,
  Comprehension,
  Expression,
  IfExpression,
  LoopVariables,
  PipeExpression,
} from './ast.ts';
import { LiteralBuilder, MAX_DEPTH } from './build-literal.ts';
import { node, nodes, token, tokens } from './cst.ts';
import { diagnostic } from './diagnostic.ts';
import { cover, type Span } from './source.ts';
import * as t from './tokens.ts';

const PIPE = 0;
const NOT = 3;
const COMPARISON = 4;
const POWER = 7;
const PRECEDENCE: Readonly<Record<string, number>> = {
  '|>': PIPE,
  or: 1,
  and: 2,
  ...{ '==': COMPARISON, '!=': COMPARISON, '<': COMPARISON, '<=': COMPARISON },
  ...{ '>': COMPARISON, '>=': COMPARISON, in: COMPARISON },
  ...{ '+': 5, '-': 5 },
  ...{ '*': 6, '/': 6, '%': 6 },
  '**': POWER,
};

/** What a parenthesised expression's span leaves out and its surroundings cover: the parentheses. */
interface Located {
  readonly value: Expression;
  readonly span: Span;
}

/** The operands and operators of one flat expression, and how far they are read. */
interface Run {
  readonly operands: readonly CstNode[];
  readonly operators: readonly IToken[];
  next: number;
}

export abstract class ExpressionBuilder extends LiteralBuilder {
  /** The statements of a `Body` token, which are chunks of their own. */
  protected abstract body(body: IToken | undefined, after: Span): Body;

  // ── operators ───────────────────────────────────────────────────────────────────────────────────────────────────

  protected override expression(tree: CstNode | undefined, after: Span): Expression {
    const plain = token(tree, 'Number');
    if (plain !== undefined) return this.number(plain);
    const operands = nodes(tree, 'operand');
    if (operands.length === 0) return this.missing(after);
    const operators = tokens(tree, 'Operator');
    const links = operators.length + operands.reduce((sum, each) => sum + linksOf(each), 1);
    this.depth += links;
    try {
      if (this.depth > MAX_DEPTH) {
        const span = this.nodeSpan(tree, after);
        const limit = `one expression may chain and nest ${MAX_DEPTH} operations`;
        const first = this.source.span(span.start, Math.min(span.end, span.start + 1));
        if (this.depth - links <= MAX_DEPTH) this.report(diagnostic('nested-too-deeply', first, { limit }));
        return this.missing(span);
      }
      const run: Run = { operands, operators, next: 0 };
      return this.#binary(run, PIPE, after).value;
    } finally {
      this.depth -= links;
    }
  }

  #binary(run: Run, minimum: number, after: Span): Located {
    let left = this.#unary(run, minimum, after);
    let compared: Span | undefined;
    for (;;) {
      const operator = run.operators[run.next - 1];
      const precedence = PRECEDENCE[operator?.image ?? ''];
      if (operator === undefined || precedence === undefined || precedence < minimum) return left;
      const operatorSpan = this.tokenSpan(operator);
      if (precedence === PIPE) {
        left = this.#pipe(left, run, operatorSpan);
        left = this.#afterPipe(left, run);
        continue;
      }
      if (precedence === COMPARISON) {
        if (compared !== undefined) {
          const labels = [{ span: compared, text: 'the first comparison' }];
          this.report(diagnostic('chained-comparison', operatorSpan, {}, { labels }));
        }
        compared = operatorSpan;
      }
      left = this.#join(left, operator, this.#binary(run, precedence + 1, operatorSpan));
    }
  }

  #join(left: Located, operator: IToken, right: Located): Located {
    const span = cover(left.span, right.span);
    const operatorSpan = this.tokenSpan(operator);
    const text = operator.image as BinaryOperator;
    return {
      value: { kind: 'binary', span, operator: text, operatorSpan, left: left.value, right: right.value },
      span,
    };
  }

  #unary(run: Run, minimum: number, after: Span): Located {
    const operand = run.operands[run.next++];
    if (operand === undefined) return { value: this.missing(after), span: this.source.span(after.end) };
    return this.#prefixed(run, operand, tokens(operand, 'PrefixOperator'), 0, minimum, after);
  }

  #prefixed(run: Run, operand: CstNode, prefixes: IToken[], at: number, minimum: number, after: Span): Located {
    const prefix = prefixes[at];
    if (prefix === undefined) {
      const base = this.#postfixed(operand, after);
      const power = run.operators[run.next - 1];
      if (power?.tokenType !== t.Power) return base;
      return this.#join(base, power, this.#unary(run, POWER, this.tokenSpan(power)));
    }
    const operator = prefix.tokenType === t.Not ? 'not' : '-';
    const place = this.tokenSpan(prefix);
    if (operator === 'not' && minimum > NOT) this.report(diagnostic('not-in-operand', place, {}));
    const tight = operator === 'not' ? this.#negated(run, operand, prefixes, at, place) : undefined;
    const inner = tight ?? this.#prefixed(run, operand, prefixes, at + 1, POWER, place);
    const span = cover(place, inner.span);
    return { value: { kind: 'unary', span, operator, operand: inner.value }, span };
  }

  /** The operand of `not`, which reaches over comparisons: `not a == b` is `not (a == b)`. */
  #negated(run: Run, operand: CstNode, prefixes: IToken[], at: number, place: Span): Located {
    let left = this.#prefixed(run, operand, prefixes, at + 1, NOT, place);
    let compared = false;
    for (;;) {
      const operator = run.operators[run.next - 1];
      const precedence = PRECEDENCE[operator?.image ?? ''];
      if (operator === undefined || precedence === undefined || precedence < COMPARISON) return left;
      if (precedence === COMPARISON) {
        if (compared) this.report(diagnostic('chained-comparison', this.tokenSpan(operator), {}));
        compared = true;
      }
      left = this.#join(left, operator, this.#binary(run, precedence + 1, this.tokenSpan(operator)));
    }
  }

  // ── pipelines ───────────────────────────────────────────────────────────────────────────────────────────────────

  #pipe(input: Located, run: Run, pipe: Span): Located {
    const operand = run.operands[run.next++];
    const stage = operand === undefined ? undefined : this.#stage(operand, pipe);
    const stageSpan = operand === undefined ? this.source.span(pipe.end) : this.nodeSpan(operand, pipe);
    const span = cover(input.span, cover(pipe, stageSpan));
    const callee = stage?.callee ?? this.missing(pipe);
    const value: PipeExpression = {
      kind: 'pipe',
      span,
      input: input.value,
      callee,
      arguments: stage?.arguments ?? [],
      stageSpan,
    };
    return { value, span };
  }

  /** `NAME(.NAME)*` with or without arguments; anything else is reported. */
  #stage(operand: CstNode, pipe: Span): { callee: Expression; arguments: readonly Argument[] } | undefined {
    const value = this.#postfixed(operand, pipe).value;
    if (value.kind === 'missing') return undefined;
    const stage = value.kind === 'call' ? { callee: value.callee, arguments: value.arguments } : undefined;
    const callee = stage?.callee ?? value;
    const parenthesised = node(node(operand, 'primary'), 'parenthesis') !== undefined;
    if (!isPath(callee) || parenthesised || tokens(operand, 'PrefixOperator').length > 0) {
      this.report(diagnostic('pipe-stage', this.nodeSpan(operand, pipe), {}));
      return undefined;
    }
    return stage ?? { callee, arguments: [] };
  }

  /** An operator after a stage: it would have to bind looser than `|>`, and nothing does. */
  #afterPipe(left: Located, run: Run): Located {
    const operator = run.operators[run.next - 1];
    if (operator === undefined || operator.tokenType === t.Pipe) return left;
    const labels = [{ span: left.span, text: 'the pipeline' }];
    const args = { operator: operator.image };
    this.report(diagnostic('operator-after-pipe', this.tokenSpan(operator), args, { labels }));
    return this.#join(left, operator, this.#binary(run, PIPE + 1, this.tokenSpan(operator)));
  }

  // ── calls, members, indices ─────────────────────────────────────────────────────────────────────────────────────

  #postfixed(operand: CstNode, after: Span): Located {
    const primary = node(operand, 'primary');
    let span = this.nodeSpan(primary, after);
    let value = this.#primary(primary, after);
    for (const postfix of nodes(operand, 'postfix')) {
      span = cover(span, this.nodeSpan(postfix, span));
      const call = node(postfix, 'callArguments');
      const dot = token(postfix, 'Dot');
      if (call !== undefined) {
        value = { kind: 'call', span, callee: value, arguments: this.arguments(call, span) };
      } else if (dot !== undefined) {
        const name = token(postfix, 'Name');
        const place = this.source.span(span.end);
        value = { kind: 'member', span, object: value, name: name ? this.name(name) : { text: '', span: place } };
      } else {
        const bracket = token(postfix, 'LeftBracket');
        const [start, end] = [node(postfix, 'start'), node(postfix, 'end')];
        if (token(postfix, 'Colon') === undefined) {
          const index = this.expression(start, bracket ? this.tokenSpan(bracket) : span);
          value = { kind: 'index', span, object: value, index };
        } else {
          const bound = (tree: CstNode | undefined): Expression | undefined => tree && this.expression(tree, span);
          value = { kind: 'slice', span, object: value, start: bound(start), end: bound(end) };
        }
      }
    }
    return { value, span };
  }

  protected arguments(call: CstNode, otherwise: Span): Argument[] {
    return nodes(call, 'argument').map((each) => {
      const span = this.nodeSpan(each, otherwise);
      const name = token(each, 'Name');
      const value = this.expression(node(each, 'expression'), span);
      return { span, name: name === undefined ? undefined : this.name(name), value };
    });
  }

  // ── primaries ───────────────────────────────────────────────────────────────────────────────────────────────────

  #primary(primary: CstNode | undefined, after: Span): Expression {
    const span = this.nodeSpan(primary, after);
    const number = token(primary, 'Number');
    if (number !== undefined) return this.number(number);
    const strings = node(primary, 'strings');
    if (strings !== undefined) return this.strings(strings, span);
    const name = token(primary, 'Name');
    if (name !== undefined) return { kind: 'name', span, text: name.image };
    if (token(primary, 'True') ?? token(primary, 'False')) {
      return { kind: 'bool', span, value: token(primary, 'True') !== undefined };
    }
    const parenthesis = node(primary, 'parenthesis');
    if (parenthesis !== undefined) return this.#parenthesis(parenthesis, span);
    const list = node(primary, 'list');
    if (list !== undefined) return this.#list(list, span);
    const record = node(primary, 'record');
    if (record !== undefined) return this.#record(record, span);
    const conditional = node(primary, 'ifExpression');
    if (conditional !== undefined) return this.#conditional(conditional, span);
    return this.missing(after);
  }

  #parenthesis(parenthesis: CstNode, span: Span): Expression {
    const elements = nodes(parenthesis, 'expression').map((each) => this.expression(each, span));
    if (tokens(parenthesis, 'Comma').length > 0) return { kind: 'tuple', span, elements };
    return elements[0] ?? this.missing(this.source.span(span.start, span.start + 1));
  }

  #list(list: CstNode, span: Span): Expression {
    const all = nodes(list, 'element');
    const rest = all.map((each) => token(each, 'Ellipsis')).find((each) => each !== undefined);
    if (rest !== undefined) this.report(diagnostic('misplaced-rest', this.tokenSpan(rest), {}));
    const elements = all.map((each) => this.expression(node(each, 'expression'), this.nodeSpan(each, span)));
    const generators = nodes(list, 'generator');
    const keyword = token(generators[0], 'For');
    if (keyword === undefined) return { kind: 'list', span, elements };

    const place = this.tokenSpan(keyword);
    if (elements.length !== 1) this.report(diagnostic('comprehension-element', place, { count: elements.length }));
    // the first `for` is the outermost
    return generators.reduceRight<Expression>(
      (element, each, at) => this.#comprehension(each, element, span, at < generators.length - 1),
      elements[0] ?? this.missing(span),
    );
  }

  #comprehension(generator: CstNode, element: Expression, span: Span, joined: boolean): Comprehension {
    const place = this.nodeSpan(generator, span);
    const loop = node(generator, 'loop');
    const condition = token(generator, 'If');
    return {
      kind: 'comprehension',
      span,
      element,
      variables: this.loopVariables(loop),
      over: this.expression(node(loop, 'expression'), this.nodeSpan(loop, place)),
      condition: condition && this.expression(node(generator, 'expression'), this.tokenSpan(condition)),
      joined,
    };
  }

  protected loopVariables(loop: CstNode | undefined): LoopVariables {
    const names = tokens(loop, 'Name').map((each) => this.name(each));
    const parts = node(loop, 'parts');
    if (parts !== undefined) return { index: names[0], element: tokens(parts, 'Name').map((each) => this.name(each)) };
    const [first, second] = names;
    return second === undefined ? { index: undefined, element: first ?? [] } : { index: first, element: second };
  }

  #record(record: CstNode, span: Span): Expression {
    const fields = nodes(record, 'field').flatMap((each) => {
      const name = token(each, 'Name');
      if (name === undefined) return [];
      return [{ name: this.name(name), value: this.expression(node(each, 'expression'), this.nodeSpan(each, span)) }];
    });
    return { kind: 'record', span, fields };
  }

  /** `else if` becomes a body that holds the next `if`; built from the last to the first. */
  #conditional(tree: CstNode, span: Span): IfExpression {
    const bodies = tokens(tree, 'Body');
    const keywords = tokens(tree, 'If');
    const last = token(tree, 'otherwise');
    const branches = keywords.map((keyword, index) => {
      const start = this.tokenSpan(keyword);
      const condition = this.expression(nodes(tree, 'expression')[index], start);
      return { start, condition, chosen: this.body(bodies[index], condition.span) };
    });
    let otherwise = last === undefined ? undefined : this.body(last, span);
    let result: IfExpression | undefined;
    for (const { start, condition, chosen } of branches.reverse()) {
      const whole = cover(start, (otherwise ?? chosen).span);
      result = conditional(whole, condition, chosen, otherwise);
      otherwise = { span: whole, statements: [{ kind: 'expression', span: whole, value: result }] };
    }
    const nothing: Body = { span: this.source.span(span.end), statements: [] };
    return result ?? conditional(span, this.missing(span), nothing, undefined);
  }
}

function conditional(span: Span, condition: Expression, chosen: Body, otherwise: Body | undefined): IfExpression {
  // biome-ignore lint/suspicious/noThenProperty: it is the keyword's own name, and no promise is near
  return { kind: 'if', span, condition, then: chosen, else: otherwise };
}

function isPath(callee: Expression): boolean {
  while (callee.kind === 'member') callee = callee.object;
  return callee.kind === 'name';
}

/** How much deeper than itself an operand makes the tree. */
function linksOf(operand: CstNode): number {
  const conditional = node(node(operand, 'primary'), 'ifExpression');
  return (
    tokens(operand, 'PrefixOperator').length + nodes(operand, 'postfix').length + 2 * tokens(conditional, 'If').length
  );
}
