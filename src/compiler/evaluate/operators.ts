/** Operators on numbers, strings, lists, booleans and tensors. */
import type { BinaryOperator } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { add, type Dim, div, isEqual, isLess, mod, mul, sub } from '../../shared/dim.ts';
import type { CallableOp } from '../ops/signature/index.ts';
import { concatenate } from './body.ts';
import type { Frame } from './frame.ts';
import { elementOf } from './merge.ts';
import { type OpArgument, record } from './op-call.ts';
import type { Session } from './session.ts';
import {
  bool,
  describe,
  type FloatValue,
  float,
  type IntValue,
  int,
  list,
  number,
  sameValue,
  string,
  type TensorValue,
  UNKNOWN,
  type Value,
} from './value.ts';

interface Site {
  readonly session: Session;
  readonly frame: Frame;
  readonly span: Span;
}

interface Spans {
  readonly left: Span;
  readonly right: Span;
}

export function unary(site: Site, operator: '-' | 'not', operand: Value): Value {
  if (operand.kind === 'unknown') return UNKNOWN;
  if (operator === 'not') {
    if (operand.kind === 'bool') return bool(operand.value === undefined ? undefined : !operand.value);
  } else {
    if (operand.kind === 'int') return int(sub(0, operand.value));
    if (operand.kind === 'float') return float(operand.value === undefined ? undefined : -operand.value);
    if (operand.kind === 'tensor') return affine(site, operand, -1, 0);
  }
  site.session.report('bad-operands', site.span, { operator, left: describe(operand), right: undefined });
  return UNKNOWN;
}

export function binary(site: Site, operator: BinaryOperator, left: Value, right: Value, spans: Spans): Value {
  if (operator === '==' || operator === '!=') {
    if (left.kind !== 'tensor' && right.kind !== 'tensor') {
      const same = sameValue(left, right, isEqual);
      return bool(same === undefined ? undefined : same === (operator === '=='));
    }
  }
  if (left.kind === 'unknown' || right.kind === 'unknown') return comparison(operator) ? bool(undefined) : UNKNOWN;
  if (left.kind === 'tensor' || right.kind === 'tensor') {
    const result = withTensor(site, operator, left, right, spans);
    if (result !== undefined) return result;
  } else if (operator === 'and' || operator === 'or') {
    if (left.kind === 'bool' && right.kind === 'bool') return logical(operator, left.value, right.value);
  } else if (operator === 'in') {
    if (right.kind === 'list') return contains(right, left);
  } else if (isNumeric(left) && isNumeric(right)) {
    return arithmetic(site, operator, left, right);
  } else if (operator === '+') {
    if (left.kind === 'string' && right.kind === 'string') {
      const known = left.value !== undefined && right.value !== undefined;
      return string(known ? `${left.value}${right.value}` : undefined);
    }
    if (left.kind === 'list' && right.kind === 'list') return concatenate(left, right);
  } else if (operator === '*' && left.kind === 'list' && right.kind === 'int') {
    return repeat(site, left, right.value);
  }
  const args = { operator, left: describe(left), right: describe(right) };
  site.session.report('bad-operands', site.span, args, { help: remedy(operator, left, right, spans) });
  return UNKNOWN;
}

/** What to write instead of operands that do not go together. */
function remedy(operator: BinaryOperator, left: Value, right: Value, spans: Spans): string | undefined {
  const kinds = [left.kind, right.kind];
  if (kinds.includes('tensor')) {
    if (comparison(operator))
      return 'what a tensor holds is known only while the model runs; compare sizes or parameters';
    if (operator === '**' && right.kind === 'tensor') return powerOfTensor(left, spans);
    if (operator === '%')
      return 'tensors have no remainders; `%` is for numbers that are known when the model is built';
    if (kinds.includes('list')) return 'join the tensors of a list with `concat`, or pick one: `xs[0]`';
  }
  if (operator === '+' && kinds.includes('string') && kinds.some((kind) => kind === 'int' || kind === 'float')) {
    const number = left.kind === 'string' ? spans.right : spans.left;
    return `put the number into the text: \`"… {${textOf(number)}}"\``;
  }
  return undefined;
}

/** The exponent of a tensor, or of a number, is a tensor. */
function powerOfTensor(left: Value, spans: Spans): string | undefined {
  const [base, exponent] = [textOf(spans.left), textOf(spans.right)];
  const bracketed = (text: string): string => (/^\([^()]*\)$/.test(text) ? text : `(${text})`);
  const factor = /^\w+$/.test(exponent) ? exponent : bracketed(exponent);
  if (isNumeric(left)) return `write \`exp(log${bracketed(base)} * ${factor})\``;
  if (left.kind !== 'tensor') return undefined;
  const form = `exp(${factor} * log${bracketed(base)})`;
  return `the exponent has to be a number that is known when the model is built; where \`${base}\` is positive, write \`${form}\``;
}

type Numeric = Value & { kind: 'int' | 'float' };

function isNumeric(value: Value): value is Numeric {
  return value.kind === 'int' || value.kind === 'float';
}

function comparison(operator: BinaryOperator): boolean {
  return ['==', '!=', '<', '<=', '>', '>=', 'in', 'and', 'or'].includes(operator);
}

function logical(operator: 'and' | 'or', left: boolean | undefined, right: boolean | undefined): Value {
  const decisive = operator === 'or';
  if (left === decisive || right === decisive) return bool(decisive);
  return bool(left === undefined || right === undefined ? undefined : !decisive);
}

function contains(within: Value & { kind: 'list' }, value: Value): Value {
  if (within.elements === undefined) return bool(undefined);
  const answers = within.elements.map((each) => sameValue(each, value, isEqual));
  return bool(answers.includes(true) ? true : answers.includes(undefined) ? undefined : false);
}

