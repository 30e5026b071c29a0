/**
 * Finds out which layers and blocks of two graphs are the same.
 *
 * In: the outlines of both. Out: a `Matching`. It goes down from the models block by block. What stands in two blocks that
 * belong together is aligned in rounds, the surest first, each within the gaps that those before left:
 *
 *   1. the same content and name; 2. the same content, so that names do not matter;
 *   3. blocks of one name or kind, or with most of their layers in common, which are gone into;
 *   4. layers that stand in a block on one side only: blocks that were extracted or inlined;
 *   5. layers of one name or operation with other attributes; a layer in the place of another.
 *
 * What is left is then looked for everywhere (`leftovers.ts`). The result is the same, turned round, when the graphs
 * change sides. Time is near linear in the number of layers.
 */
import type { Graph, Node, NodeId, ScopeId } from '../graph.ts';
import { align, type Pairs } from './align.ts';
import { isSame } from './attributes.ts';
import { fingerprintsOf, Interner, Sequences } from './fingerprint.ts';
import { LayerKinds } from './layers.ts';
import { matchLeftovers } from './leftovers.ts';
import { type Matching, type Opened, Pairing, type Side } from './matching.ts';
import { baseName, isScope, type Outline, outlineOf, type Part } from './outline.ts';
import { pairSimilar, shareFound } from './similar.ts';

/** Which share of a block's layers has to be found elsewhere for it to count as extracted or inlined. */
const MOST = 0.6;

export interface Matched {
  readonly old: Outline;
  readonly new: Outline;
  readonly matching: Matching;
  /** Whether two nodes have one operation and the same attributes. */
  readonly isSameLayer: (old: NodeId, next: NodeId) => boolean;
}

export function matchGraphs(old: Graph, next: Graph): Matched {
  const interner = new Interner();
  const [kinds, sequences] = [new LayerKinds(interner), new Sequences()];
  const [before, after] = [old, next].map((graph): Side => {
    const outline = outlineOf(graph, kinds);
    return { outline, prints: fingerprintsOf(outline, sequences) };
  }) as [Side, Side];
  const swapped = comesAfter(before, after);
  const pairing = swapped ? new Pairing(after, before) : new Pairing(before, after);
  new Matcher(pairing, interner).matchScopes(0, 0);
  matchLeftovers(pairing);
  const isSameLayer = (a: NodeId, b: NodeId): boolean => before.prints.layers[a] === after.prints.layers[b];
  return { old: before.outline, new: after.outline, matching: pairing.finish(swapped), isSameLayer };
}

/** An order of graphs that does not depend on which of them is asked first. */
function comesAfter(a: Side, b: Side): boolean {
  const [left, right] = [a.outline.graph, b.outline.graph];
  const difference = left.nodes.length - right.nodes.length || left.scopes.length - right.scopes.length;
  if (difference !== 0) return difference > 0;
  for (const [at, node] of left.nodes.entries()) {
    const other = right.nodes[at]!;
    const isSameKind = a.prints.layers[at] === b.prints.layers[at];
    if (isSameKind && node.path === other.path && isSame(node.inputs, other.inputs)) continue;
    const text = ({ path, op, attributes, inputs }: Node) => `${path} ${op} ${JSON.stringify(attributes)} ${inputs}`;
    return text(node) > text(other);
  }
  return false;
}

/** What a round compares parts by; undefined where it leaves one out. */
type Key = (side: Side, part: Part) => string | undefined;

class Matcher {
  readonly #rounds: readonly Key[];

