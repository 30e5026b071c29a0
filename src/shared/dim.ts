/**
 * Sizes of axes and other integers that may hold symbols: `H`, `2*C`, `floor((H + 1) / 2)`.
 *
 * A `Dim` is a number, or a polynomial with rational coefficients over atoms (names, roundings, minima, maxima). An atom
 * may stand in a denominator: `C / r` is kept as C·r⁻¹, so that `C / r * r` is `C` again. Questions answer true, false,
 * or undefined where the symbols do not decide.
 */

import { lowerBoundOf } from './dim/bound.ts';
import {
  type Atom,
  addTerm,
  type Factor,
  fractionOf,
  gcd,
  keyOf,
  multiplyFactors,
  type Polynomial,
  type Term,
} from './dim/polynomial.ts';

export type { Polynomial } from './dim/polynomial.ts';
export type Dim = number | Polynomial;

/** Beyond these, a formula is an unknown: nobody could read it, and it would take forever to reckon with. */
const MOST_TERMS = 64;
const MOST_PRODUCTS = 256;
const LONGEST_TEXT = 400;

// ── making ────────────────────────────────────────────────────────────────────────────────────────────────────────

function fromAtom(given: Atom): Dim {
  const { minimum, fractional = false } = given;
  const atom = given.text.length > LONGEST_TEXT ? { text: unknownText(), minimum, fractional } : given;
  const term = { coefficient: 1, factors: [{ atom, exponent: 1 }] };
  return { terms: new Map([[keyOf(term.factors), term]]), denominator: 1 };
}

/** The size of an axis: a symbol that is at least 1. */
export function axisSymbol(name: string): Dim {
  return fromAtom({ text: name, minimum: 1 });
}

/** An integer of which nothing is known. */
export function integerSymbol(name: string): Dim {
  return fromAtom({ text: name, minimum: undefined });
}

let unknowns = 0;

/** A size that cannot be told before use; two of them are never known to be equal. Written `?`. */
export function unknownDim(): Dim {
  return unknownAtom(1, false);
}

/** The same for an integer that is no size, which may be 0 or less. */
export function unknownInteger(): Dim {
  return unknownAtom(undefined, false);
}

function unknownAtom(minimum: number | undefined, fractional: boolean): Dim {
  return fromAtom({ text: unknownText(), minimum, fractional });
}

function unknownText(): string {
  unknowns += 1;
  return `?${unknowns}`;
}

// ── arithmetic ────────────────────────────────────────────────────────────────────────────────────────────────────

export function add(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const [p, q] = [polynomial(a), polynomial(b)];
  const terms = new Map<string, Term>();
  accumulate(terms, p, q.denominator);
  accumulate(terms, q, p.denominator);
  return normal(terms, p.denominator * q.denominator);
}

export function sub(a: Dim, b: Dim): Dim {
  return typeof a === 'number' && typeof b === 'number' ? a - b : add(a, mul(b, -1));
}

export function mul(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const [p, q] = [polynomial(a), polynomial(b)];
  if (p.terms.size * q.terms.size > MOST_PRODUCTS) return unknownAtom(undefined, !isWhole(a) || !isWhole(b));
  const terms = new Map<string, Term>();
  for (const left of p.terms.values()) {
    for (const right of q.terms.values()) {
      addTerm(terms, multiplyFactors(left.factors, right.factors), left.coefficient * right.coefficient);
    }
  }
  return normal(terms, p.denominator * q.denominator);
}

/** The exact quotient. Of numbers it may have a fraction; of symbols it is taken to be whole until numbers say otherwise. */
export function div(a: Dim, b: Dim): Dim {
  if (typeof b === 'number') {
    if (typeof a === 'number') return a / b;
    if (!Number.isInteger(b) || b === 0) return unknownAtom(undefined, true);
    const sign = Math.sign(b);
    const terms = new Map<string, Term>();
    for (const term of a.terms.values()) addTerm(terms, term.factors, term.coefficient * sign);
    return normal(terms, a.denominator * Math.abs(b));
  }
  if (isEqual(a, b) === true) return 1;
  if (b.terms.size === 1) {
    const [divisor] = b.terms.values();
    const inverse = divisor!.factors.map(({ atom, exponent }) => ({ atom, exponent: -exponent }));
    const reciprocal = normal(new Map([[keyOf(inverse), { coefficient: 1, factors: inverse }]]), 1);
    return mul(mul(a, b.denominator), div(reciprocal, divisor!.coefficient));
  }
  const text = `(${parenthesised(a)} / ${parenthesised(b)})`;
  return fromAtom({ text, minimum: undefined, fractional: true });
}