function repeat(site: Site, value: Value & { kind: 'list' }, times: Dim): Value {
  if (value.elements === undefined || typeof times !== 'number') return list(undefined, elementOf(value));
  site.session.checkLength(site.span, value.elements.length * times);
  if (value.elements.length === 0) return value;
  const elements = Array.from({ length: Math.max(0, times) }, () => value.elements!).flat();
  return { kind: 'list', elements };
}

function arithmetic(site: Site, operator: BinaryOperator, left: Numeric, right: Numeric): Value {
  if (left.value === undefined || right.value === undefined) {
    return comparison(operator) ? bool(undefined) : float(undefined);
  }
  const [a, b] = [left.value, right.value];
  const whole = left.kind === 'int' && right.kind === 'int';
  const result = (value: Dim): Value => checked(site.session, site.span, value, whole ? number : float);
  const flipped = (answer: boolean | undefined): Value => bool(answer === undefined ? undefined : !answer);
  switch (operator) {
    case '+':
      return result(add(a, b));
    case '-':
      return result(sub(a, b));
    case '*':
      return result(mul(a, b));
    case '/':
    case '%':
      if (b === 0) {
        site.session.report('division-by-zero', site.span, { expression: textOf(site.span) });
        return UNKNOWN;
      }
      return result(operator === '/' ? div(a, b) : mod(a, b));
    case '**':
      if (typeof a === 'number' && typeof b === 'number') return result(a ** b);
      if (typeof b === 'number' && Number.isInteger(b) && b >= 0 && b <= 8) {
        return int(Array.from({ length: b }, () => a).reduce(mul, 1 as Dim));
      }
      return UNKNOWN;
    case '<':
      return bool(isLess(a, b));
    case '>':
      return bool(isLess(b, a));
    case '<=':
      return flipped(isLess(b, a));
    case '>=':
      return flipped(isLess(a, b));
    default:
      site.session.report('bad-operands', site.span, { operator, left: describe(left), right: describe(right) });
      return UNKNOWN;
  }
}

/** What `make` makes of a number that is one: neither infinite, nor beyond what whole numbers are exact to. */
export function checked(
  session: Session,
  span: Span,
  value: Dim,
  make: (value: number) => IntValue | FloatValue = float,
): Value {
  if (typeof value !== 'number') return make === float ? float(undefined) : int(value);
  const made = make(value);
  if (Number.isNaN(value)) session.report('not-a-number', span, { expression: textOf(span) });
  else if (!Number.isFinite(value) || (made.kind === 'int' && !Number.isSafeInteger(value))) {
    session.report('number-too-large', span, { text: textOf(span) });
  } else return made;
  return UNKNOWN;
}

const TENSOR_OPERATORS: Partial<Record<BinaryOperator, CallableOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
};

function withTensor(site: Site, operator: BinaryOperator, left: Value, right: Value, spans: Spans): Value | undefined {
  const op = TENSOR_OPERATORS[operator];
  if (left.kind === 'tensor' && right.kind === 'tensor') {
    if (op === undefined) return undefined;
    const sides = [
      { value: left, span: spans.left },
      { value: right, span: spans.right },
    ];
    return one(record(site.session, site.frame, op, sides, new Map(), site.span, operator));
  }
  if (left.kind === 'tensor' && isNumeric(right)) {
    const b = typeof right.value === 'number' ? right.value : Number.NaN;
    if (operator === '+') return affine(site, left, 1, b);
    if (operator === '-') return affine(site, left, 1, -b);
    if (operator === '*') return affine(site, left, b, 0);
    if (operator === '/') {
      if (b === 0)
        return site.session.report('division-by-zero', site.span, { expression: textOf(site.span) }) ?? UNKNOWN;
      return affine(site, left, 1 / b, 0);
    }
    if (operator === '**') return power(site, left, b, spans.left);
  }
  if (isNumeric(left) && right.kind === 'tensor') {
    const a = typeof left.value === 'number' ? left.value : Number.NaN;
    if (operator === '+') return affine(site, right, 1, a);
    if (operator === '-') return affine(site, right, -1, a);
    if (operator === '*') return affine(site, right, a, 0);
    if (operator === '/') {
      const sides = [{ value: right, span: spans.right }];
      const inverse = one(record(site.session, site.frame, 'reciprocal', sides, new Map(), site.span, operator));
      return inverse.kind === 'tensor' && a !== 1 ? affine(site, inverse, a, 0) : inverse;
    }
  }
  return undefined;
}

/** `exponent` is NaN where it is not known. */
function power(site: Site, tensor: TensorValue, exponent: number, span: Span): Value {
  const op = exponent === 2 ? 'square' : exponent === 0.5 ? 'sqrt' : 'power';
  const given: [string, OpArgument][] = op === 'power' ? [['exponent', argument(site, exponent)]] : [];
  return one(record(site.session, site.frame, op, [{ value: tensor, span }], new Map(given), site.span));
}

/** NaN is a number that is not known. */
function affine(site: Site, tensor: TensorValue, scale: number, offset: number): Value {
  const given = new Map([
    ['scale', argument(site, scale)],
    ['offset', argument(site, offset)],
  ]);
  return one(record(site.session, site.frame, 'affine', [{ value: tensor, span: site.span }], given, site.span));
}

function argument(site: Site, value: number): OpArgument {
  return { value: float(Number.isNaN(value) ? undefined : value), span: site.span };
}

function one(outputs: readonly Value[]): Value {
  return outputs[0] ?? UNKNOWN;
}
