/** Exact arithmetic, and sizes at numbers by way of their text: what symbolic sizes are held to. */
import * as assert from 'uvu/assert';
import type { Expression } from '../../src/dsl/ast.ts';
import { parse } from '../../src/dsl/parse.ts';
import { Source } from '../../src/dsl/source.ts';
import { type Dim, format } from '../../src/shared/dim.ts';

/** An exact quotient of two integers; the denominator is positive and they share no factor. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** No number: the expression divides by zero. */
export class Undefined extends Error {}

export function rational(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new Undefined();
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b !== 0n) [a, b] = [b, a % b];
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / (a || 1n), d: (sign * d) / (a || 1n) };
}

export const exact = {
  '+': (a: Rational, b: Rational) => rational(a.n * b.d + b.n * a.d, a.d * b.d),
  '-': (a: Rational, b: Rational) => rational(a.n * b.d - b.n * a.d, a.d * b.d),
  '*': (a: Rational, b: Rational) => rational(a.n * b.n, a.d * b.d),
  '/': (a: Rational, b: Rational) => rational(a.n * b.d, a.d * b.n),
  '%': (a: Rational, b: Rational) => exact['-'](a, exact['*'](b, floorOf(exact['/'](a, b)))),
  min: (a: Rational, b: Rational) => (less(a, b) ? a : b),
  max: (a: Rational, b: Rational) => (less(a, b) ? b : a),
};

export type Operator = keyof typeof exact;

export function floorOf({ n, d }: Rational): Rational {
  return rational(n >= 0n ? n / d : -((-n + d - 1n) / d));
}

export function ceilOf(value: Rational): Rational {
  return exact['-'](rational(0n), floorOf(exact['-'](rational(0n), value)));
}

export function less(a: Rational, b: Rational): boolean {
  return a.n * b.d < b.n * a.d;
}

export function same(a: Rational, b: Rational): boolean {
  return a.n === b.n && a.d === b.d;
}

export function text({ n, d }: Rational): string {
  return d === 1n ? `${n}` : `${n}/${d}`;
}

export function readExpression(written: string): Expression {
  const { value, diagnostics } = parse(new Source('dim.spec', `const A = ${written}\n`));
  assert.equal(diagnostics, [], written);
  const [item] = value.items;
  assert.is(item?.kind, 'const');
  return (item as { value: Expression }).value;
}

function evaluateText(expression: Expression, at: Readonly<Record<string, number>>): Rational {
  switch (expression.kind) {
    case 'int':
      return rational(BigInt(expression.value));
    case 'name':
      return rational(BigInt(at[expression.text]!));
    case 'unary':
      return exact['-'](rational(0n), evaluateText(expression.operand, at));
    case 'binary': {
      const left = evaluateText(expression.left, at);
      const right = evaluateText(expression.right, at);
      if (expression.operator === '**') return rational(left.n ** right.n, left.d ** right.n);
      return exact[expression.operator as Operator](left, right);
    }
    case 'call': {
      const name = (expression.callee as { text: string }).text;
      const values = expression.arguments.map((each) => evaluateText(each.value, at));
      if (name === 'floor') return floorOf(values[0]!);
      if (name === 'ceil') return ceilOf(values[0]!);
      return exact[name as 'min' | 'max'](values[0]!, values[1]!);
    }
    default:
      throw new Error(`${expression.kind} in the text of a size`);
  }
}

/** A size at numbers, by way of its text. A number of its own may be a fraction, as 0.5 or 1/3. */
export function evaluateDim(of: Dim, at: Readonly<Record<string, number>>): Rational {
  if (typeof of === 'number') {
    for (let d = 1; d <= 100_000; d += 1)
      if (Math.abs(of * d - Math.round(of * d)) < 1e-9) return rational(BigInt(Math.round(of * d)), BigInt(d));
    throw new Error(`${of} is no simple fraction`);
  }
  return evaluateText(readExpression(format(of)), at);
}
