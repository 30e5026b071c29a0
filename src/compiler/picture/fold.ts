/**
 * Finds what repeats in a chain: the same block, or the same round of several blocks, again and again, each taking what
 * the one before made. `[conv, A, B, A, B, A, B, pool]` becomes `[conv, 3 rounds of A B, pool]`.
 *
 * Rounds are equal in structure: the same operations with the same kernels and strides, wired the same way, under the
 * same names but for the number, and of the same heights and widths. Other attributes may vary (dilation 1, 2, 4), as
 * may channels. What leaves a chain leaves its last round, or every round in the same way (features that are collected).
 */
import type { ValueId } from '../graph.ts';
import type { Block, Item, Picture } from './picture.ts';

/** Rounds of equal length, each a list of items, in their order. */
export interface Run {
  readonly kind: 'run';
  readonly rounds: readonly (readonly Item[])[];
  /** Values of other rounds than the last that something outside uses, too. */
  readonly collected: ReadonlySet<ValueId>;
}

const LONGEST_ROUND = 8;
/** A fold has to save this many operations more than the values that it has to list cost. */
const LEAST_GAIN = 5;
const COST_OF_A_VALUE = 4;

/** Numbers that are equal for items of equal structure. `distinguish` keeps items of different text apart. */
export function structures(picture: Picture, distinguish: (item: Item) => string = () => ''): (item: Item) => number {
  const numbers = new Map<string, number>();
  const known = new Map<Item, number>();
  const numberOf = (text: string): number => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const structureOf = (item: Item): number => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const own = [baseName(item.name), distinguish(item)];
    const text =
      item.kind === 'operation'
        ? [
            item.op,
            ...own,
            ...item.attributes.filter(({ name }) => name === 'kernel' || name === 'stride').map(({ text }) => text),
            ...item.weights.map(({ name }) => name),
            ...item.outputs.map((value) => picture.shapes[value]!.slice(0, -1).join('×')),
          ].join('|')
        : [item.block ?? '', ...own, wiringOf(item), ...item.items.map(structureOf)].join('|');
    const number = numberOf(`${item.kind}|${text}`);
    known.set(item, number);
    return number;
  };
  return structureOf;
}

/** How the items of a block take from each other and from outside. */
function wiringOf(block: Block): string {
  const places = new Map<ValueId, string>();
  block.inputs.forEach((value, at) => {
    places.set(value, `in${at}`);
  });
  block.items.forEach((item, at) => {
    item.outputs.forEach((value, slot) => {
      places.set(value, `${at}.${slot}`);
    });
  });
  const list = (values: readonly ValueId[]): string => values.map((value) => places.get(value)).join(',');
  return `${block.items.map((item) => list(item.inputs)).join(';')}→${list(block.outputs)}`;
}

export function baseName(name: string): string {
  return name.replace(/\[\d+\]$/, '');
}

/**
 * The items with runs in place of what repeats. `outputs` are the values that leave the list; only items of one structure
 * are folded together.
 */
export function foldRuns(
  items: readonly Item[],
  outputs: readonly ValueId[],
  structureOf: (item: Item) => number | string,
): readonly (Item | Run)[] {
  const list = new Wiring(items, outputs, structureOf);
  const folded: (Item | Run)[] = [];
  for (let at = 0; at < items.length; ) {
    const best = list.bestRun(at);
    if (best === undefined) folded.push(items[at++]!);
    else {
      folded.push(best.run);
      at += best.run.rounds.length * best.run.rounds[0]!.length;
    }
  }
  return folded;
}

/** Who makes and who uses each value of a list of items. */
class Wiring {
  readonly #maker = new Map<ValueId, { readonly at: number; readonly slot: number }>();
  /** Places in the list; its length for what leaves it. */
  readonly #users = new Map<ValueId, number[]>();
  readonly #structures: readonly (number | string)[];

  constructor(
    readonly items: readonly Item[],
    outputs: readonly ValueId[],
    structureOf: (item: Item) => number | string,
  ) {
    this.#structures = items.map(structureOf);
    items.forEach((item, at) => {
      item.outputs.forEach((value, slot) => {
        this.#maker.set(value, { at, slot });
      });
      for (const value of item.inputs) this.#use(value, at);
    });
    for (const value of outputs) this.#use(value, items.length);
  }

