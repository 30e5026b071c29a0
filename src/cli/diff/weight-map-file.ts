/** The weight map that takes an old checkpoint over into the new model, for `specc weights load`. */
import { stringify } from 'yaml';
import type { WeightFate, WeightReport } from '../../compiler/diff/model-diff.ts';

/**
 * YAML with a rule for each layer whose weights keep their shapes, and the rest to ignore. Weights that were shared, and are
 * no longer, go to each layer that had them. Reshaped and new weights start at random, which takes `--partial`.
 */
export function weightMapText({ weights, gone }: WeightReport): string {
  const layers: Record<string, string | readonly string[]> = {};
  const ignore: string[] = [];
  const byOldLayer = new Map<string, Map<string, WeightFate[]>>();
  for (const fate of weights) {
    if (fate.old === undefined) continue;
    const layer = layerOf(fate.old.path);
    const tensors = byOldLayer.get(layer) ?? new Map<string, WeightFate[]>();
    byOldLayer.set(layer, tensors.set(fate.old.path, [...(tensors.get(fate.old.path) ?? []), fate]));
  }
  const lost = new Set(gone.map(({ path }) => layerOf(path)));
  for (const [layer, tensors] of byOldLayer) {
    const fates = [...tensors.values()].flat();
    const targets = [...new Set(fates.map(({ path }) => layerOf(path)))];
    const isWhole = fates.length === tensors.size * targets.length && fates.every(({ fate }) => fate !== 'reshaped');
    if (isWhole && !lost.has(layer)) layers[layer] = oneOrAll(targets);
    else {
      for (const [path, same] of tensors) {
        const kept = same.filter(({ fate }) => fate !== 'reshaped').map((each) => each.path);
        if (kept.length === 0) ignore.push(path);
        else layers[path] = oneOrAll(kept);
      }
    }
  }
  ignore.push(...gone.map(({ path }) => path));
  return stringify({ layout: 'specc', layers, ...(ignore.length > 0 ? { ignore } : {}) }, { lineWidth: 0 });
}

function oneOrAll(paths: readonly string[]): string | readonly string[] {
  return paths.length === 1 ? paths[0]! : paths;
}

function layerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