  constructor(
    private readonly pairing: Pairing,
    private readonly interner: Interner,
  ) {
    this.#rounds = [
      (side, part) => `${baseName(nameOf(side, part))} ${contentOf(side, part)}`,
      (side, part) => contentOf(side, part),
      (side, part) => (isScope(part) ? `${baseName(nameOf(side, part))} ${blockOf(side, part)}` : undefined),
      (side, part) => (isScope(part) ? baseName(nameOf(side, part)) : undefined),
      (side, part) => (isScope(part) ? blockOf(side, part) : undefined),
    ];
  }

  matchScopes(a: ScopeId, b: ScopeId): void {
    const { pairing } = this;
    if (pairing.a.prints.contents[a] === pairing.b.prints.contents[b]) {
      pairing.pairContents(a, b);
      return;
    }
    pairing.pair(~a, ~b);
    const [partsA, partsB] = [pairing.a.outline.parts[a]!, pairing.b.outline.parts[b]!];
    let pairs: Pairs = [];
    for (const key of this.#rounds) pairs = this.#refine(partsA, partsB, pairs, key);
    pairs = pairSimilar(pairing, partsA, partsB, pairs);
    for (const [at, bt] of pairs) pairing.pair(partsA[at]!, partsB[bt]!);
    for (const [insideA, insideB] of gaps(partsA, partsB, pairs)) this.#matchOpened(insideA, insideB);
    pairs = this.#refine(partsA, partsB, pairs, (side, part) =>
      isScope(part) ? undefined : `${baseName(nameOf(side, part))} ${opOf(side, part)}`,
    );
    pairs = this.#refine(partsA, partsB, pairs, (side, part) =>
      !isScope(part) && side.prints.weighty[part] ? opOf(side, part) : undefined,
    );
    for (const [at, bt] of pairs) pairing.pair(partsA[at]!, partsB[bt]!);
    for (const [insideA, insideB] of gaps(partsA, partsB, pairs)) this.#replace(insideA, insideB);
    this.#reorder(partsA, partsB);
    for (const [at, bt] of pairs) {
      if (isScope(partsA[at]!)) this.matchScopes(~partsA[at]!, ~partsB[bt]!);
    }
  }

  /** Aligns by `key` what lies between the pairs that there are. */
  #refine(partsA: readonly Part[], partsB: readonly Part[], pairs: Pairs, key: Key): Pairs {
    const { pairing, interner } = this;
    if (pairs.length === partsA.length || pairs.length === partsB.length) return pairs;
    const keyIn = (side: Side, part: Part): number => {
      const text = key(side, part);
      return text === undefined ? -1 : interner.number(text);
    };
    const refined: (readonly [number, number])[] = [];
    let [atA, atB] = [0, 0];
    for (const [nextA, nextB] of [...pairs, [partsA.length, partsB.length] as const]) {
      const [freeA, freeB]: [number[], number[]] = [[], []];
      for (let at = atA; at < nextA; at += 1) if (pairing.isFreeA(partsA[at]!)) freeA.push(at);
      for (let at = atB; at < nextB; at += 1) if (pairing.isFreeB(partsB[at]!)) freeB.push(at);
      if (freeA.length > 0 && freeB.length > 0) {
        const keysA = freeA.map((at) => keyIn(pairing.a, partsA[at]!));
        const keysB = freeB.map((at) => keyIn(pairing.b, partsB[at]!));
        for (const [at, bt] of align(keysA, keysB)) refined.push([freeA[at]!, freeB[bt]!]);
      }
      if (nextA < partsA.length) refined.push([nextA, nextB]);
      [atA, atB] = [nextA + 1, nextB + 1];
    }
    return refined;
  }

  /** Layers of a gap with those in blocks that only one side has. */
  #matchOpened(insideA: readonly Part[], insideB: readonly Part[]): void {
    const { pairing } = this;
    if (insideA.length === 0 || insideB.length === 0 || ![...insideA, ...insideB].some(isScope)) return;
    const [openA, openB] = [opened(pairing.a, insideA), opened(pairing.b, insideB)];
    const layers = ({ prints }: Side, open: readonly Opened[]) => open.map(({ node }) => prints.layers[node]!);
    let found = align(layers(pairing.a, openA), layers(pairing.b, openB)).map(
      ([at, bt]) => [openA[at]!, openB[bt]!] as const,
    );
    for (let before = -1; before !== found.length; ) {
      before = found.length;
      const shareA = shareFound(
        pairing.a,
        found.map(([each]) => each),
      );
      const shareB = shareFound(
        pairing.b,
        found.map(([, each]) => each),
      );
      found = found.filter(([a, b]) => shareA(a.within) >= MOST && shareB(b.within) >= MOST);
    }
    for (const [a, b] of found) pairing.pair(a.node, b.node);
  }

  /** A layer alone in a gap, with as many inputs, is what the other became: `relu` → `gelu`. */
  #replace(insideA: readonly Part[], insideB: readonly Part[]): void {
    const { pairing } = this;
    const freeA = insideA.filter((part) => pairing.isFreeA(part));
    const freeB = insideB.filter((part) => pairing.isFreeB(part));
    const [a, b] = [freeA[0], freeB[0]];
    if (freeA.length !== 1 || freeB.length !== 1 || isScope(a!) || isScope(b!)) return;
    const [before, after] = [pairing.a.outline.graph.nodes[a!]!, pairing.b.outline.graph.nodes[b!]!];
    if (before.op === 'input' || after.op === 'input' || before.inputs.length !== after.inputs.length) return;
    pairing.pair(a!, b!);
  }

  /** What stands in both blocks, in another order. */
  #reorder(partsA: readonly Part[], partsB: readonly Part[]): void {
    const { pairing } = this;
    const waiting = new Map<string, Part[]>();
    const key = (side: Side, part: Part) => `${baseName(nameOf(side, part))} ${contentOf(side, part)}`;
    for (const part of partsB) {
      if (!pairing.isFreeB(part)) continue;
      const text = key(pairing.b, part);
      const same = waiting.get(text);
      if (same === undefined) waiting.set(text, [part]);
      else same.push(part);
    }
    if (waiting.size === 0) return;
    for (const part of partsA) {
      if (!pairing.isFreeA(part)) continue;
      const mate = waiting.get(key(pairing.a, part))?.shift();
      if (mate === undefined) continue;
      if (isScope(part)) {
        if (!allFree(pairing, ~part, ~mate)) continue;
        pairing.pairContents(~part, ~mate);
      } else pairing.pair(part, mate);
      pairing.markMoved(part, mate);
    }
  }
}

