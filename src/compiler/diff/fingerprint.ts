/**
 * What two graphs are compared by: a number for each layer and each block that is the same exactly where the content is.
 *
 * Names take no part, and neither do shapes: a block that reads a wider tensor is still the same block. Numbers come from
 * one table for both graphs, so that nothing is ever equal by accident.
 */
import type { NodeId } from '../graph.ts';
import type { Outline } from './outline.ts';

/** Gives equal texts equal numbers. */
export class Interner {
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}

export interface Fingerprints {
  /** By node: its operation with all attributes. */
  readonly layers: readonly number[];
  /** By scope: the layers in it, however they are grouped, and how they are wired. */
  readonly contents: readonly number[];
  /** By node: whether it has a kernel or a table, and so tells more about a block than an activation or a norm does. */
  readonly weighty: readonly boolean[];
}

export function fingerprintsOf(outline: Outline, sequences: Sequences): Fingerprints {
  const layers = outline.kinds.map(({ layer }) => layer);
  const places = new Places(outline.graph.nodes.length);
  const contents = outline.members.map((members) => contentOf(outline, members, layers, places, sequences));
  return { layers, contents, weighty: outline.kinds.map(({ weighty }) => weighty) };
}

/** Gives equal sequences equal numbers, one item after the other; an exact hash that makes no texts. */
export class Sequences {
  readonly #numbers = new Map<number, number>();

  /** The number of the sequence that goes on with this item; 0 is the empty sequence. Items are whole and below `MOST`. */
  next(sequence: number, item: number): number {
    const key = sequence * MOST + item;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(key, number);
    return number;
  }
}

/** Sequences and items up to here make keys that are exact. */
const MOST = 2 ** 26;

/** Where nodes stand in a list of members, which is another for each scope. */
class Places {
  readonly #at: Int32Array;
  readonly #list: Int32Array;
  #current = 0;

  constructor(nodes: number) {
    this.#at = new Int32Array(nodes);
    this.#list = new Int32Array(nodes);
  }

  begin(): void {
    this.#current += 1;
  }

  set(node: NodeId, at: number): void {
    this.#at[node] = at;
    this.#list[node] = this.#current;
  }

  get(node: NodeId): number | undefined {
    return this.#list[node] === this.#current ? this.#at[node] : undefined;
  }
}

/** What an item of a content says; items of one kind lie this far apart. */
const ITEMS = { layer: 0, inside: 1, output: 2, outside: 3, shared: 4, sharedOutside: 5 } as const;
const KINDS_OF_ITEMS = 6;

/** Inputs from inside are told by their distance in the list, those from outside by the order in which they come in. */
function contentOf(
  { graph }: Outline,
  members: readonly NodeId[],
  layers: readonly number[],
  places: Places,
  sequences: Sequences,
): number {
  places.begin();
  const outside = new Map<number, number>();
  let content = 0;
  const add = (kind: keyof typeof ITEMS, value: number): void => {
    content = sequences.next(content, value * KINDS_OF_ITEMS + ITEMS[kind]);
  };
  for (const [at, id] of members.entries()) {
    places.set(id, at);
    const node = graph.nodes[id]!;
    add('layer', layers[id]!);
    for (const input of node.inputs) {
      const { node: producer, output } = graph.values[input]!;
      const inside = places.get(producer);
      if (inside !== undefined) {
        add('inside', at - inside);
        add('output', output);
        continue;
      }
      const known = outside.get(input) ?? outside.size;
      outside.set(input, known);
      add('outside', known);
    }
    if (node.sharedWith === undefined) continue;
    const first = places.get(node.sharedWith);
    if (first === undefined) add('sharedOutside', 0);
    else add('shared', at - first);
  }
  return content;
}
