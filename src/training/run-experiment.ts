/** The experiment of a run, rebuilt from the run's own copies: what the files say now does not matter. */
import { type Experiment, loadExperiment } from '../config/experiment.ts';
import type { ConfigLoader } from '../config/link.ts';
import type { Outcome } from '../dsl/diagnostic.ts';
import { Source } from '../dsl/source.ts';
import type { Run, SourceText } from './run-folder.ts';
import { TrainingError } from './training-error.ts';

/** @throws TrainingError if this version of specc does not accept the sources any more */
export function experimentOfRun({ folder, sources, record }: Run): Experiment {
  if (sources.length === 0) throw new TrainingError(`'${folder}' has no copy of its configuration`, 'train again');
  const { value, diagnostics } = experimentOf(sources, record.overrides);
  if (value === undefined) {
    throw new TrainingError(
      `the sources of '${folder}' are no longer accepted: ${diagnostics.map(({ message }) => message).join('; ')}`,
      'the run was made by an earlier version of specc; use that version, or train again',
    );
  }
  return value;
}

/** The experiment of texts that were read before: the configuration first, then the specifications. */
export function experimentOf(
  sources: readonly SourceText[],
  overrides: readonly string[],
  loader: ConfigLoader = loaderOf(sources),
): Outcome<Experiment | undefined> {
  const { path, text } = sources[0]!;
  return loadExperiment(new Source(path, text), loader, overrides);
}

/** Reads the specifications among the texts. */
export function loaderOf([, ...specs]: readonly SourceText[]): ConfigLoader {
  const texts = new Map(specs.map(({ path, text }) => [path, text]));
  return { read: (path) => texts.get(path) };
}
