/**
 * The training loop: epochs of batches on any engine, validation after each, checkpoints that a run resumes from bit
 * for bit.
 *
 * Whatever a step does follows from the plan, the weights and the step's number (its rate, its masks, its batch), so
 * that a checkpoint needs to hold nothing but tensors and positions.
 */
import { setImmediate } from 'node:timers/promises';
import type { Graph } from '../compiler/graph.ts';
import type { Plan, Schedule } from '../config/plan.ts';
import type { Engine, NamedTensors, TrainingSession } from '../engines/engine.ts';
import type { Checkpoint, CheckpointName, CheckpointStore, TrainingState } from './checkpoint.ts';
import { type Evaluation, evaluate, type LabelledBatch, type LabelledBatches } from './evaluate.ts';
import { type EpochRecord, History } from './history.ts';
import type { Identity } from './identity.ts';
import type { DataMessage } from './open-data.ts';
import { learningRateAt } from './schedule.ts';
import { setupOf } from './start-session.ts';
import { TrainingError } from './training-error.ts';

export interface TrainingJob {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly engine: Engine;
  readonly classes: readonly string[];
  /** Full batches: every one has as many images as the plan says. */
  readonly train: LabelledBatches;
  readonly validation: LabelledBatches | undefined;
  /** The seeded weights that a new run starts from. */
  readonly initial: NamedTensors;
  readonly identity: Identity;
  /** The run folder. */
  readonly folder: string;
  readonly checkpoints: CheckpointStore;
  /** Images computed at once; the batch unless told. */
  readonly microBatch?: number;
  /** A session that was started for this job; closed at its end. */
  readonly session?: Promise<TrainingSession>;
}

export interface TrainingOptions {
  readonly resume?: Checkpoint | undefined;
  /** Ends training after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Between the checkpoints of a long epoch. */
  readonly saveEverySeconds?: number | undefined;
  readonly threads?: number | undefined;
}

export interface StepProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  readonly batches: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
}

/** Hears what happens; all calls are synchronous and quick. */
export interface TrainingReporter {
  /** What should be known before the first step. */
  message?(message: DataMessage): void;
  step(progress: StepProgress): void;
  validating(batch: number, batches: number): void;
  epoch(record: EpochRecord, epochs: number): void;
}

export interface TrainingEnd {
  readonly reason: 'finished' | 'stopped early' | 'interrupted';
  readonly state: TrainingState;
}

const START: TrainingState = {
  step: 0,
  epoch: 1,
  batch: 0,
  running: { loss: 0, correct: 0, images: 0 },
  best: null,
  history: 0,
  seconds: 0,
};

const SAVE_EVERY_SECONDS = 120;

/**
 * Trains until the plan's end, an early stop or the signal.
 *
 * @throws TrainingError if the loss stops being a number (the last good checkpoint stays) or there is no whole batch
 */
export async function train(
  job: TrainingJob,
  reporter: TrainingReporter,
  options: TrainingOptions = {},
): Promise<TrainingEnd> {
  const { microBatch } = job;
  const setup = setupOf(job.plan, job.graph, { microBatch, threads: options.threads });
  const session = await (job.session ?? job.engine.train(setup, job.initial));
  try {
    if (job.train.batchesPerEpoch === 0) throw withoutBatches(job);
    if (options.resume !== undefined) await session.load(options.resume.tensors);
    const loop = new TrainingLoop(job, session, reporter, options);
    try {
      return await loop.run();
    } finally {
      loop.close();
    }
  } finally {
    await session.close();
  }
}

class TrainingLoop {
  readonly #job: TrainingJob;
  readonly #session: TrainingSession;
  readonly #reporter: TrainingReporter;
  readonly #options: TrainingOptions;
  readonly #history: History;
  readonly #startedAt = performance.now();
  readonly #secondsBefore: number;
  #state: TrainingState;
  #savedAt = performance.now();
  /** Images a second in the epoch, or in what of it ran in this process. */
  #speed = 0;
  /** Share of the same time in which the engine waited for the next batch. */
  #waiting = 0;

