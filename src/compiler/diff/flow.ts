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

const MOST_OUTPUTS = 2 ** 20;
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
    if (this.#moved.has(after.id)) return undefined;
    const [old, next] = [
      before.inputs.map((each) => this.#before(each)),
      after.inputs.map((each) => this.#after(each)),
    ];
    if (fits(old, next, COMMUTATIVE.has(after.op))) return undefined;
    const { old: was, new: is } = this.#matched;
    const paths = (graph: Graph, values: readonly ValueId[]) => values.map((value) => producerOf(graph, value).path);
    return { old: paths(was.graph, before.inputs), new: paths(is.graph, after.inputs) };
  }

  /** Whether two values come from the same layer. */
  isSameSource(before: ValueId, after: ValueId): boolean {
    return fits([this.#before(before)], [this.#after(after)], false);
  }

  #before(value: ValueId): readonly Source[] {
    const { graph } = this.#matched.old;
    const { node, output } = graph.values[value]!;
    return reading(this.#settled(this.#matched.matching.nodes.toNew[node]!), output, this.#old[node]!);
  }

  #after(value: ValueId): readonly Source[] {
    const { matching, new: next } = this.#matched;
    const { node, output } = next.graph.values[value]!;
    return reading(this.#settled(matching.nodes.toOld[node] === NONE ? NONE : node), output, this.#new[node]!);
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
  return settled === NONE ? behind : [settled * MOST_OUTPUTS + output];
}

/** By node: the nearest settled layers before it. */
function sourcesOf(graph: Graph, settled: (id: NodeId) => NodeId): readonly (readonly Source[])[] {
  const sources: (readonly Source[])[] = [];
  for (const node of graph.nodes) {
    const found = new Set<Source>();
    // Only what is not settled is asked for what is behind it.
    if (settled(node.id) === NONE) {
      for (const input of node.inputs) {
        const { node: producer, output } = graph.values[input]!;
        for (const source of reading(settled(producer), output, sources[producer]!)) {
          if (found.size < MOST_SOURCES) found.add(source);
        }
      }
    }
    sources.push([...found]);
  }
  return sources;
}

/** Whether each input reads from where it did, in their order or, where that does not matter, in any. */
function fits(old: readonly (readonly Source[])[], next: readonly (readonly Source[])[], anyOrder: boolean): boolean {
  if (old.length !== next.length) return false;
  if (old.every((sources, at) => meet(sources, next[at]!))) return true;
  if (!anyOrder) return false;
  const left = [...next];
  return old.every((sources) => {
    const at = left.findIndex((each) => meet(sources, each));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
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
