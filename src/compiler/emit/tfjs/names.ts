/** Identifiers of the generated code. */

/** `group_norm` and `GroupNorm` become `groupNorm`, `DRDB` becomes `drdb`, `DDRNet` becomes `ddrNet`. */
export function camelCase(name: string): string {
  return joined(name).replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());
}

/** `group_norm` becomes `GroupNorm`; `DDRNet` stays. */
export function pascalCase(name: string): string {
  return joined(name).replace(/^[a-z]/, (start) => start.toUpperCase());
}

function joined(name: string): string {
  return name.replace(/_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
}

/** A segment of a path: `conv2d[1]` is `conv2d` at 1, `conv2d` alone is at no index. */
export function parseSegment(segment: string): { readonly name: string; readonly index: number | undefined } {
  const [name, index] = segment.split(/[[\]]/) as [string, string?];
  return { name, index: index === undefined ? undefined : Number(index) };
}

/** The path of something within an enclosing scope; empty where the two are the same. */
export function relativePath(path: string, scope: string): string {
  return scope === '' ? path : path.slice(scope.length + 1);
}

const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** Gives out identifiers that are neither reserved nor taken; a number makes the second one differ. */
export class Names {
  readonly #taken: Set<string>;
  /** From which number on the names of this stem can be free. */
  readonly #next = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  isFree(name: string): boolean {
    return !this.#taken.has(name) && !RESERVED.has(name);
  }

  claim(...preferred: readonly string[]): string {
    const free = preferred.find((name) => this.isFree(name)) ?? this.#numbered(preferred.at(-1)!);
    this.#taken.add(free);
    return free;
  }

  #numbered(name: string): string {
    let number = this.#next.get(name) ?? 2;
    while (!this.isFree(`${name}${number}`)) number += 1;
    this.#next.set(name, number);
    return `${name}${number}`;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#taken.values();
  }
}
