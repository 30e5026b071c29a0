/** A comparison as JSON: what `schemas/diff.schema.json` describes. */
import { plainDiagnostics } from '../diagnostic-formats.ts';
import type { Comparison } from './compare.ts';

export const DIFF_VERSION = 1;

/** Without the graphs, and what is for people alone; what is undefined is left out. */
export function comparisonJson({ old, new: next, models, ablations, definitions, skipped }: Comparison): string {
  const entries = models.map(({ graphs: _graphs, title: _title, ...entry }) => entry);
  const varied = ablations.map(({ mistakes, ...each }) => ({
    ...each,
    mistakes: { old: plainDiagnostics(mistakes.old), new: plainDiagnostics(mistakes.new) },
  }));
  const sides = { version: DIFF_VERSION, old, new: next };
  return JSON.stringify({ ...sides, models: entries, ablations: varied, definitions, skipped }, null, 2);
}
