/**
 * The difference of two models, as a reviewer wants to read it.
 *
 *   two graphs ─ matchGraphs ─▶ Matching ─┬─ Flow: wiring, shapes ─ diffParts ─▶ the tree of what differs
 *                                         └─ weightReport ─▶ what of an old checkpoint still loads
 *
 * In: graphs. Out: a `ModelDiff`, which is empty for a model and itself. How sources are written, and names that are in no
 * path, are no difference. It is pure and near linear in the number of layers.
 */
import { type Graph, modelOf, type NodeId, shapeOf, type ValueId } from '../graph.ts';
import { isSame, parameterChanges } from './attributes.ts';
import { Flow, producerOf } from './flow.ts';
import { type Matched, matchGraphs } from './match.ts';
import { NONE } from './matching.ts';
import type { BlockRename, ModelDiff, PortChange, WeightFate } from './model-diff.ts';
import { diffParts } from './parts.ts';
import { weightReport } from './weights.ts';

/** Which share of a block's layers has to be found in the other for its name to count as changed. */
const MOST = 0.5;

export function diffModels(old: Graph, next: Graph): ModelDiff {
  const matched = matchGraphs(old, next);
  const flow = new Flow(matched);
  const { parts, totals, reshaped } = diffParts(matched, flow);
  const inputs = portChanges(matched, flow, 'inputs');
  const outputs = portChanges(matched, flow, 'outputs');
  const sameNetwork =
    reshaped === 0 &&
    matched.matching.nodes.toNew.every((mate) => mate !== NONE) &&
    matched.matching.nodes.toOld.every((mate) => mate !== NONE) &&
    computesTheSame(matched) &&
    [...inputs, ...outputs].every(({ kind, source, old: was, new: is }) => {
      return kind === 'changed' && source === undefined && isSame(was?.shape, is?.shape);
    });
  return {
    model: { old: old.name, new: next.name },
    totals,
    sameNetwork,
    parameters: parameterChanges(modelOf(old).parameters, modelOf(next).parameters),
    inputs,
    outputs,
    blocks: blockRenames(matched),
    parts,
    reshaped,
    weights: weightReport(matched),
  };
}

/** Whether every layer does what it did with what its counterpart reads, weights that are shared included. */
function computesTheSame({ matching, old, new: next, isSameLayer }: Matched): boolean {
  const mateOf = (id: NodeId | undefined): NodeId | undefined => (id === undefined ? id : matching.nodes.toNew[id]);
  return next.graph.nodes.every((node) => {
    const before = old.graph.nodes[matching.nodes.toOld[node.id]!]!;
    return (
      isSameLayer(before.id, node.id) &&
      (mateOf(before.sharedWith) === node.sharedWith || next.kinds[node.id]!.weights.length === 0) &&
      before.inputs.length === node.inputs.length &&
      before.inputs.every((input, at) => {
        const was = old.graph.values[input]!;
        const is = next.graph.values[node.inputs[at]!]!;
        return matching.nodes.toNew[was.node] === is.node && was.output === is.output;
      })
    );
  });
}

/** Inputs or outputs by name; those left over by what they are in the network, or by their place. */
function portChanges(matched: Matched, flow: Flow, which: 'inputs' | 'outputs'): PortChange[] {
  const { matching } = matched;
  const [old, next] = [matched.old.graph, matched.new.graph];
  const mates = new Map<string, string>(
    next[which].filter(({ name }) => old[which].some((each) => each.name === name)).map(({ name }) => [name, name]),
  );
  const freeOld = old[which].filter(({ name }) => !mates.has(name));
  for (const { name, value } of next[which]) {
    if (mates.has(name)) continue;
    const at = freeOld.findIndex((each) =>
      which === 'inputs'
        ? matching.nodes.toNew[old.values[each.value]!.node] === next.values[value]!.node
        : flow.isSameSource(each.value, value),
    );
    if (at >= 0) mates.set(name, freeOld.splice(at, 1)[0]!.name);
  }
  const { followers } = which === 'inputs' ? flow.shapeChanges() : { followers: new Map<number, number>() };
  const port = (graph: Graph, { name, value }: { name: string; value: ValueId }) => ({
    name,
    shape: shapeOf(graph, value),
  });
  const found = next[which].flatMap((after): PortChange[] => {
    const is = port(next, after);
    const behind = followers.get(next.values[after.value]!.node) ?? 0;
    const mate = mates.get(after.name);
    const before = old[which].find(({ name }) => name === mate);
    if (before === undefined) return [{ kind: 'added', old: undefined, new: is, source: undefined, followers: behind }];
    const was = port(old, before);
    const moved = which === 'outputs' && !flow.isSameSource(before.value, after.value);
    const source = moved
      ? { old: producerOf(old, before.value).path, new: producerOf(next, after.value).path }
      : undefined;
    if (isSame(was, is) && source === undefined) return [];
    return [{ kind: 'changed', old: was, new: is, source, followers: behind }];
  });
  const gone = freeOld.map((before): PortChange => {
    return { kind: 'removed', old: port(old, before), new: undefined, source: undefined, followers: 0 };
  });
  return [...found, ...gone];
}

/** Blocks whose name is gone while most of what they hold is there under a name that is new. */
function blockRenames({ matching, old, new: next }: Matched): BlockRename[] {
  const names = (graph: Graph) => new Set(graph.scopes.slice(1).flatMap(({ block }) => block?.name ?? []));
  const [before, after] = [names(old.graph), names(next.graph)];
  const uses = new Map<string, BlockRename>();
  for (const { id, block } of next.graph.scopes.slice(1)) {
    const mate = matching.scopes.toOld[id]!;
    const was = mate === NONE ? undefined : old.graph.scopes[mate]!.block?.name;
    if (block === undefined || was === undefined || was === block.name) continue;
    if (before.has(block.name) || after.has(was)) continue;
    const members = next.members[id]!;
    const known = members.filter((node) => matching.nodes.toOld[node] !== NONE).length;
    if (known < MOST * members.length) continue;
    const key = `${was} ${block.name}`;
    uses.set(key, { old: was, new: block.name, uses: (uses.get(key)?.uses ?? 0) + 1 });
  }
  return [...uses.values()];
}

/** The weights that load only with a map, and those that load by their path and should not. */
export function needsMap(fates: readonly WeightFate[]): boolean {
  return fates.some(({ fate, mistaken }) => fate === 'renamed' || mistaken);
}
