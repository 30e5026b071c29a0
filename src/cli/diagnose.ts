/** Everything that is wrong with some files. */
import { check } from '../compiler/compile.ts';
import { checkFoundClasses } from '../config/check-data.ts';
import { type Experiment, loadExperiment } from '../config/experiment.ts';
import { WHITE_CELLS } from '../data/white-cell.ts';
import type { Diagnostic } from '../dsl/diagnostic.ts';
import { fileLoader, readSource, type SourceFile } from './source-files.ts';

export function diagnose(files: readonly SourceFile[]): Diagnostic[] {
  return uniqueDiagnostics(files.flatMap(diagnoseFile));
}

/** Each once, although every file that imports another finds what is wrong with it. */
export function uniqueDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const each of diagnostics) {
    const { source, start, end } = each.span;
    found.set(`${source.path}:${start}:${end}:${each.code}:${each.message}`, each);
  }
  return [...found.values()];
}

function diagnoseFile({ kind, path }: SourceFile): readonly Diagnostic[] {
  const source = readSource(path);
  if (kind === 'spec') return check(path, source.text, fileLoader);
  const { value, diagnostics } = loadExperiment(source, fileLoader);
  return value === undefined ? diagnostics : [...diagnostics, ...checkDrawnClasses(value)];
}

/** The classes of images from a folder are known only where the images are; those that specc draws always are. */
function checkDrawnClasses(experiment: Experiment): Diagnostic[] {
  const { synthetic, classes } = experiment.plan.data;
  return synthetic !== undefined && classes === undefined ? checkFoundClasses(experiment, WHITE_CELLS) : [];
}