/** Whether nothing in either scope has been found elsewhere. */
function allFree(pairing: Pairing, a: ScopeId, b: ScopeId): boolean {
  return (
    pairing.a.outline.members[a]!.every((node) => pairing.isFreeA(node)) &&
    pairing.b.outline.members[b]!.every((node) => pairing.isFreeB(node))
  );
}

function opened({ outline }: Side, parts: readonly Part[]): Opened[] {
  return parts.flatMap((part): Opened[] => {
    if (!isScope(part)) return [{ node: part, within: undefined }];
    return outline.members[~part]!.map((node) => ({ node, within: ~part }));
  });
}

/** What lies between the pairs on both sides, as far as it is free. */
function* gaps(partsA: readonly Part[], partsB: readonly Part[], pairs: Pairs): Generator<[Part[], Part[]]> {
  let [atA, atB] = [0, 0];
  for (const [nextA, nextB] of [...pairs, [partsA.length, partsB.length] as const]) {
    if (nextA > atA || nextB > atB) yield [partsA.slice(atA, nextA), partsB.slice(atB, nextB)];
    [atA, atB] = [nextA + 1, nextB + 1];
  }
}

function nameOf({ outline: { graph } }: Side, part: Part): string {
  return isScope(part) ? graph.scopes[~part]!.name : graph.nodes[part]!.name;
}

function blockOf({ outline: { graph } }: Side, part: Part): string | undefined {
  return graph.scopes[~part]!.block?.name;
}

function opOf({ outline: { graph } }: Side, part: Part): string {
  return graph.nodes[part]!.op;
}

/** Layers and scopes never have the same content, even where a scope holds one layer. */
function contentOf({ prints }: Side, part: Part): string {
  return isScope(part) ? `scope ${prints.contents[~part]}` : `layer ${prints.layers[part]}`;
}
