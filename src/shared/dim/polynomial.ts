/** Polynomials over the atoms of sizes, and the arithmetic of their terms. */

export interface Atom {
  readonly text: string;
  /** The least value it can have, when that is known: 1 for the size of an axis. */
  readonly minimum: number | undefined;
  /** Something that it never exceeds: `H / 2` for `floor(H / 2)`. */
  readonly maximum?: number | Polynomial;
  /** It may have a fraction, as the quotient of two sums may. */
  readonly fractional?: boolean;
}

export interface Factor {
  readonly atom: Atom;
  readonly exponent: number;
}

export interface Term {
  readonly coefficient: number;
  /** Sorted by the atoms' texts; no exponent is 0. */
  readonly factors: readonly Factor[];
}

/** (Σ terms) / denominator; at least one term has a factor. */
export interface Polynomial {
  readonly terms: ReadonlyMap<string, Term>;
  readonly denominator: number;
}

export function keyOf(factors: readonly Factor[]): string {
  return factors.map(({ atom, exponent }) => `${atom.text}^${exponent}`).join('·');
}

/** Adds `coefficient` times the factors to the terms. */
export function addTerm(terms: Map<string, Term>, factors: readonly Factor[], coefficient: number): void {
  const key = keyOf(factors);
  const sum = (terms.get(key)?.coefficient ?? 0) + coefficient;
  if (sum === 0) terms.delete(key);
  else terms.set(key, { coefficient: sum, factors });
}

export function multiplyFactors(a: readonly Factor[], b: readonly Factor[]): readonly Factor[] {
  const exponents = new Map<string, Factor>();
  for (const factor of [...a, ...b]) {
    const exponent = (exponents.get(factor.atom.text)?.exponent ?? 0) + factor.exponent;
    exponents.set(factor.atom.text, { atom: factor.atom, exponent });
  }
  return [...exponents.values()]
    .filter((each) => each.exponent !== 0)
    .sort((left, right) => (left.atom.text < right.atom.text ? -1 : 1));
}

export function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

export interface Fraction {
  readonly numerator: number;
  /** Positive. */
  readonly denominator: number;
}

const LARGEST_DENOMINATOR = 4096;

/** The fraction that a number stands for, whose last digits are lost: 0.333… is 1/3. Undefined if it has no small one. */
export function fractionOf(d: number): Fraction | undefined {
  for (let denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator += 1) {
    const scaled = d * denominator;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-9) return { numerator: Math.round(scaled), denominator };
  }
  return undefined;
}
