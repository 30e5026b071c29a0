/**
 * How tensors go from layer to layer: which layers read something else than before, and where shapes begin to differ.
 *
 * A layer that was put in between, taken out or moved is no change of wiring for those around it: what counts is whether
 * the nearest layers that both models have in their old order are the same.
 */
import { type Graph, type Node, type NodeId, shapeOf, type ValueId } from '../graph.ts';
import { isSame } from './attributes.ts';
import type { Matched } from './match.ts';
import { NONE } from './matching.ts';
import type { ShapeChange, WiringChange } from './model-diff.ts';
import { isScope } from './outline.ts';

/** An output of a layer that both models have, as a number: the node of the new model and which output. */
type Source = number;

/** What an input reads. */
interface Reading {
  /** The layer that makes it, where both models have it. */
  readonly itself: Source | typeof NONE;
  /** The nearest settled layers: itself, or those before it. */
  readonly behind: readonly Source[];
}

const MOST_OUTPUTS = 2 ** 20;
const NO_SOURCES: readonly Source[] = [];
/** Of a layer behind many new ones so many sources are looked at. */
const MOST_SOURCES = 8;

const COMMUTATIVE: ReadonlySet<string> = new Set(['add', 'mul', 'maximum', 'minimum']);

export class Flow {
  readonly #matched: Matched;
  readonly #moved: ReadonlySet<NodeId>;
  readonly #old: readonly (readonly Source[])[];
  readonly #new: readonly (readonly Source[])[];

