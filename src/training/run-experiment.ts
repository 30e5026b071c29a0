/** The experiment of a run, rebuilt from the run's own copies: what the files say now does not matter. */
import { type Experiment, loadExperiment } from '../config/experiment.ts';
import { Source } from '../dsl/source.ts';
import type { Run } from './run-folder.ts';
import { TrainingError } from './training-error.ts';

/** @throws TrainingError if this version of specc does not accept the sources any more */
export function experimentOfRun({ folder, sources, record }: Run): Experiment {
  const [config, ...specs] = sources;
  if (config === undefined) throw new TrainingError(`'${folder}' has no copy of its configuration`, 'train again');
  const texts = new Map(specs.map(({ path, text }) => [path, text]));
  const loader = { read: (path: string) => texts.get(path) };
  const { value, diagnostics } = loadExperiment(new Source(config.path, config.text), loader, record.overrides);
  if (value === undefined) {
    throw new TrainingError(
      `the sources of '${folder}' are no longer accepted: ${diagnostics.map(({ message }) => message).join('; ')}`,
      'the run was made by an earlier version of specc; use that version, or train again',
    );
  }
  return value;
}