  #use(value: ValueId, at: number): void {
    const users = this.#users.get(value);
    if (users === undefined) this.#users.set(value, [at]);
    else users.push(at);
  }

  bestRun(start: number): { readonly run: Run; readonly gain: number } | undefined {
    let best: { readonly run: Run; readonly gain: number } | undefined;
    const longest = Math.min(LONGEST_ROUND, Math.floor((this.items.length - start) / 2));
    for (let length = 1; length <= longest; length++) {
      if (this.#structures[start] !== this.#structures[start + length]) continue;
      const run = this.#runOf(start, length);
      const gain = run === undefined ? 0 : gainOf(run);
      if (run !== undefined && gain >= LEAST_GAIN && gain > (best?.gain ?? 0)) best = { run, gain };
    }
    return best;
  }

  #runOf(start: number, length: number): Run | undefined {
    let count = 1;
    while (start + (count + 1) * length <= this.items.length && this.#continues(start, length, count)) count += 1;
    // What follows a chain often uses more than its last round; one round less may leave in one way.
    for (const least = Math.max(2, count - 1); count >= least; count--) {
      const collected = this.#leaving(start, length, count);
      if (collected === undefined) continue;
      const rounds = Array.from({ length: count }, (_, round) =>
        this.items.slice(start + round * length, start + (round + 1) * length),
      );
      return { kind: 'run', rounds, collected };
    }
    return undefined;
  }

  /** Whether a round is as those before it. */
  #continues(start: number, length: number, round: number): boolean {
    const carried = new Map<string, ValueId>();
    for (let at = 0; at < length; at++) {
      const here = start + round * length + at;
      if (this.#structures[here] !== this.#structures[start + at]) return false;
      const [own, first] = [this.items[here]!, this.items[start + at]!];
      if (own.inputs.length !== first.inputs.length || own.outputs.length !== first.outputs.length) return false;
      for (const [slot, value] of own.inputs.entries()) {
        const place = this.#placeOf(value, start, length, round);
        const original = first.inputs[slot]!;
        if (place.startsWith('previous')) {
          // What a round takes from the one before, the first takes from outside, wherever that is.
          if (this.#placeOf(original, start, length, 0) !== `outside ${original}`) return false;
          if ((carried.get(place) ?? original) !== original) return false;
          carried.set(place, original);
          if (round > 1) {
            const before = this.items[here - length]!.inputs[slot]!;
            if (this.#placeOf(before, start, length, round - 1) !== place) return false;
          }
        } else if (place !== this.#placeOf(original, start, length, 0)) return false;
        else if (round > 1) {
          const before = this.items[here - length]!.inputs[slot]!;
          if (this.#placeOf(before, start, length, round - 1) !== place) return false;
        }
      }
    }
    return true;
  }

  #placeOf(value: ValueId, start: number, length: number, round: number): string {
    const maker = this.#maker.get(value);
    if (maker === undefined || maker.at < start) return `outside ${value}`;
    const distance = round - Math.floor((maker.at - start) / length);
    const place = `${(maker.at - start) % length}.${maker.slot}`;
    return distance === 0 ? `here ${place}` : distance === 1 ? `previous ${place}` : `earlier ${value}`;
  }

  /** The values that leave rounds before the last; undefined where they leave in different ways. */
  #leaving(start: number, length: number, count: number): ReadonlySet<ValueId> | undefined {
    const end = start + count * length;
    const outside = (value: ValueId): readonly number[] => (this.#users.get(value) ?? []).filter((at) => at >= end);
    const collected = new Set<ValueId>();
    for (let at = 0; at < length; at++) {
      for (let slot = 0; slot < this.items[start + at]!.outputs.length; slot++) {
        const values = Array.from(
          { length: count },
          (_, round) => this.items[start + round * length + at]!.outputs[slot]!,
        );
        const last = outside(values.at(-1)!);
        const first = outside(values[0]!);
        for (const value of values.slice(0, -1)) {
          const users = outside(value);
          if (users.length !== first.length || users.some((user, index) => user !== first[index])) return undefined;
          if (users.some((user) => !last.includes(user))) return undefined;
          if (users.length > 0) collected.add(value);
        }
      }
    }
    return collected;
  }
}

/** Operations that need not be shown, less what listing their differences costs. */
function gainOf({ rounds }: Run): number {
  const operations = rounds.slice(1).flat();
  const saved = operations.reduce((sum, item) => sum + (item.kind === 'operation' ? 1 : item.operations), 0);
  let listed = 0;
  for (const [place, item] of rounds[0]!.entries()) {
    for (const [index, { text, shown }] of item.attributes.entries()) {
      if (shown === 'never') continue;
      if (rounds.some((round) => round[place]!.attributes[index]?.text !== text)) listed += Math.min(rounds.length, 6);
    }
  }
  return saved - COST_OF_A_VALUE * listed;
}
