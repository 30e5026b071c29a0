/** Opens the images of an experiment with progress, and tells what a user should know about them. */
import { checkFoundClasses } from '../config/check-data.ts';
import type { Experiment } from '../config/experiment.ts';
import { indexImageFolder } from '../data/image-folder.ts';
import { imageFolderOf, openTrainingImages, type TrainingImages } from '../training/open-data.ts';
import { ProgressBar, sayMessage } from './progress.ts';
import { refuseErrors } from './show-diagnostics.ts';
import type { Terminal } from './terminal.ts';

/** @returns undefined if the signal came */
export async function openImages(
  experiment: Experiment,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<TrainingImages | undefined> {
  const { plan } = experiment;
  const bar = new ProgressBar(terminal);
  const options = {
    signal,
    onProgress: (what: string, done: number, total: number) =>
      bar.update(`${what} images`, done, total, `${done}/${total}`),
  };
  try {
    const folder = await imageFolderOf(plan, options);
    // Before minutes of decoding.
    if (plan.data.classes === undefined)
      refuseErrors(checkFoundClasses(experiment, indexImageFolder(folder).classes), terminal);
    const images = await openTrainingImages(plan, folder, options);
    bar.clear();
    for (const message of images.messages) sayMessage(message, terminal);
    return images;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    bar.clear();
  }
}
