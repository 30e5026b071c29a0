/** A comparison as JSON: what `schemas/diff.schema.json` describes. */
import type { Comparison } from './compare.ts';

export const DIFF_VERSION = 1;

/** Without the graphs; what is undefined is left out. */
export function comparisonJson({ old, new: next, models, definitions, skipped }: Comparison): string {
  const entries = models.map(({ graphs: _, ...entry }) => entry);
  return JSON.stringify({ version: DIFF_VERSION, old, new: next, models: entries, definitions, skipped }, null, 2);
}
