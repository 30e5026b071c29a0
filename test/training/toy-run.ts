/** A small training run on the fake engine: 22 images of two classes, four batches of five an epoch. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, TrainingPlan } from '../../src/config/plan.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { Random } from '../../src/shared/random.ts';
import { CheckpointStore } from '../../src/training/checkpoint.ts';
import type { LabelledBatch, LabelledBatches } from '../../src/training/evaluate.ts';
import { identityOf } from '../../src/training/identity.ts';
import type { TrainingJob, TrainingReporter } from '../../src/training/loop.ts';
import { fakeEngine, softmaxRegression, softmaxRegressionWeights } from '../support/fake-engine.ts';

export const SHAPE = [4, 4, 1] as const;
export const CLASSES = ['dark', 'light'];

export function toyPlan(training: Partial<TrainingPlan> = {}): Plan {
  return {
    name: 'toy',
    model: { spec: 'tiny.spec', name: 'Tiny', parameters: { classes: 2 }, variant: undefined },
    initializeFrom: undefined,
    data: {
      train: 'toy',
      synthetic: undefined,
      validation: undefined,
      split: { validation: 0.2, groups: undefined, seed: 1 },
      classes: undefined,
      image: SHAPE,
      normalize: { kind: 'scale', range: [0, 1] },
      augment: { horizontalFlip: false, rotation: 0, zoom: [1, 1], contrast: [1, 1] },
      cache: '.cache',
    },
    training: {
      epochs: 3,
      batch: 5,
      microBatch: undefined,
      memory: undefined,
      recompute: undefined,
      dropLast: true,
      seed: 3,
      optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 },
      learningRate: { kind: 'cosine', rate: 0.05, final: 0.001, warmupEpochs: 0.5 },
      labelSmoothing: 0,
      auxiliary: {},
      patience: undefined,
      monitor: 'loss',
      ...training,
    },
    output: 'runs',
  };
}

/** Noisy images: those of class 1 are brighter. Shuffled by epoch when there is a `seed`. */
export function toyBatches(count: number, batch: number, seed?: number): LabelledBatches {
  const size = SHAPE[0] * SHAPE[1] * SHAPE[2];
  const batchesPerEpoch = seed === undefined ? Math.ceil(count / batch) : Math.floor(count / batch);
  return {
    batchesPerEpoch,
    async *epoch(epoch: number, from = 0): AsyncGenerator<LabelledBatch> {
      const order = Array.from({ length: count }, (_, index) => index);
      if (seed !== undefined) Random.of('shuffle', seed, epoch).shuffle(order);
      for (let position = from; position < batchesPerEpoch; position++) {
        const chosen = order.slice(position * batch, (position + 1) * batch);
        const images = new Float32Array(batch * size);
        const labels = new Int32Array(batch);
        const indices = new Int32Array(batch).fill(-1);
        for (const [at, index] of chosen.entries()) {
          const random = Random.of('image', index);
          labels[at] = index % 2;
          indices[at] = index;
          for (let pixel = 0; pixel < size; pixel++) images[at * size + pixel] = random.normal((index % 2) * 0.8, 0.5);
        }
        yield { images, labels, indices, count: chosen.length };
      }
    },
  };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'specc-training-'));
}

export function toyJob(plan: Plan, engine: Engine = fakeEngine(), folder = temporaryFolder()): TrainingJob {
  mkdirSync(folder, { recursive: true });
  const graph = softmaxRegression(SHAPE, 2);
  const images = { classes: CLASSES, train: ['a'], validation: ['b'] };
  return {
    plan,
    graph,
    engine,
    classes: CLASSES,
    train: toyBatches(22, plan.training.batch, plan.training.seed),
    validation: toyBatches(7, plan.training.batch),
    initial: softmaxRegressionWeights(graph, plan.training.seed),
    identity: identityOf(plan, graph, images),
    folder,
    checkpoints: new CheckpointStore(join(folder, 'checkpoints')),
  };
}

export const SILENT: TrainingReporter = { step: () => {}, validating: () => {}, epoch: () => {} };
