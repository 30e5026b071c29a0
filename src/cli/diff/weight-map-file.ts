/** The weight map that takes an old checkpoint over into the new model, for `specc weights load`. */
import { stringify } from 'yaml';
import type { WeightFate, WeightReport } from '../../compiler/diff/model-diff.ts';

/**
 * YAML with a rule for each layer whose weights keep their shapes, and the rest to ignore. Reshaped and new weights start
 * at random, which takes `--partial`.
 */
export function weightMapText({ weights, gone }: WeightReport): string {
  const layers: Record<string, string> = {};
  const ignore: string[] = [];
  const byOldLayer = new Map<string, WeightFate[]>();
  for (const fate of weights) {
    if (fate.old === undefined) continue;
    const layer = layerOf(fate.old.path);
    const same = byOldLayer.get(layer);
    if (same === undefined) byOldLayer.set(layer, [fate]);
    else same.push(fate);
  }
  const lost = new Set(gone.map(({ path }) => layerOf(path)));
  for (const [layer, fates] of byOldLayer) {
    const [target] = fates.map(({ path }) => layerOf(path));
    const whole = !lost.has(layer) && fates.every(({ fate, path }) => fate !== 'reshaped' && layerOf(path) === target);
    if (whole) layers[layer] = target!;
    else {
      for (const { fate, path, old } of fates) {
        if (fate === 'reshaped') ignore.push(old!.path);
        else layers[old!.path] = path;
      }
    }
  }
  ignore.push(...gone.map(({ path }) => path));
  return stringify({ layout: 'specc', layers, ...(ignore.length > 0 ? { ignore } : {}) }, { lineWidth: 0 });
}

function layerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
