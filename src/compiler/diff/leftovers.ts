/**
 * What no block-by-block comparison finds: parts that moved to another block, and the blocks around layers that were
 * found one by one.
 */
import type { Node, ScopeId } from '../graph.ts';
import type { Pairing, Side } from './matching.ts';
import { baseName, isScope, type Outline, type Part } from './outline.ts';

/** Which share of the layers of both blocks together has to be in both. */
const COMMON = 0.5;
/** A block without weights says too little about where it came from if it is smaller. */
const SMALLEST = 3;

export function matchLeftovers(pairing: Pairing): void {
  moveBlocks(pairing);
  moveLayers(pairing);
  pairByLayers(pairing);
}

/** Free blocks of the same content, the largest first. */
function moveBlocks(pairing: Pairing): void {
  const isFree = ({ outline }: Side, scope: ScopeId, free: (part: Part) => boolean): boolean =>
    free(~scope) && outline.members[scope]!.length > 0 && outline.members[scope]!.every(free);
  const candidates = (side: Side, free: (part: Part) => boolean): ScopeId[] =>
    side.outline.graph.scopes
      .map(({ id }) => id)
      .filter((id) => isFree(side, id, free) && tellsEnough(side, id))
      .sort((a, b) => side.outline.members[b]!.length - side.outline.members[a]!.length || a - b);
  const freeA = (part: Part): boolean => pairing.isFreeA(part);
  const freeB = (part: Part): boolean => pairing.isFreeB(part);

  const waiting = new Map<number, ScopeId[]>();
  for (const scope of candidates(pairing.b, freeB)) {
    const content = pairing.b.prints.contents[scope]!;
    const same = waiting.get(content);
    if (same === undefined) waiting.set(content, [scope]);
    else same.push(scope);
  }
  for (const scope of candidates(pairing.a, freeA)) {
    if (!isFree(pairing.a, scope, freeA)) continue;
    const same = waiting.get(pairing.a.prints.contents[scope]!)?.filter((each) => isFree(pairing.b, each, freeB)) ?? [];
    const name = pairing.a.outline.graph.scopes[scope]!.name;
    const named = (each: ScopeId): string => pairing.b.outline.graph.scopes[each]!.name;
    const near = same.filter((each) => pairing.hasHome(scopeAround(pairing.a, ~scope), scopeAround(pairing.b, ~each)));
    const mate =
      near.find((each) => named(each) === name) ??
      near.find((each) => baseName(named(each)) === baseName(name)) ??
      near[0];
    if (mate === undefined) continue;
    pairing.pairContents(scope, mate);
    pairing.markMoved(~scope, ~mate);
  }
}

function scopeAround({ outline: { graph } }: Side, part: Part): ScopeId {
  return isScope(part) ? graph.scopes[~part]!.parent! : graph.nodes[part]!.scope;
}

function tellsEnough({ outline, prints }: Side, scope: ScopeId): boolean {
  const members = outline.members[scope]!;
  return members.length >= SMALLEST || members.some((node) => prints.weighty[node]);
}

/** Free layers that are the only one of their kind on both sides. */
function moveLayers(pairing: Pairing): void {
  const [onlyA, onlyB] = [
    onlyOnes(pairing.a, (part) => pairing.isFreeA(part)),
    onlyOnes(pairing.b, (part) => pairing.isFreeB(part)),
  ];
  for (const [layer, a] of onlyA) {
    const b = onlyB.get(layer);
    if (a === undefined || b === undefined) continue;
    if (!pairing.hasHome(scopeAround(pairing.a, a), scopeAround(pairing.b, b))) continue;
    pairing.pair(a, b);
    pairing.markMoved(a, b);
  }
}

/** By layer: the free node, or undefined where there are several. */
function onlyOnes({ outline, prints }: Side, free: (part: Part) => boolean): Map<number, number | undefined> {
  const found = new Map<number, number | undefined>();
  for (const node of outline.graph.nodes) {
    if (!free(node.id) || !(prints.weighty[node.id] || hasAttributes(node))) continue;
    const layer = prints.layers[node.id]!;
    found.set(layer, found.has(layer) ? undefined : node.id);
  }
  return found;
}

function hasAttributes({ attributes }: Node): boolean {
  return Object.keys(attributes).length > 0;
}

/** Blocks that hold mostly the same layers, which have been found already. */
function pairByLayers(pairing: Pairing): void {
  const { a, b } = pairing;
  const votes = new Map<number, number>();
  const scopeCount = b.outline.graph.scopes.length;
  for (const node of a.outline.graph.nodes) {
    const mate = pairing.mateOfA(node.id);
    if (mate === undefined) continue;
    const freeB = freeAround(b.outline, b.outline.graph.nodes[mate]!, (part) => pairing.isFreeB(part));
    if (freeB.length === 0) continue;
    for (const scopeA of freeAround(a.outline, node, (part) => pairing.isFreeA(part))) {
      for (const scopeB of freeB) {
        const pair = scopeA * scopeCount + scopeB;
        votes.set(pair, (votes.get(pair) ?? 0) + 1);
      }
    }
  }
  const candidates = [...votes].map(([pair, common]) => {
    const [scopeA, scopeB] = [Math.floor(pair / scopeCount), pair % scopeCount];
    const all = a.outline.members[scopeA]!.length + b.outline.members[scopeB]!.length - common;
    return { scopeA, scopeB, share: common / all, alike: alike(a, b, scopeA, scopeB) };
  });
  candidates.sort((x, y) => y.share - x.share || y.alike - x.alike || x.scopeA - y.scopeA || x.scopeB - y.scopeB);
  for (const { scopeA, scopeB, share } of candidates) {
    if (share < COMMON) break;
    if (pairing.isFreeA(~scopeA) && pairing.isFreeB(~scopeB)) pairing.pair(~scopeA, ~scopeB);
  }
}

function freeAround({ graph }: Outline, node: Node, free: (part: Part) => boolean): ScopeId[] {
  const around: ScopeId[] = [];
  for (let scope: ScopeId | undefined = node.scope; scope !== undefined; scope = graph.scopes[scope]!.parent) {
    if (free(~scope)) around.push(scope);
  }
  return around;
}

/** 2 for one name and one block, 1 for one of these, 0 for none. */
function alike(a: Side, b: Side, scopeA: ScopeId, scopeB: ScopeId): number {
  const [before, after] = [a.outline.graph.scopes[scopeA]!, b.outline.graph.scopes[scopeB]!];
  const sameBlock = before.block !== undefined && before.block.name === after.block?.name;
  return Number(sameBlock) + Number(baseName(before.name) === baseName(after.name));
}