  constructor(job: TrainingJob, session: TrainingSession, reporter: TrainingReporter, options: TrainingOptions) {
    this.#job = job;
    this.#session = session;
    this.#reporter = reporter;
    this.#options = options;
    const { microBatch = job.plan.training.batch } = job;
    this.#state = {
      ...(options.resume?.state ?? START),
      ...(microBatch < job.plan.training.batch && { microBatch }),
    };
    this.#secondsBefore = this.#state.seconds;
    this.#history = new History(job.folder, this.#state);
  }

  async run(): Promise<TrainingEnd> {
    for (;;) {
      const over = this.#isOver();
      if (over !== undefined) return { reason: over, state: this.#state };
      const finished = (await this.#trainEpoch()) && (await this.#endEpoch());
      if (!finished) {
        await this.#save(['last']);
        return { reason: 'interrupted', state: this.#state };
      }
    }
  }

  close(): void {
    this.#history.close();
  }

  #isOver(): 'finished' | 'stopped early' | undefined {
    const { epochs, patience } = this.#job.plan.training;
    const { epoch, best } = this.#state;
    if (epoch > epochs) return 'finished';
    if (patience !== undefined && best !== null && epoch - 1 - best.epoch >= patience) return 'stopped early';
    return undefined;
  }

  /** The rest of the epoch's steps; false if the signal came. */
  async #trainEpoch(): Promise<boolean> {
    const { train } = this.#job;
    const begun = { at: performance.now(), images: this.#state.running.images };
    let [waited, idleSince] = [0, begun.at];
    for await (const batch of train.epoch(this.#state.epoch, this.#state.batch)) {
      waited += performance.now() - idleSince;
      if (this.#options.signal?.aborted) return false;
      await this.#step(batch);
      train.recycle?.(batch);
      this.#reportStep(begun);
      this.#waiting = waited / (performance.now() - begun.at);
      if (performance.now() - this.#savedAt > (this.#options.saveEverySeconds ?? SAVE_EVERY_SECONDS) * 1000) {
        await this.#save(['last']);
      }
      // An engine that computes in this thread would otherwise keep Ctrl-C waiting for the end of the epoch.
      await setImmediate();
      idleSince = performance.now();
    }
    return !this.#options.signal?.aborted;
  }

  async #step({ images, labels, count }: LabelledBatch): Promise<void> {
    const { epoch, running } = this.#state;
    const step = this.#state.step + 1;
    const { loss, correct } = await this.#session.step({ images, labels }, step, this.#learningRate(step));
    if (!Number.isFinite(loss)) throw this.#diverged(`the loss became ${loss}`, step);
    this.#state = {
      ...this.#state,
      step,
      batch: this.#state.batch + 1,
      running: {
        loss: running.loss + loss * count,
        correct: running.correct + correct,
        images: running.images + count,
      },
    };
    const learningRate = this.#learningRate(step);
    this.#history.add({ kind: 'step', epoch, step, loss, accuracy: correct / count, learningRate });
  }

  #reportStep(begun: { readonly at: number; readonly images: number }): void {
    const { epoch, batch, running } = this.#state;
    this.#speed = ((running.images - begun.images) * 1000) / (performance.now() - begun.at);
    this.#reporter.step({
      epoch,
      epochs: this.#job.plan.training.epochs,
      batch,
      batches: this.#job.train.batchesPerEpoch,
      loss: running.loss / running.images,
      accuracy: running.correct / running.images,
      imagesPerSecond: this.#speed,
    });
  }

  /** Validates, records and saves; false if the signal came during validation, which is then done again. */
  async #endEpoch(): Promise<boolean> {
    const validation = await this.#validate();
    if (validation === 'interrupted') return false;
    const { epoch, step, running } = this.#state;
    const trained = { loss: running.loss / running.images, accuracy: running.correct / running.images };
    const value = (validation ?? trained)[this.#job.plan.training.monitor];
    const isBest = this.#isBetter(value);
    const record: EpochRecord = {
      kind: 'epoch',
      epoch,
      step,
      ...trained,
      validation: validation && { loss: validation.loss, accuracy: validation.accuracy, mcc: validation.mcc },
      learningRate: this.#learningRate(Math.max(1, step)),
      best: isBest,
      seconds: this.#seconds(),
      imagesPerSecond: this.#speed,
      waitingForData: this.#waiting,
    };
    this.#history.add(record);
    this.#state = {
      ...this.#state,
      epoch: epoch + 1,
      batch: 0,
      running: START.running,
      best: isBest ? { epoch, step, value } : this.#state.best,
    };
    await this.#save(isBest ? ['best', 'last'] : ['last']);
    this.#reporter.epoch(record, this.#job.plan.training.epochs);
    return true;
  }

  async #validate(): Promise<Evaluation | null | 'interrupted'> {
    const { validation, classes } = this.#job;
    if (validation === undefined) return null;
    const predict = (images: Float32Array) => this.#session.predict(images);
    const result = await evaluate(predict, validation, classes, {
      signal: this.#options.signal,
      onProgress: (batch, batches) => this.#reporter.validating(batch, batches),
    });
    return result?.evaluation ?? 'interrupted';
  }

  #isBetter(value: number): boolean {
    const { best } = this.#state;
    if (best === null) return true;
    return this.#job.plan.training.monitor === 'loss' ? value < best.value : value > best.value;
  }

  async #save(names: readonly CheckpointName[]): Promise<void> {
    const tensors = await this.#session.save();
    for (const [path, { data }] of tensors) {
      if (!data.every(Number.isFinite)) throw this.#diverged(`'${path}' is no longer finite`, this.#state.step);
    }
    this.#state = { ...this.#state, history: this.#history.sync(), seconds: this.#seconds() };
    const { identity, engine, checkpoints } = this.#job;
    checkpoints.save({ state: this.#state, tensors, identity, engine: engine.name }, names);
    this.#savedAt = performance.now();
  }

  #learningRate(step: number): number {
    const { learningRate, epochs } = this.#job.plan.training;
    return learningRateAt(learningRate, step, this.#job.train.batchesPerEpoch, epochs);
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
  }

  #diverged(what: string, step: number): TrainingError {
    const { checkpoints, plan, train } = this.#job;
    const rate = this.#learningRate(step);
    const epoch = Math.ceil(step / train.batchesPerEpoch);
    const kept = checkpoints.begun
      ? `the checkpoints of before are kept in '${checkpoints.folder}'`
      : 'no checkpoint had been written yet';
    return new TrainingError(
      `${what} at step ${step} (epoch ${epoch}, learning rate ${Number(rate.toPrecision(4))}): training cannot go on`,
      `lower the learning rate, such as --set ${lowerRate(plan.training.learningRate)}, or normalise the images; ${kept}`,
    );
  }
}

/** The setting of a tenth of the rate. */
function lowerRate({ kind, rate }: Schedule): string {
  const field = kind === 'constant' ? 'training.learning_rate' : `training.learning_rate.${kind}.from`;
  return `${field}=${Number((rate / 10).toPrecision(2))}`;
}

function withoutBatches({ plan }: TrainingJob): TrainingError {
  return new TrainingError(
    `the training part has fewer images than one batch of ${plan.training.batch}, and incomplete batches are left out`,
    'lower training.batch, or set training.drop_last to false',
  );
}
