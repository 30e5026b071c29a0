/**
 * What becomes of the weights of an old checkpoint in the new model.
 *
 * A checkpoint is read by path, and a weight has to have the shape that the model wants. That a layer is the same is no
 * help where its path is another, unless a weight map says so; and that a path is the same is no help where the layer
 * behind it is another: then the numbers are taken, and are wrong.
 */
import { isSame } from './attributes.ts';
import type { Matched } from './match.ts';
import { NONE } from './matching.ts';
import type { WeightFate, WeightReport } from './model-diff.ts';

export function weightReport({ matching, old, new: next }: Matched): WeightReport {
  const before = new Map(old.graph.nodes.flatMap(({ id }) => old.weights[id]!.map(({ path, shape }) => [path, shape])));
  const used = new Set<string>();
  const weights = next.graph.nodes.flatMap((node) => {
    const mate = matching.nodes.toOld[node.id]!;
    const was = mate === NONE ? [] : old.weights[mate]!;
    const own = node.sharedWith === undefined ? next.weights[node.id]! : [];
    return own.map(({ name, path, shape }): WeightFate => {
      const found = was.find((each) => each.name === name);
      const old = found && { path: found.path, shape: found.shape };
      if (old !== undefined) used.add(old.path);
      const there = before.get(path);
      const mistaken = there !== undefined && old?.path !== path && isSame(there, shape);
      if (old === undefined) return { path, shape, fate: 'new', old, mistaken };
      if (!isSame(old.shape, shape)) return { path, shape, fate: 'reshaped', old, mistaken };
      return { path, shape, fate: old.path === path ? 'kept' : 'renamed', old, mistaken };
    });
  });
  const gone = [...before].filter(([path]) => !used.has(path)).map(([path, shape]) => ({ path, shape }));
  return { weights, gone };
}
