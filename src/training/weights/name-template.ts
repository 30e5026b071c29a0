/**
 * Names with blanks: `layer{stage}.{unit}.conv{n}` stands for many names at once, and `ConvNorm[{n-1}]` says what becomes
 * of them. Both sides of a rule are templates, and a rule can be used in either direction.
 */
export type Part = string | Blank;

export interface Blank {
  readonly variable: string;
  /** The number in the name is this much more than the variable. */
  readonly offset: number;
}

/** What the blanks of a name hold, by variable. */
export type Bindings = ReadonlyMap<string, string>;

export interface TemplateProblem {
  readonly problem: string;
}

/** `layer{stage}` → `['layer', {variable: 'stage', offset: 0}]`, or what is wrong with it. */
export function parseTemplate(text: string): readonly Part[] | TemplateProblem {
  const parts: Part[] = [];
  let at = 0;
  for (const { index, 0: found } of text.matchAll(/\{[^{}]*\}?|\}/g)) {
    if (found === '}') return { problem: 'its `}` was never opened' };
    if (!found.endsWith('}')) return { problem: 'its `{` is never closed' };
    const [, variable, sign, number] = /^\{\s*([A-Za-z_]\w*)\s*(?:([+-])\s*(\d{1,6})\s*)?\}$/.exec(found) ?? [];
    if (variable === undefined) return { problem: `\`${found}\` is no blank` };
    if (index > at) parts.push(text.slice(at, index));
    parts.push({ variable, offset: number === undefined ? 0 : Number(`${sign}${number}`) });
    at = index + found.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

export function isProblem(parsed: readonly Part[] | TemplateProblem): parsed is TemplateProblem {
  return 'problem' in parsed;
}

export function variablesOf(parts: readonly Part[]): Set<string> {
  return new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.variable])));
}

/** Variables that a template counts with (`{n-1}`) or by (`[{n}]`): they hold whole numbers, others any word. */
export function numbersOf(parts: readonly Part[]): Set<string> {
  const counted = parts.flatMap((part, at) => {
    if (typeof part === 'string') return [];
    const before = parts[at - 1];
    const isIndex = typeof before === 'string' && before.endsWith('[');
    return part.offset !== 0 || isIndex ? [part.variable] : [];
  });
  return new Set(counted);
}

export class NameTemplate {
  readonly #parts: readonly Part[];
  readonly #numbers: ReadonlySet<string>;
  readonly #pattern: RegExp;

  /** @param numbers the variables that hold whole numbers */
  constructor(parts: readonly Part[], numbers: ReadonlySet<string>) {
    this.#parts = parts;
    this.#numbers = numbers;
    const pattern = parts.map((part) => {
      if (typeof part === 'string') return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
      return numbers.has(part.variable) ? '(0|[1-9]\\d*)' : '([^./[\\]]+)';
    });
    this.#pattern = new RegExp(`^${pattern.join('')}$`);
  }

  /** What the blanks hold where this is the name; undefined where it is another. */
  match(name: string): Bindings | undefined {
    const found = this.#pattern.exec(name);
    if (found === null) return undefined;
    const bindings = new Map<string, string>();
    const blanks = this.#parts.filter((part): part is Blank => typeof part !== 'string');
    for (const [at, { variable, offset }] of blanks.entries()) {
      const text = found[at + 1]!;
      const value = this.#numbers.has(variable) ? String(Number(text) - offset) : text;
      if ((bindings.get(variable) ?? value) !== value) return undefined;
      bindings.set(variable, value);
    }
    return bindings;
  }

  /** The name that these fill in; undefined where a number would be negative or nothing is known of a blank. */
  fill(bindings: Bindings): string | undefined {
    let name = '';
    for (const part of this.#parts) {
      if (typeof part === 'string') {
        name += part;
        continue;
      }
      const value = bindings.get(part.variable);
      if (value === undefined) return undefined;
      const filled = this.#numbers.has(part.variable) ? Number(value) + part.offset : value;
      if (typeof filled === 'number' && filled < 0) return undefined;
      name += filled;
    }
    return name;
  }
}
