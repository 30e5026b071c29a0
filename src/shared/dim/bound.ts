/**
 * The least that a polynomial can be, from what is known of its atoms. All of it is reckoned in whole numbers, since a sum
 * of rounded fractions that should be 0 may be a little more, and in an order of its own: polynomials that are equal have
 * the same bound, however they came about.
 */
import {
  type Atom,
  addTerm,
  type Factor,
  type Fraction,
  fractionOf,
  gcd,
  multiplyFactors,
  type Polynomial,
  type Term,
} from './polynomial.ts';

/** A number that the value is never below, when the bounds of its atoms give one. */
export function lowerBoundOf(of: Polynomial): number | undefined {
  const { terms, denominator } = withMaxima(of);
  let bound: Fraction | undefined = { numerator: 0, denominator: 1 };
  for (const [, term] of sorted(terms)) {
    const least = leastOf(term);
    bound = bound && least && plus(bound, least);
  }
  return bound && bound.numerator / (bound.denominator * denominator);
}

/** Undefined where a factor may be negative, or the term is subtracted. */
function leastOf({ coefficient, factors }: Term): Fraction | undefined {
  let least: Fraction | undefined = { numerator: coefficient, denominator: 1 };
  if (factors.length > 0 && coefficient < 0) return undefined;
  for (const { atom, exponent } of factors) {
    if (exponent < 0 || atom.minimum === undefined || atom.minimum < 0) return undefined;
    const minimum = fractionOf(atom.minimum);
    for (let power = 0; power < exponent; power += 1) least = least && minimum && times(least, minimum);
  }
  return least;
}

/**
 * Something that is never larger: what is subtracted is replaced by what it never exceeds. The longest atom goes first: what
 * takes its place may cancel atoms that it is made of, which would be gone had they been replaced before.
 */
function withMaxima(of: Polynomial): Polynomial {
  const found = longestReplaceable(of);
  if (found === undefined) return of;
  const { key, term, atom, maximum } = found;
  const others = term.factors.filter((each) => each.atom !== atom);
  const summands = [...maximum.terms.values()].map(({ coefficient, factors }) => ({
    coefficient: term.coefficient * coefficient,
    factors: multiplyFactors(others, factors),
  }));
  for (const [each, { coefficient, factors }] of of.terms) {
    if (each !== key) summands.push({ coefficient: coefficient * maximum.denominator, factors });
  }
  const denominator = of.denominator * maximum.denominator;
  const numbers = [denominator, ...summands.map(({ coefficient }) => coefficient)];
  // Where digits are lost, the term stays, and what subtracts it has no bound.
  return numbers.every(Number.isSafeInteger) ? withMaxima(sum(summands, denominator)) : of;
}

interface Replaceable {
  /** Of the term among the terms. */
  readonly key: string;
  readonly term: Term;
  readonly atom: Atom;
  readonly maximum: Polynomial;
}

/** The longest atom with a maximum in a term that does not grow with it. */
function longestReplaceable({ terms }: Polynomial): Replaceable | undefined {
  let longest: Replaceable | undefined;
  for (const [key, term] of sorted(terms)) {
    if (term.coefficient > 0) continue;
    for (const factor of term.factors) {
      const { atom } = factor;
      if (factor.exponent !== 1 || atom.text.length <= (longest?.atom.text.length ?? 0)) continue;
      const maximum = maximumOf(atom);
      if (maximum && term.factors.every((each) => each === factor || isNeverNegative(each))) {
        longest = { key, term, atom, maximum };
      }
    }
  }
  return longest;
}

function maximumOf({ maximum }: Atom): Polynomial | undefined {
  if (typeof maximum !== 'number') return maximum;
  const fraction = fractionOf(maximum);
  if (fraction === undefined) return undefined;
  const terms = new Map<string, Term>();
  addTerm(terms, [], fraction.numerator);
  return { terms, denominator: fraction.denominator };
}

function isNeverNegative({ atom, exponent }: Factor): boolean {
  return exponent > 0 && (atom.minimum ?? -1) >= 0;
}

/** In an order that does not depend on how they came together. */
function sorted(terms: Polynomial['terms']): readonly (readonly [string, Term])[] {
  return [...terms].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sum(summands: readonly Term[], denominator: number): Polynomial {
  const divisor = summands.reduce((common, { coefficient }) => gcd(common, Math.abs(coefficient)), denominator);
  const terms = new Map<string, Term>();
  for (const { coefficient, factors } of summands) addTerm(terms, factors, coefficient / divisor);
  return { terms, denominator: denominator / divisor };
}

function plus(a: Fraction, b: Fraction): Fraction | undefined {
  return fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

function times(a: Fraction, b: Fraction): Fraction | undefined {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Undefined when digits are lost. */
function fraction(numerator: number, denominator: number): Fraction | undefined {
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator)) return undefined;
  const divisor = gcd(denominator, Math.abs(numerator));
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}
