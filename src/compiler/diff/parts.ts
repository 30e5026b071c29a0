/**
 * The tree of what differs: the new model's blocks and layers, with those that only the old one has where they stood.
 *
 * In: a matching. Out: the parts of the model that differ, or hold something that does.
 */
import { type Graph, type Node, type NodeId, type ScopeId, shapeOf } from '../graph.ts';
import { attributeChanges, parameterChanges } from './attributes.ts';
import type { Flow } from './flow.ts';
import type { Matched } from './match.ts';
import { NONE } from './matching.ts';
import type {
  Change,
  DiffPart,
  PlaceChange,
  PlacedPart,
  ShapeChange,
  SharingChange,
  Sibling,
  Totals,
} from './model-diff.ts';
import { baseName, isScope, type Outline, type Part } from './outline.ts';
import { NOTHING, sumOf } from './totals.ts';

/** What only the old model has in a block, by the part of the new model that it stood behind; at the start: undefined. */
type Lost = Map<Part | undefined, DiffPart[]>;

const LAYER: Omit<DiffPart, 'kind' | 'status' | 'old' | 'new' | 'totals'> = {
  ...{
    place: undefined,
    parameters: [],
    attributes: [],
    wiring: undefined,
    shape: undefined,
    sharing: undefined,
    parts: [],
  },
};

export function diffParts(
  matched: Matched,
  flow: Flow,
): { parts: readonly DiffPart[]; totals: Change<Totals>; reshaped: number } {
  const builder = new PartsBuilder(matched, flow);
  return { parts: builder.parts(), totals: builder.totals(), reshaped: builder.reshaped };
}

class PartsBuilder {
  readonly #matched: Matched;
  readonly #flow: Flow;
  readonly #old: readonly Totals[];
  readonly #new: readonly Totals[];
  readonly #shapes: ReadonlyMap<number, ShapeChange>;
  readonly reshaped: number;
  /** By scope of the new model. */
  readonly #lost = new Map<ScopeId, Lost>();

  constructor(matched: Matched, flow: Flow) {
    this.#matched = matched;
    this.#flow = flow;
    this.#old = matched.old.kinds.map(({ totals }) => totals);
    this.#new = matched.new.kinds.map(({ totals }) => totals);
    const { origins, count } = flow.shapeChanges();
    this.#shapes = origins;
    this.reshaped = count;
    this.#findLost(0, 0);
  }

