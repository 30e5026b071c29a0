/** Compile-time values as they stand in the generated code. */

export type Literal = number | boolean | string | readonly Literal[];

/** Deep equality, as text that can key a map. */
export function literalKey(literal: Literal): string {
  return JSON.stringify(literal);
}

/** The literal as source: `[[0, 1], [0, 1]]`, `'nearest'`. */
export function literalText(literal: Literal): string {
  if (typeof literal === 'string') return `'${literal.replace(/[\\']/g, '\\$&')}'`;
  if (typeof literal === 'object') return `[${literal.map(literalText).join(', ')}]`;
  if (typeof literal === 'boolean') return String(literal);
  const [plain, exponential] = [String(literal), literal.toExponential()];
  return exponential.length < plain.length && Math.abs(literal) < 1 ? exponential : plain;
}

/** Lists that are longer are not typed element by element. */
const LONGEST_TUPLE = 8;

/** The type of a parameter that takes each of these values. */
export function typeOfAll(literals: readonly Literal[]): string {
  return [...new Set(literals.map(typeOf))].join(' | ');
}

function typeOf(literal: Literal): string {
  if (typeof literal === 'string') return literalText(literal);
  if (typeof literal === 'object') {
    if (literal.length <= LONGEST_TUPLE) return `[${literal.map(typeOf).join(', ')}]`;
    const elements = typeOfAll(literal);
    return `readonly ${/[ |]/.test(elements) ? `(${elements})` : elements}[]`;
  }
  return typeof literal;
}
