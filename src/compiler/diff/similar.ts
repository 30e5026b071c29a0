/** How much two blocks have in common. */
import type { NodeId, ScopeId } from '../graph.ts';
import type { Pairs } from './align.ts';
import type { Opened, Pairing, Side } from './matching.ts';
import { isScope, type Part } from './outline.ts';

/** Which share of their layers two blocks need to have in common to be one block that changed. */
const ALIKE = 0.5;
/** More blocks than this in one gap are not compared each with each. */
const MOST_COMPARED = 24;

/**
 * Adds the pairs of blocks, free and between the pairs there are, that have most of their layers in common: the more
 * alike first, in their order.
 */
export function pairSimilar(pairing: Pairing, partsA: readonly Part[], partsB: readonly Part[], pairs: Pairs): Pairs {
  const added: (readonly [number, number])[] = [...pairs];
  let [atA, atB] = [0, 0];
  for (const [nextA, nextB] of [...pairs, [partsA.length, partsB.length] as const]) {
    const scopesA = range(atA, nextA).filter((at) => isScope(partsA[at]!));
    const scopesB = range(atB, nextB).filter((at) => isScope(partsB[at]!));
    [atA, atB] = [nextA + 1, nextB + 1];
    if (scopesA.length === 0 || scopesB.length === 0) continue;
    if (scopesA.length > MOST_COMPARED || scopesB.length > MOST_COMPARED) continue;
    const alike = scopesA.flatMap((at) =>
      scopesB.map((bt) => ({ at, bt, share: likeness(pairing, ~partsA[at]!, ~partsB[bt]!) })),
    );
    alike.sort((x, y) => y.share - x.share || x.at - y.at || x.bt - y.bt);
    const chosen: [number, number][] = [];
    for (const { at, bt, share } of alike) {
      if (share < ALIKE) break;
      if (chosen.every(([a, b]) => (at < a && bt < b) || (at > a && bt > b))) chosen.push([at, bt]);
    }
    added.push(...chosen);
  }
  return added.sort(([a], [b]) => a - b);
}

/** Blocks of the same operations in the same order are this much alike, whatever their attributes. */
const SAME_OPERATIONS = 0.75;

/** Dice's coefficient of the layers that count. */
function likeness(pairing: Pairing, a: ScopeId, b: ScopeId): number {
  const [countsA, countsB] = [layersThatCount(pairing.a, a), layersThatCount(pairing.b, b)];
  const left = new Map<number, number>();
  for (const layer of countsB) left.set(layer, (left.get(layer) ?? 0) + 1);
  let common = 0;
  for (const layer of countsA) {
    const count = left.get(layer) ?? 0;
    if (count === 0) continue;
    left.set(layer, count - 1);
    common += 1;
  }
  const dice = (2 * common) / (countsA.length + countsB.length);
  return dice < SAME_OPERATIONS && operationsOf(pairing.a, a) === operationsOf(pairing.b, b) ? SAME_OPERATIONS : dice;
}

function operationsOf({ outline }: Side, scope: ScopeId): string {
  return outline.members[scope]!.map((node) => outline.graph.nodes[node]!.op).join();
}

/** Those with weights; all of them where none has any. */
function membersThatCount({ outline, prints }: Side, scope: ScopeId): readonly NodeId[] {
  const members = outline.members[scope]!;
  const weighty = members.filter((node) => prints.weighty[node]);
  return weighty.length > 0 ? weighty : members;
}

function layersThatCount(side: Side, scope: ScopeId): number[] {
  return membersThatCount(side, scope).map((node) => side.prints.layers[node]!);
}

/** Which share of a block's layers that count is among those found; 1 where a layer stands in no block. */
export function shareFound(side: Side, found: readonly Opened[]): (within: ScopeId | undefined) => number {
  const nodes = new Set(found.map(({ node }) => node));
  const shares = new Map<ScopeId, number>();
  return (within) => {
    if (within === undefined) return 1;
    const known = shares.get(within);
    if (known !== undefined) return known;
    const counted = membersThatCount(side, within);
    const share = counted.filter((node) => nodes.has(node)).length / counted.length;
    shares.set(within, share);
    return share;
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