/** ⌊d⌋ */
export function floor(d: Dim): Dim {
  if (typeof d === 'number') return Math.floor(d);
  if (isWhole(d)) return d;
  // What is whole already comes out, so that floor((H - 1) / 2) + 1 and floor((H + 1) / 2) are the same.
  const inside = new Map<string, Term>();
  let outside: Dim = 0;
  for (const [key, term] of d.terms) {
    const whole = Math.floor(term.coefficient / d.denominator);
    const rest = term.coefficient - whole * d.denominator;
    if (mayBeFraction(term)) inside.set(key, term);
    else {
      if (whole !== 0) {
        const part = new Map([[key, { coefficient: whole, factors: term.factors }]]);
        outside = add(outside, normal(part, 1));
      }
      if (rest !== 0) inside.set(key, { coefficient: rest, factors: term.factors });
    }
  }
  const rest = normal(inside, d.denominator);
  if (typeof rest === 'number') return add(outside, Math.floor(rest));
  const lower = lowerBound(rest);
  const text = `floor(${inner(rest)})`;
  const minimum = lower === undefined ? undefined : Math.floor(lower);
  return add(outside, fromAtom({ text, minimum, maximum: rest }));
}

/** ⌈d⌉ */
export function ceil(d: Dim): Dim {
  return typeof d === 'number' ? Math.ceil(d) : ceilOf(d);
}

function ceilOf(d: Polynomial): Dim {
  if (isWhole(d)) return d;
  // ⌈a / n⌉ = ⌊(a + n − 1) / n⌋ for whole a.
  if ([...d.terms.values()].some(mayBeFraction)) return mul(floor(mul(d, -1)), -1);
  const terms = new Map(d.terms);
  addTerm(terms, [], d.denominator - 1);
  return floor(normal(terms, d.denominator));
}

/** The remainder of floored division: `mod(-1, 4)` is 3. */
export function mod(a: Dim, b: Dim): Dim {
  return sub(a, mul(b, floor(div(a, b))));
}

export function max(a: Dim, b: Dim): Dim {
  if (isLess(a, b) === true) return b;
  if (isLess(b, a) === true || isEqual(a, b) === true || atLeast(sub(a, b), 0)) return a;
  if (atLeast(sub(b, a), 0)) return b;
  const bounds = [lowerBound(a), lowerBound(b)].filter((bound) => bound !== undefined);
  return fromAtom({
    text: `max(${inner(a)}, ${inner(b)})`,
    minimum: bounds.length > 0 ? Math.max(...bounds) : undefined,
    fractional: !isWhole(a) || !isWhole(b),
  });
}

export function min(a: Dim, b: Dim): Dim {
  if (isLess(a, b) === true) return a;
  if (isLess(b, a) === true || isEqual(a, b) === true || atLeast(sub(a, b), 0)) return b;
  if (atLeast(sub(b, a), 0)) return a;
  const [left, right] = [lowerBound(a), lowerBound(b)];
  const minimum = left === undefined || right === undefined ? undefined : Math.min(left, right);
  return fromAtom({
    text: `min(${inner(a)}, ${inner(b)})`,
    minimum,
    maximum: a,
    fractional: !isWhole(a) || !isWhole(b),
  });
}

export function product(dims: readonly Dim[]): Dim {
  return dims.reduce((total: Dim, each) => mul(total, each), 1);
}

// ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────

export function isEqual(a: Dim, b: Dim): boolean | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  const difference = sub(a, b);
  if (typeof difference === 'number') return difference === 0;
  return isPositive(difference) || isPositive(mul(difference, -1)) ? false : undefined;
}

export function isLess(a: Dim, b: Dim): boolean | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  const difference = sub(b, a);
  if (typeof difference === 'number') return difference > 0;
  if (isPositive(difference)) return true;
  return atLeast(mul(difference, -1), 0) ? false : undefined;
}

/** Whether b divides a without a rest. */
export function divides(b: Dim, a: Dim): boolean | undefined {
  const quotient = div(a, b);
  if (typeof quotient === 'number') return Number.isInteger(quotient);
  return isWhole(quotient) ? true : undefined;
}

/** Whether something in it cannot be told before use. */
export function isUnknown(d: Dim): boolean {
  return typeof d !== 'number' && [...d.terms.keys()].some((key) => key.includes('?'));
}

// ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** As a person would write it: `2*C + 1`, `H/2`, `floor((H + 1) / 2)`. */
export function format(d: Dim): string {
  return write(d).replace(/\?\d+/g, '?');
}