  totals(): Change<Totals> {
    const { old, new: next } = this.#matched;
    return { old: sumOf(this.#old, old.members[0]!), new: sumOf(this.#new, next.members[0]!) };
  }

  parts(): readonly DiffPart[] {
    return this.#within(0);
  }

  /** What is in a block of the new model, with what is not in it any more. */
  #within(scope: ScopeId): DiffPart[] {
    const lost = this.#lost.get(scope);
    const found = [...(lost?.get(undefined) ?? [])];
    for (const part of this.#matched.new.parts[scope]!) {
      const made = isScope(part) ? this.#block(~part) : this.#layer(this.#matched.new.graph.nodes[part]!);
      if (made !== undefined) found.push(made);
      if (lost !== undefined) found.push(...(lost.get(part) ?? []));
    }
    return found;
  }

  #layer(after: Node): DiffPart | undefined {
    const { matching, old, new: next } = this.#matched;
    if (after.op === 'input') return undefined;
    const mate = matching.nodes.toOld[after.id]!;
    if (mate === NONE) {
      const totals = { old: NOTHING, new: this.#new[after.id]! };
      return { kind: 'layer', status: 'added', old: undefined, new: placedLayer(next, after), ...LAYER, totals };
    }
    const before = old.graph.nodes[mate]!;
    const sameLayer = this.#matched.isSameLayer(mate, after.id);
    const [place, wiring] = [this.#placeOfLayer(before, after), this.#flow.wiringChange(before, after)];
    const [shape, sharing] = [this.#shapes.get(after.id), this.#sharing(before, after)];
    if (sameLayer && (place ?? wiring ?? shape ?? sharing) === undefined) return undefined;
    const attributes = sameLayer ? [] : attributeChanges(old.graph, before, next.graph, after);
    const isAsBefore = before.op === after.op && attributes.length === 0;
    if (isAsBefore && (place ?? wiring ?? shape ?? sharing) === undefined) return undefined;
    const facets = { place, attributes, wiring, shape, sharing };
    const totals = { old: this.#old[mate]!, new: this.#new[after.id]! };
    return {
      kind: 'layer',
      status: 'changed',
      old: placedLayer(old, before),
      new: placedLayer(next, after),
      ...LAYER,
      ...facets,
      totals,
    };
  }

  #sharing(before: Node, after: Node): SharingChange | undefined {
    const { matching, old, new: next } = this.#matched;
    const [was, is] = [before.sharedWith, after.sharedWith];
    // In a shared block every layer is shared, those without weights as well.
    if (old.kinds[before.id]!.weights.length === 0 && next.kinds[after.id]!.weights.length === 0) return undefined;
    if (was === undefined ? is === undefined : is !== undefined && matching.nodes.toNew[was] === is) return undefined;
    const path = (graph: Graph, id: NodeId | undefined) => (id === undefined ? undefined : graph.nodes[id]!.path);
    return { old: path(old.graph, was), new: path(next.graph, is) };
  }

  #block(id: ScopeId): DiffPart | undefined {
    const { matching, old, new: next } = this.#matched;
    const parts = this.#within(id);
    const scope = next.graph.scopes[id]!;
    const members = next.members[id]!;
    const kind = scope.block === undefined ? 'group' : 'block';
    const mate = matching.scopes.toOld[id]!;
    if (mate === NONE) {
      const placed = placedScope(next, id);
      const known = members.map((node) => matching.nodes.toOld[node]!).filter((node) => node !== NONE);
      const totals = { old: sumOf(this.#old, known), new: sumOf(this.#new, members) };
      if (known.length === 0) return { kind, status: 'added', old: undefined, new: placed, ...LAYER, totals, parts };
      const place = { kind: 'extracted' } as const;
      return { kind, status: 'changed', old: undefined, new: placed, ...LAYER, place, totals, parts };
    }
    const place = this.#placeOfScope(mate, id);
    const was = old.graph.scopes[mate]!;
    const parameters =
      was.block === undefined || scope.block === undefined
        ? []
        : parameterChanges(was.block.parameters, scope.block.parameters);
    if (place === undefined && parameters.length === 0 && parts.length === 0) return undefined;
    const totals = { old: sumOf(this.#old, old.members[mate]!), new: sumOf(this.#new, members) };
    return {
      kind,
      status: 'changed',
      old: placedScope(old, mate),
      new: placedScope(next, id),
      ...LAYER,
      place,
      parameters,
      totals,
      parts,
    };
  }

  #placeOfLayer(before: Node, after: Node): PlaceChange | undefined {
    const { matching } = this.#matched;
    if (matching.moved.has(after.id) || !this.#isAtHome(before.scope, after.scope))
      return this.#move(before.id, after.id);
    const [was, is] = [baseName(before.name), baseName(after.name)];
    return was === is || (was === before.op && is === after.op) ? undefined : { kind: 'renamed' };
  }

  #placeOfScope(before: ScopeId, after: ScopeId): PlaceChange | undefined {
    const { matching, old, new: next } = this.#matched;
    const [was, is] = [old.graph.scopes[before]!, next.graph.scopes[after]!];
    if (matching.moved.has(~after) || !this.#isAtHome(was.parent!, is.parent!)) return this.#move(~before, ~after);
    const [wasName, isName] = [baseName(was.name), baseName(is.name)];
    const called = wasName === was.block?.name && isName === is.block?.name;
    const hidden = was.path === old.graph.scopes[was.parent!]!.path && is.path === next.graph.scopes[is.parent!]!.path;
    return wasName === isName || called || hidden ? undefined : { kind: 'renamed' };
  }

  #move(before: Part, after: Part): PlaceChange {
    const { matching, old, new: next } = this.#matched;
    const [was, is] = [parentOf(old, before), parentOf(next, after)];
    if (matching.scopes.toNew[was] !== is) return { kind: 'moved', siblings: undefined };
    const neighbours = { old: neighboursOf(old, was, before), new: neighboursOf(next, is, after) };
    const isSame = (a: Part | undefined, b: Part | undefined): boolean =>
      a !== undefined && b !== undefined && (isScope(a) ? ~matching.scopes.toNew[~a]! : matching.nodes.toNew[a]) === b;
    // Those before may be the same, and have moved along.
    const first = isSame(neighbours.old.after, neighbours.new.after) ? 'before' : 'after';
    const [from, to] = [siblingAt(old, neighbours.old, first), siblingAt(next, neighbours.new, first)];
    return { kind: 'moved', siblings: from && to && { old: from, new: to } };
  }

  /** Whether the nearest blocks around that both models have are the same. */
  #isAtHome(before: ScopeId, after: ScopeId): boolean {
    const { matching, old, new: next } = this.#matched;
    let [was, is] = [before, after];
    while (matching.scopes.toNew[was] === NONE) was = old.graph.scopes[was]!.parent!;
    while (matching.scopes.toOld[is] === NONE) is = next.graph.scopes[is]!.parent!;
    return matching.scopes.toNew[was] === is;
  }

  /** Looks through a block of the old model, which is `home` in the new one. */
  #findLost(scope: ScopeId, home: ScopeId): void {
    const { matching, old } = this.#matched;
    const lost: Lost = new Map();
    let behind: Part | undefined;
    const isHere = (part: Part): boolean => parentOf(this.#matched.new, part) === home;
    for (const part of old.parts[scope]!) {
      const mate = isScope(part) ? matching.scopes.toNew[~part]! : matching.nodes.toNew[part]!;
      if (mate === NONE) {
        const made = isScope(part) ? this.#lostBlock(~part) : this.#lostLayer(old.graph.nodes[part]!);
        if (made === undefined) continue;
        const same = lost.get(behind);
        if (same === undefined) lost.set(behind, [made]);
        else same.push(made);
        continue;
      }
      const placed = isScope(part) ? ~mate : mate;
      if (isHere(placed)) behind = placed;
      if (isScope(part)) this.#findLost(~part, mate);
    }
    if (lost.size > 0) this.#lost.set(home, lost);
  }

  #lostLayer(before: Node): DiffPart | undefined {
    if (before.op === 'input') return undefined;
    const totals = { old: this.#old[before.id]!, new: NOTHING };
    return {
      kind: 'layer',
      status: 'removed',
      old: placedLayer(this.#matched.old, before),
      new: undefined,
      ...LAYER,
      totals,
    };
  }

  /** A block that is gone, with what is gone of its layers. */
  #lostBlock(id: ScopeId): DiffPart {
    const { matching, old } = this.#matched;
    const members = old.members[id]!;
    const known = members.map((node) => matching.nodes.toNew[node]!).filter((node) => node !== NONE);
    const parts: DiffPart[] = [];
    for (const part of old.parts[id]!) {
      if (!isScope(part)) {
        const made = matching.nodes.toNew[part] === NONE ? this.#lostLayer(old.graph.nodes[part]!) : undefined;
        if (made !== undefined) parts.push(made);
      } else if (matching.scopes.toNew[~part] === NONE) parts.push(this.#lostBlock(~part));
      else this.#findLost(~part, matching.scopes.toNew[~part]!);
    }
    const kind = old.graph.scopes[id]!.block === undefined ? 'group' : 'block';
    const totals = { old: sumOf(this.#old, members), new: sumOf(this.#new, known) };
    const was = placedScope(old, id);
    if (known.length === 0) return { kind, status: 'removed', old: was, new: undefined, ...LAYER, totals, parts };
    const place = { kind: 'inlined' } as const;
    return { kind, status: 'changed', old: was, new: undefined, ...LAYER, place, totals, parts };
  }
}

function parentOf({ graph }: Outline, part: Part): ScopeId {
  return isScope(part) ? graph.scopes[~part]!.parent! : graph.nodes[part]!.scope;
}

type Neighbours = Readonly<Record<Sibling['side'], Part | undefined>>;

/** What a part stands after and before in its block. */
function neighboursOf({ parts }: Outline, scope: ScopeId, part: Part): Neighbours {
  const at = parts[scope]!.indexOf(part);
  return { after: parts[scope]![at - 1], before: parts[scope]![at + 1] };
}

/** On the side that is asked for, else on the other. */
function siblingAt({ graph }: Outline, neighbours: Neighbours, wanted: Sibling['side']): Sibling | undefined {
  const side = neighbours[wanted] !== undefined ? wanted : wanted === 'after' ? 'before' : 'after';
  const part = neighbours[side];
  if (part === undefined) return undefined;
  const name = isScope(part) ? graph.scopes[~part]!.name || graph.scopes[~part]!.block!.name : graph.nodes[part]!.name;
  return { side, name };
}

function placedLayer({ graph }: Outline, { path, name, op, outputs, attributes }: Node): PlacedPart {
  const shape = shapeOf(graph, outputs[0]!);
  return { path, name, of: op, shape, attributes: attributes as Record<string, unknown> };
}

function placedScope({ graph }: Outline, id: ScopeId): PlacedPart {
  const { path, name, block } = graph.scopes[id]!;
  return { path, name, of: block?.name, shape: undefined, attributes: {} };
}
