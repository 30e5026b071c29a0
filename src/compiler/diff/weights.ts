/**
 * What becomes of the weights of an old checkpoint in the new model.
 *
 * A checkpoint is read by path, and a weight has to have the shape that the model wants. That a layer is the same is no
 * help where its path is another, unless a weight map says so; and that a path is the same is no help where the layer
 * behind it is another: then the numbers are taken, and are wrong.
 */
import type { Node, Shape } from '../graph.ts';
import { isSame } from './attributes.ts';
import type { Matched } from './match.ts';
import type { WeightFate, WeightReport } from './model-diff.ts';
import type { Outline } from './outline.ts';

export function weightReport({ matching, old, new: next }: Matched): WeightReport {
  /** Made when it is asked for: where every path is kept it is not. */
  let known: ReadonlyMap<string, Shape> | undefined;
  const before = (path: string): Shape | undefined => {
    known ??= new Map(
      old.graph.nodes.flatMap((node) =>
        old.kinds[node.id]!.weights.map(({ name, shape }) => [pathOf(old, node, name), shape]),
      ),
    );
    return known.get(path);
  };
  const weights: WeightFate[] = [];
  const gone: WeightReport['gone'][number][] = [];
  for (const node of next.graph.nodes) {
    if (node.sharedWith !== undefined) continue;
    const mate = old.graph.nodes[matching.nodes.toOld[node.id]!];
    const was = mate === undefined ? [] : old.kinds[mate.id]!.weights;
    for (const { name, shape } of next.kinds[node.id]!.weights) {
      const path = `${node.path}/${name}`;
      const found = was.find((each) => each.name === name);
      const from = found && {
        path: mate!.path === node.path && mate!.sharedWith === undefined ? path : pathOf(old, mate!, name),
        shape: found.shape,
      };
      const mistaken = from?.path !== path && isSame(before(path), shape);
      if (from === undefined) weights.push({ path, shape, fate: 'new', old: from, mistaken });
      else if (!isSame(from.shape, shape)) weights.push({ path, shape, fate: 'reshaped', old: from, mistaken });
      else weights.push({ path, shape, fate: from.path === path ? 'kept' : 'renamed', old: from, mistaken });
    }
  }
  const used = usedWeights(weights);
  for (const node of old.graph.nodes) {
    if (node.sharedWith !== undefined) continue;
    const mate = next.graph.nodes[matching.nodes.toNew[node.id]!];
    const names = mate === undefined || mate.sharedWith !== undefined ? [] : next.kinds[mate.id]!.weights;
    for (const { name, shape } of old.kinds[node.id]!.weights) {
      if (names.some((each) => each.name === name)) continue;
      const path = `${node.path}/${name}`;
      if (!used(path)) gone.push({ path, shape });
    }
  }
  return { weights, gone };
}

/** Where weights are shared, they may go on in another layer than that which had them. */
function usedWeights(weights: readonly WeightFate[]): (path: string) => boolean {
  let paths: ReadonlySet<string> | undefined;
  return (path) => {
    paths ??= new Set(weights.flatMap(({ old }) => old?.path ?? []));
    return paths.has(path);
  };
}

function pathOf({ graph }: Outline, node: Node, name: string): string {
  return `${node.sharedWith === undefined ? node.path : graph.nodes[node.sharedWith]!.path}/${name}`;
}