/** The same, but unknowns keep apart: as the text of an atom it must not stand for another. */
function write(d: Dim): string {
  if (typeof d === 'number') return String(d);
  const terms = [...d.terms.values()].sort(
    (a, b) => degree(b) - degree(a) || (keyOf(a.factors) < keyOf(b.factors) ? -1 : 1),
  );
  const texts = terms.map(({ coefficient, factors }, index) => {
    const magnitude = Math.abs(coefficient);
    const above = factors.filter((each) => each.exponent > 0).map(formatFactor);
    const below = factors.filter((each) => each.exponent < 0).map(formatFactor);
    const numerator = magnitude === 1 && above.length > 0 ? above.join('*') : [magnitude, ...above].join('*');
    const text =
      below.length === 0 ? numerator : `${numerator}/${below.length > 1 ? `(${below.join('*')})` : below[0]}`;
    if (index === 0) return coefficient < 0 ? `-${text}` : text;
    return coefficient < 0 ? ` - ${text}` : ` + ${text}`;
  });
  const sum = texts.join('');
  if (d.denominator === 1) return sum;
  return terms.length > 1 ? `(${sum}) / ${d.denominator}` : `${sum}/${d.denominator}`;
}

function formatFactor({ atom, exponent }: Factor): string {
  const power = Math.abs(exponent);
  return power === 1 ? atom.text : `${atom.text}**${power}`;
}

/** As part of another: a third is exactly `1/3` there. */
function inner(d: Dim): string {
  if (typeof d !== 'number' || Number.isInteger(d)) return write(d);
  const { terms, denominator } = polynomial(d);
  const constant = terms.get('');
  return constant === undefined ? '?' : `${constant.coefficient}/${denominator}`;
}

function parenthesised(d: Dim): string {
  const text = inner(d);
  return /^\w+$/.test(text) ? text : `(${text})`;
}

/** `[56, 56, C]`; `[…]` where even the rank is unknown. */
export function formatShape(shape: readonly Dim[] | undefined): string {
  return shape === undefined ? '[…]' : `[${shape.map(format).join(', ')}]`;
}

// ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────

function polynomial(d: Dim): Polynomial {
  if (typeof d !== 'number') return d;
  if (Number.isInteger(d)) return { terms: new Map([['', { coefficient: d, factors: [] }]]), denominator: 1 };
  // A half or a third from an earlier exact quotient.
  const fraction = fractionOf(d);
  if (fraction !== undefined) {
    const { numerator, denominator } = fraction;
    return { terms: new Map([['', { coefficient: numerator, factors: [] }]]), denominator };
  }
  return unknownAtom(undefined, true) as Polynomial;
}

function accumulate(terms: Map<string, Term>, from: Polynomial, scale: number): void {
  for (const term of from.terms.values()) addTerm(terms, term.factors, term.coefficient * scale);
}

function normal(terms: ReadonlyMap<string, Term>, denominator: number): Dim {
  let divisor = denominator;
  for (const { coefficient } of terms.values()) divisor = gcd(divisor, Math.abs(coefficient));
  const constant = terms.get('');
  if (terms.size === 0) return 0;
  if (terms.size === 1 && constant !== undefined) return constant.coefficient / denominator;
  if (terms.size > MOST_TERMS || !isExact(terms, denominator)) return unknownAtom(undefined, true);
  if (divisor === 1) return { terms, denominator };
  const reduced = new Map<string, Term>();
  for (const [key, term] of terms) reduced.set(key, { ...term, coefficient: term.coefficient / divisor });
  return { terms: reduced, denominator: denominator / divisor };
}

/** Whether no number in it has lost digits. */
function isExact(terms: ReadonlyMap<string, Term>, denominator: number): boolean {
  return (
    Number.isSafeInteger(denominator) && [...terms.values()].every((each) => Number.isSafeInteger(each.coefficient))
  );
}

function degree(term: Term): number {
  return term.factors.reduce((sum, each) => sum + each.exponent, 0);
}

function mayBeFraction(term: Term): boolean {
  return term.factors.some((each) => each.exponent < 0 || each.atom.fractional === true);
}

function isWhole(d: Dim): boolean {
  return typeof d === 'number'
    ? Number.isInteger(d)
    : d.denominator === 1 && ![...d.terms.values()].some(mayBeFraction);
}

function lowerBound(d: Dim): number | undefined {
  return typeof d === 'number' ? d : lowerBoundOf(d);
}

function isPositive(d: Dim): boolean {
  const least = lowerBound(d);
  return least !== undefined && least > 0;
}

/** Whether it is certainly at least `bound`. */
function atLeast(d: Dim, bound: number): boolean {
  const least = lowerBound(d);
  return least !== undefined && least >= bound;
}
