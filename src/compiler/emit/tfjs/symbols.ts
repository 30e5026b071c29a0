/**
 * Sizes that differ between the uses of one block. A size is given as its value in each use; where these are all equal
 * it is written as a number, otherwise as a symbol, `C` or `Filters`, which types take as a parameter.
 */
import { Names } from './names.ts';

/** One value a use. */
export type Sizes = readonly number[];

/** Symbols of spatial axes, which never stand for anything else. */
const SPATIAL = /^[HWL]\d*$/;

export class Symbols {
  readonly #names = new Names();
  readonly #byName = new Map<string, Sizes>();
  readonly #inTypes = new Set<string>();

  /** The symbols that types use, in the order of their first appearance. */
  get typeParameters(): readonly string[] {
    return [...this.#inTypes];
  }

  /** What a symbol stands for in a use. */
  valueOf(symbol: string, use: number): number {
    return this.#byName.get(symbol)![use]!;
  }

  /** Introduces a symbol, unless the size is fixed or has one already. */
  define(name: string, sizes: Sizes): void {
    if (!isFixed(sizes) && this.#find(sizes, name) === undefined) this.#byName.set(this.#names.claim(name), sizes);
  }

  /** The size in a type. `hint` names it when nothing else does. */
  inType(sizes: Sizes, hint: string): string {
    if (isFixed(sizes)) return String(sizes[0]);
    this.define(hint, sizes);
    const symbol = this.#find(sizes, hint)!;
    this.#inTypes.add(symbol);
    return symbol;
  }

  /** The size in a comment: also `H/2` and `4*C`. */
  inComment(sizes: Sizes, hint: string): string {
    if (isFixed(sizes)) return String(sizes[0]);
    const known = this.#find(sizes, hint) ?? this.#multiple(sizes, hint);
    if (known !== undefined) return known;
    this.define(hint, sizes);
    return this.#find(sizes, hint)!;
  }

  #find(sizes: Sizes, hint: string): string | undefined {
    for (const [name, other] of this.#candidates(hint))
      if (other.every((size, use) => size === sizes[use])) return name;
    return undefined;
  }

  #multiple(sizes: Sizes, hint: string): string | undefined {
    for (const [name, other] of this.#candidates(hint)) {
      const factor = sizes[0]! / other[0]!;
      if (!sizes.every((size, use) => size === other[use]! * factor)) continue;
      if (Number.isInteger(factor)) return `${factor}*${name}`;
      if (Number.isInteger(1 / factor)) return `${name}/${1 / factor}`;
    }
    return undefined;
  }

  /** Heights are called after heights, widths after widths, and channels after neither. */
  #candidates(hint: string): readonly (readonly [string, Sizes])[] {
    const all = [...this.#byName];
    return SPATIAL.test(hint)
      ? all.filter(([name]) => SPATIAL.test(name) && name[0] === hint[0])
      : all.filter(([name]) => !SPATIAL.test(name));
  }
}

function isFixed(sizes: Sizes): boolean {
  return sizes.every((size) => size === sizes[0]);
}