  constructor(matched: Matched) {
    this.#matched = matched;
    this.#moved = movedNodes(matched);
    const { toNew } = matched.matching.nodes;
    this.#old = sourcesOf(matched.old.graph, (id) => this.#settled(toNew[id]!));
    this.#new = sourcesOf(matched.new.graph, (id) =>
      this.#settled(matched.matching.nodes.toOld[id] === NONE ? NONE : id),
    );
  }

  #settled(id: NodeId): NodeId {
    return this.#moved.has(id) ? NONE : id;
  }

  /** Undefined where the layer reads what it read before. */
  wiringChange(before: Node, after: Node): WiringChange | undefined {
    if (this.#moved.has(after.id) || this.#readsTheSame(before, after)) return undefined;
    const old = before.inputs.map((each) => this.#before(each));
    const next = after.inputs.map((each) => this.#after(each));
    if (old.length === next.length && old.every((each, at) => isSameReading(each, next[at]!))) return undefined;
    const mates = matesOf(old, next);
    const taken = new Set(mates);
    const gone = before.inputs.filter((_, at) => !taken.has(at));
    const come = after.inputs.filter((_, at) => mates[at] === NONE);
    const found = mates.filter((at) => at !== NONE);
    const reordered = !COMMUTATIVE.has(after.op) && found.some((at, index) => index > 0 && at < found[index - 1]!);
    if (gone.length === 0 && come.length === 0 && !reordered) return undefined;
    const { old: was, new: is, matching } = this.#matched;
    const pathIn = (graph: Graph) => (value: ValueId) => producerOf(graph, value).path;
    return {
      old: before.inputs.map(pathIn(was.graph)),
      new: after.inputs.map(pathIn(is.graph)),
      added: come.map(pathIn(is.graph)),
      removed: gone.map((value) => {
        const { id, path } = producerOf(was.graph, value);
        const mate = matching.nodes.toNew[id]!;
        return { old: path, new: mate === NONE ? undefined : is.graph.nodes[mate]!.path };
      }),
      reordered,
    };
  }

  /** Whether each input is of the layer of which it was. */
  #readsTheSame({ inputs: was }: Node, { inputs: is }: Node): boolean {
    const { matching, old, new: next } = this.#matched;
    if (was.length !== is.length) return false;
    for (let at = 0; at < was.length; at += 1) {
      const [one, other] = [old.graph.values[was[at]!]!, next.graph.values[is[at]!]!];
      if (matching.nodes.toNew[one.node] !== other.node || one.output !== other.output) return false;
    }
    return true;
  }

  /** Whether two values come from the same layer. */
  isSameSource(before: ValueId, after: ValueId): boolean {
    return isSameReading(this.#before(before), this.#after(after));
  }

  #before(value: ValueId): Reading {
    const { node, output } = this.#matched.old.graph.values[value]!;
    const mate = this.#matched.matching.nodes.toNew[node]!;
    return { itself: sourceOf(mate, output), behind: reading(this.#settled(mate), output, this.#old[node]!) };
  }

  #after(value: ValueId): Reading {
    const { matching, new: next } = this.#matched;
    const { node, output } = next.graph.values[value]!;
    const known = matching.nodes.toOld[node] === NONE ? NONE : node;
    return { itself: sourceOf(known, output), behind: reading(this.#settled(known), output, this.#new[node]!) };
  }

  /** Where shapes begin to differ, by node of the new model, and how many layers follow each of them. */
  shapeChanges(): {
    readonly origins: ReadonlyMap<NodeId, ShapeChange>;
    readonly followers: ReadonlyMap<NodeId, number>;
    readonly count: number;
  } {
    const { matching, old, new: next } = this.#matched;
    const origin = new Map<NodeId, NodeId>();
    const followers = new Map<NodeId, number>();
    const found: { id: NodeId; before: Node }[] = [];
    let count = 0;
    for (const node of next.graph.nodes) {
      const mate = matching.nodes.toOld[node.id]!;
      // Layers of one kind have the same shapes.
      if (mate !== NONE && old.kinds[mate] === next.kinds[node.id]) continue;
      const follows = node.inputs
        .map((input) => origin.get(next.graph.values[input]!.node))
        .find((each) => each !== undefined);
      if (mate === NONE) {
        // A layer in between hands on what is behind it; what it changes itself begins at the next that both have.
        if (follows !== undefined) origin.set(node.id, follows);
        continue;
      }
      const before = old.graph.nodes[mate]!;
      if (hasSameShapes(old.graph, before, next.graph, node)) continue;
      count += 1;
      const own = before.inputs.length !== node.inputs.length || !this.#matched.isSameLayer(mate, node.id);
      if (own || follows === undefined) {
        origin.set(node.id, node.id);
        found.push({ id: node.id, before });
      } else {
        origin.set(node.id, follows);
        followers.set(follows, (followers.get(follows) ?? 0) + 1);
      }
    }
    const origins = new Map(
      found.map(({ id, before }) => [
        id,
        {
          old: shapeOf(old.graph, before.outputs[0]!),
          new: shapeOf(next.graph, next.graph.nodes[id]!.outputs[0]!),
          followers: followers.get(id) ?? 0,
        },
      ]),
    );
    return { origins, followers, count };
  }
}

export function producerOf(graph: Graph, value: ValueId): Node {
  return graph.nodes[graph.values[value]!.node]!;
}

/** Nodes of the new model that were moved, alone or with their block. */
function movedNodes({ matching, new: next }: Matched): ReadonlySet<NodeId> {
  return new Set([...matching.moved].flatMap((part) => (isScope(part) ? next.members[~part]! : [part])));
}

function reading(settled: NodeId, output: number, behind: readonly Source[]): readonly Source[] {
  return settled === NONE ? behind : [sourceOf(settled, output)];
}

function sourceOf(node: NodeId, output: number): Source {
  return node === NONE ? NONE : node * MOST_OUTPUTS + output;
}

/** By node: the nearest settled layers before it. */
function sourcesOf(graph: Graph, settled: (id: NodeId) => NodeId): readonly (readonly Source[])[] {
  const sources: (readonly Source[])[] = [];
  for (const node of graph.nodes) {
    // Only what is not settled is asked for what is behind it.
    if (settled(node.id) !== NONE) {
      sources.push(NO_SOURCES);
      continue;
    }
    const found = new Set<Source>();
    for (const input of node.inputs) {
      const { node: producer, output } = graph.values[input]!;
      for (const source of reading(settled(producer), output, sources[producer]!)) {
        if (found.size < MOST_SOURCES) found.add(source);
      }
    }
    sources.push([...found]);
  }
  return sources;
}

/** For each of the new readings the place of the old one that it is, or `NONE`: those of one layer first, then by what is behind. */
function matesOf(old: readonly Reading[], next: readonly Reading[]): readonly number[] {
  const mates = next.map(() => NONE);
  const free = new Set(old.keys());
  const take = (keysOf: (each: Reading) => readonly (Source | undefined)[]): void => {
    /** By key the old places, the last one first. */
    const waiting = new Map<Source | undefined, number[]>();
    for (const at of [...free].reverse()) {
      for (const key of keysOf(old[at]!)) {
        const same = waiting.get(key);
        if (same === undefined) waiting.set(key, [at]);
        else same.push(at);
      }
    }
    const firstFree = (key: Source | undefined): number | undefined => {
      const places = waiting.get(key);
      while (places !== undefined && places.length > 0 && !free.has(places.at(-1)!)) places.pop();
      return places?.at(-1);
    };
    for (const [at, each] of next.entries()) {
      if (mates[at] !== NONE) continue;
      const found = keysOf(each)
        .map(firstFree)
        .find((place) => place !== undefined);
      if (found === undefined) continue;
      mates[at] = found;
      free.delete(found);
    }
  };
  take(({ itself }) => (itself === NONE ? [] : [itself]));
  take(({ behind }) => (behind.length === 0 ? [undefined] : behind));
  return mates;
}

function isSameReading(a: Reading, b: Reading): boolean {
  return (a.itself !== NONE && a.itself === b.itself) || meet(a.behind, b.behind);
}

function meet(a: readonly Source[], b: readonly Source[]): boolean {
  return a.length === 0 ? b.length === 0 : a.some((each) => b.includes(each));
}

function hasSameShapes(old: Graph, before: Node, next: Graph, after: Node): boolean {
  return (
    before.outputs.length === after.outputs.length &&
    before.outputs.every((value, at) => isSame(shapeOf(old, value), shapeOf(next, after.outputs[at]!)))
  );
}
