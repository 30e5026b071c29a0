/** Trains a run from where it stands: makes the batches of its images, and closes what training opened. */
import type { Experiment } from '../config/experiment.ts';
import { counted } from '../data/data-error.ts';
import type { Engine, NamedTensors } from '../engines/engine.ts';
import type { Checkpoint } from './checkpoint.ts';
import { identityOf } from './identity.ts';
import { type TrainingEnd, type TrainingReporter, train } from './loop.ts';
import { evaluationBatches, type TrainingImages, trainingBatches } from './open-data.ts';
import type { Run } from './run-folder.ts';
import { type SessionStart, startSession } from './start-session.ts';

export interface RunTraining {
  readonly run: Run;
  readonly experiment: Experiment;
  readonly engine: Engine;
  readonly images: TrainingImages;
  /** What a new run starts from. */
  readonly initial: NamedTensors;
  /** What a run that was begun goes on from. */
  readonly resume: Checkpoint | undefined;
  /** Of the engine; all that there are unless told. */
  readonly threads?: number | undefined;
  /** A session that was started while images were opened. */
  readonly started?: SessionStart | undefined;
}

/** @throws TrainingError if the loss stops being a number, or the images do not make one batch */
export async function trainRun(
  { run, experiment, engine, images, initial, resume, threads, started }: RunTraining,
  reporter: TrainingReporter,
  signal?: AbortSignal,
): Promise<TrainingEnd> {
  const { plan, graph } = experiment;
  const { session, microBatch, messages } =
    started ?? startSession({ experiment, engine, initial, resumed: resume?.state, threads });
  for (const message of messages) reporter.message?.(message);
  const batches = trainingBatches(images.train, plan);
  const validation = images.validation && evaluationBatches(images.validation, plan.data, plan.training.batch);
  try {
    return await train(
      {
        plan,
        graph,
        engine,
        classes: images.classes,
        train: batches,
        validation,
        initial,
        identity: identityOf(plan, graph, images.names),
        folder: run.folder,
        checkpoints: run.checkpoints,
        microBatch,
        session,
      },
      reporter,
      { resume, signal, threads },
    );
  } finally {
    await batches.close();
    await validation?.close();
  }
}

/** `finished after 3 epochs` */
export function endingText({ reason, state }: TrainingEnd): string {
  return `${reason} after ${counted(state.epoch - 1, 'epoch')}`;
}
