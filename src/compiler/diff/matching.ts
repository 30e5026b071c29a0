/** Which layers and blocks of two graphs are the same, while that is found out and afterwards. */
import type { NodeId, ScopeId } from '../graph.ts';
import { align } from './align.ts';
import type { Fingerprints } from './fingerprint.ts';
import { baseName, isScope, type Outline, type Part } from './outline.ts';

/** Nothing on the other side. */
export const NONE = -1;

/** Everything found, by id; `NONE` where the other side has no counterpart. */
export interface Matching {
  /** By node of the old graph, and by node of the new one. */
  readonly nodes: { readonly toNew: Int32Array; readonly toOld: Int32Array };
  readonly scopes: { readonly toNew: Int32Array; readonly toOld: Int32Array };
  /** Parts of the new graph that were found out of their order, or in another block. */
  readonly moved: ReadonlySet<Part>;
}

export interface Side {
  readonly outline: Outline;
  readonly prints: Fingerprints;
}

/** A layer of a gap, with the block of the gap that it stands in; undefined where it stands right in the gap. */
export interface Opened {
  readonly node: NodeId;
  readonly within: ScopeId | undefined;
}

export class Pairing {
  readonly #toB: { readonly nodes: Int32Array; readonly scopes: Int32Array };
  readonly #toA: { readonly nodes: Int32Array; readonly scopes: Int32Array };
  readonly #moved: [a: Part, b: Part][] = [];

  constructor(
    readonly a: Side,
    readonly b: Side,
  ) {
    const empty = ({ outline: { graph } }: Side) => ({
      nodes: new Int32Array(graph.nodes.length).fill(NONE),
      scopes: new Int32Array(graph.scopes.length).fill(NONE),
    });
    this.#toB = empty(a);
    this.#toA = empty(b);
  }

  mateOfA(part: Part): Part | undefined {
    const mate = isScope(part) ? this.#toB.scopes[~part]! : this.#toB.nodes[part]!;
    return mate === NONE ? undefined : isScope(part) ? ~mate : mate;
  }

  isFreeA(part: Part): boolean {
    return (isScope(part) ? this.#toB.scopes[~part] : this.#toB.nodes[part]) === NONE;
  }

  isFreeB(part: Part): boolean {
    return (isScope(part) ? this.#toA.scopes[~part] : this.#toA.nodes[part]) === NONE;
  }

  pair(partA: Part, partB: Part): void {
    if (isScope(partA)) {
      this.#toB.scopes[~partA] = ~partB;
      this.#toA.scopes[~partB] = ~partA;
    } else {
      this.#toB.nodes[partA] = partB;
      this.#toA.nodes[partB] = partA;
    }
  }

  /** Whether one of the blocks is in both graphs: what goes from a block that is gone to one that is new did not move. */
  hasHome(a: ScopeId, b: ScopeId): boolean {
    return !this.isFreeA(~a) || !this.isFreeB(~b);
  }

  markMoved(partA: Part, partB: Part): void {
    this.#moved.push([partA, partB]);
  }

  /** Pairs all that is in two scopes of the same content, layer by layer, whatever its groups. */
  pairContents(a: ScopeId, b: ScopeId): void {
    const [membersA, membersB] = [this.a.outline.members[a]!, this.b.outline.members[b]!];
    for (const [at, node] of membersA.entries()) this.pair(node, membersB[at]!);
    if (this.a.outline.parts[a]!.some(isScope) && this.b.outline.parts[b]!.some(isScope)) {
      const [insideA, insideB] = [scopesByExtent(this.a.outline, a), scopesByExtent(this.b.outline, b)];
      for (const [extent, nestedA] of insideA) {
        const nestedB = insideB.get(extent);
        if (nestedB !== undefined) this.#pairNested(nestedA, nestedB);
      }
    }
    this.pair(~a, ~b);
  }

  /** Scopes right in each other that hold the same layers: by name first, the rest from the outside in. */
  #pairNested(nestedA: readonly ScopeId[], nestedB: readonly ScopeId[]): void {
    if (nestedA.length === 1 && nestedB.length === 1) {
      this.pair(~nestedA[0]!, ~nestedB[0]!);
      return;
    }
    const names = new Map<string, number>();
    const keys = ({ outline: { graph } }: Side, nested: readonly ScopeId[]) =>
      nested.map((scope) => {
        const { name, block } = graph.scopes[scope]!;
        const text = `${baseName(name)} ${block?.name ?? ''}`;
        if (!names.has(text)) names.set(text, names.size);
        return names.get(text)!;
      });
    for (const [at, bt] of align(keys(this.a, nestedA), keys(this.b, nestedB))) {
      this.pair(~nestedA[at]!, ~nestedB[bt]!);
    }
    const freeB = nestedB.filter((scope) => this.isFreeB(~scope));
    for (const scope of nestedA) {
      if (!this.isFreeA(~scope)) continue;
      const mate = freeB.shift();
      if (mate === undefined) return;
      this.pair(~scope, ~mate);
    }
  }

  /** @param swapped whether `a` is the new graph */
  finish(swapped: boolean): Matching {
    const [old, next] = swapped ? [this.#toA, this.#toB] : [this.#toB, this.#toA];
    return {
      nodes: { toNew: old.nodes, toOld: next.nodes },
      scopes: { toNew: old.scopes, toOld: next.scopes },
      moved: new Set(this.#moved.map(([a, b]) => (swapped ? a : b))),
    };
  }
}

/** The scopes below a scope by the layers that they hold: `first:last:count` of the scope's own, outer ones first. */
function scopesByExtent(outline: Outline, scope: ScopeId): Map<string, ScopeId[]> {
  const position = new Map(outline.members[scope]!.map((node, at): [NodeId, number] => [node, at]));
  const found = new Map<string, ScopeId[]>();
  const open = [scope];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const part of outline.parts[next]!) {
      if (!isScope(part)) continue;
      const members = outline.members[~part]!;
      const extent = `${position.get(members[0]!)}:${position.get(members.at(-1)!)}:${members.length}`;
      const same = found.get(extent);
      if (same === undefined) found.set(extent, [~part]);
      else same.push(~part);
      open.push(~part);
    }
  }
  return found;
}
