/** Training with generated code: the loss, its gradients by TensorFlow.js's tape, and the optimizer on variables. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { batchlessValues } from '../../compiler/batchless.ts';
import { elementCount } from '../../shared/element-count.ts';
import { fillMask } from '../dropout-mask.ts';
import type {
  NamedTensor,
  NamedTensors,
  StepResult,
  TrainingBatch,
  TrainingSession,
  TrainingSetup,
} from '../engine.ts';
import type { Backend } from './backend.ts';
import { Classifier, uploadWeights } from './classifier.ts';
import type { Mode } from './generated-module.ts';
import { slotsOf, updated } from './optimizers.ts';

interface Derived {
  readonly loss: tfjs.Scalar;
  /** `[N, classes]`. */
  readonly logits: tfjs.Tensor2D;
  /** By path, trainable weights that the loss depends on. */
  readonly gradients: ReadonlyMap<string, tfjs.Tensor>;
  /** New running statistics by path. */
  readonly statistics: ReadonlyMap<string, tfjs.Tensor>;
}

export class TfjsTrainingSession implements TrainingSession {
  readonly #backend: Backend;
  readonly #setup: TrainingSetup;
  readonly #model: Classifier;
  readonly #weights: ReadonlyMap<string, tfjs.Variable>;
  /** By `PATH:slot`. */
  readonly #slots: ReadonlyMap<string, tfjs.Variable>;
  readonly #bound: unknown;
  /** Paths of the dropouts of what is the same for every example, which have one mask for all. */
  readonly #sharedMasks: ReadonlySet<string>;

  static async start(backend: Backend, setup: TrainingSetup, initial: NamedTensors): Promise<TfjsTrainingSession> {
    await backend.use();
    const session = new TfjsTrainingSession(backend, setup, initial);
    await session.load(initial);
    return session;
  }

  private constructor(backend: Backend, setup: TrainingSetup, initial: NamedTensors) {
    const { tf } = backend;
    this.#backend = backend;
    this.#setup = setup;
    this.#model = new Classifier(tf, setup.graph);
    const specs = this.#model.weights;
    this.#weights = uploadWeights(specs, initial, ({ shape, trainable }, data) => variable(tf, data, shape, trainable));
    this.#slots = new Map(
      specs
        .filter(({ trainable }) => trainable)
        .flatMap(({ path, shape }) =>
          slotsOf(setup.optimizer).map((slot) => {
            const zeros = new Float32Array(elementCount(shape));
            return [`${path}:${slot}`, variable(tf, zeros, shape, false)] as const;
          }),
        ),
    );
    const batchless = batchlessValues(setup.graph);
    const shared = setup.graph.nodes.filter(({ inputs }) => inputs.every((input) => batchless.has(input)));
    this.#sharedMasks = new Set(shared.map(({ path }) => path));
    this.#bound = this.#model.bind(this.#weights);
  }

  async step(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult> {
    await this.#backend.use();
    const { tf } = this.#backend;
    this.#check(batch);
    let sums: ReadonlyMap<string, tfjs.Tensor> = new Map();
    let [loss, correct] = [0, 0];
    for (const [at, part] of this.#parts(batch).entries()) {
      const derived = tf.tidy(() => {
        const { loss, logits, gradients, statistics } = this.#derive(part, step, at);
        for (const [path, value] of statistics) this.#weights.get(path)!.assign(value);
        const added = [...gradients].map(([path, gradient]) => {
          const sum = sums.get(path);
          return [path, sum ? tf.add(sum, gradient) : gradient] as const;
        });
        return { loss, logits, gradients: Object.fromEntries(added) };
      });
      tf.dispose([...sums.values()]);
      sums = new Map(Object.entries(derived.gradients));
      const [told, logits] = await Promise.all([derived.loss.data(), derived.logits.data()]);
      tf.dispose([derived.loss, derived.logits]);
      loss += told[0]!;
      correct += correctCount(logits as Float32Array, part.labels);
    }
    tf.tidy(() => {
      for (const [path, gradient] of sums) this.#update(path, gradient, step, learningRate);
    });
    tf.dispose([...sums.values()]);
    return { loss, correct };
  }

  /** The micro-batches of a batch: itself, unless the activations are to be in memory for fewer images at once. */
  #parts({ images, labels }: TrainingBatch): readonly TrainingBatch[] {
    const { batch, microBatch = batch } = this.#setup;
    const size = this.#model.imageSize;
    return Array.from({ length: batch / microBatch }, (_, at) => ({
      images: images.subarray(at * microBatch * size, (at + 1) * microBatch * size),
      labels: labels.subarray(at * microBatch, (at + 1) * microBatch),
    }));
  }

  async gradients(batch: TrainingBatch, step: number): Promise<{ loss: number; gradients: NamedTensors }> {
    await this.#backend.use();
    const { tf } = this.#backend;
    const { loss, gradients } = tf.tidy(() => {
      this.#check(batch);
      const derived = this.#derive(batch, step);
      return { loss: derived.loss, gradients: Object.fromEntries(derived.gradients) };
    });
    const read = { loss: (await loss.data())[0]!, gradients: await download(new Map(Object.entries(gradients))) };
    tf.dispose([loss, gradients]);
    return read;
  }

  async predict(images: Float32Array): Promise<Float32Array> {
    await this.#backend.use();
    return this.#model.predict(images, this.#bound, this.#setup.microBatch ?? this.#setup.batch);
  }

  async save(): Promise<NamedTensors> {
    return download(this.#state());
  }

  /** Slots that are not given start at zero. */
  async load(tensors: NamedTensors): Promise<void> {
    await this.#backend.use();
    const { tf } = this.#backend;
    const state = this.#state();
    const unknown = [...tensors.keys()].find((name) => !state.has(name));
    if (unknown !== undefined) throw new Error(`${this.#setup.graph.name} in training has no tensor ${unknown}`);
    const missing = [...this.#weights.keys()].find((name) => !tensors.has(name));
    if (missing !== undefined) throw new Error(`the weight ${missing} is missing`);
    tf.tidy(() => {
      for (const [name, held] of state) {
        const given = tensors.get(name);
        // A copy: the cpu backend keeps the array that it is given.
        held.assign(given ? tf.tensor(given.data.slice(), [...given.shape]) : tf.zeros(held.shape));
      }
    });
  }

  async close(): Promise<void> {
    for (const held of this.#state().values()) held.dispose();
  }

  #state(): ReadonlyMap<string, tfjs.Variable> {
    return new Map([...this.#weights, ...this.#slots]);
  }

  /** The loss and all that comes from it, of the micro-batch at a place of its batch; to be called in a `tidy`. */
  #derive(batch: TrainingBatch, step: number, place = 0): Derived {
    const { tf } = this.#backend;
    const { loss, batch: examples } = this.#setup;
    const targets = smoothedLabels(batch.labels, this.#model.classes, loss.labelSmoothing);
    // As they were before: layers that share statistics change them one after the other.
    const before = new Map<string, tfjs.Tensor>();
    const paths = new Map<tfjs.Tensor, string>([...this.#weights].map(([path, held]) => [held, path]));
    const mode: Mode = {
      training: true,
      mask: (path, shape, rate) => this.#mask(path, shape, rate, step, place),
      update: (statistic, value) => {
        const path = paths.get(statistic)!;
        if (!before.has(path)) before.set(path, tf.keep(tf.clone(statistic)));
        this.#weights.get(path)!.assign(value);
      },
    };
    let logits: tfjs.Tensor2D | undefined;
    let told: tfjs.Scalar | undefined;
    const trainable = [...this.#weights].filter(([, { trainable }]) => trainable);
    const forward = (): tfjs.Scalar => {
      const all = this.#model.allLogits(batch.images, this.#bound, mode);
      const expected = tf.tensor2d(targets, [batch.labels.length, this.#model.classes]);
      const entropy = (scores: tfjs.Tensor2D): tfjs.Scalar =>
        tf.mul(tf.sum(tf.mul(tf.logSoftmax(scores), expected)), -1 / examples);
      logits = tf.keep(all.values().next().value!);
      const first = entropy(logits);
      told = tf.keep(first);
      const further = Object.entries(loss.auxiliary ?? {});
      return further.reduce((sum, [name, weight]) => tf.add(sum, tf.mul(entropy(all.get(name)!), weight)), first);
    };
    const variables = trainable.map(([, held]) => held);
    let grads: tfjs.NamedTensorMap = {};
    // `variableGrads` refuses to go without variables.
    if (variables.length === 0) forward();
    else ({ grads } = tf.variableGrads(forward, variables));
    // What was kept for longer than the forward pass belongs to the surrounding tidy again.
    const own = <T extends tfjs.Tensor>(kept: T): T => {
      const copy = tf.clone(kept);
      kept.dispose();
      return copy;
    };
    const statistics = new Map([...before].map(([path, old]) => [path, this.#exchange(path, own(old))]));
    return {
      loss: own(told!),
      logits: own(logits!),
      gradients: new Map(trainable.flatMap(([path, { name }]) => (grads[name] ? [[path, grads[name]] as const] : []))),
      statistics,
    };
  }

  /** Gives a weight another value, and returns the one that it had. */
  #exchange(path: string, value: tfjs.Tensor): tfjs.Tensor {
    const held = this.#weights.get(path)!;
    const had = this.#backend.tf.clone<tfjs.Tensor>(held);
    held.assign(value);
    return had;
  }

  #update(path: string, gradient: tfjs.Tensor, step: number, learningRate: number): void {
    const { tf } = this.#backend;
    const { optimizer } = this.#setup;
    const weight = this.#weights.get(path)!;
    const slots = Object.fromEntries(slotsOf(optimizer).map((slot) => [slot, this.#slots.get(`${path}:${slot}`)!]));
    const next = updated(tf, optimizer, { weight, gradient, slots, learningRate, step });
    weight.assign(next.weight);
    for (const [slot, value] of Object.entries(next.slots)) slots[slot]!.assign(value);
  }

  #mask(path: string, shape: readonly number[], rate: number, step: number, place: number): tfjs.Tensor {
    const mask = new Float32Array(elementCount(shape));
    const before = this.#sharedMasks.has(path) ? 0 : place * mask.length;
    fillMask(mask, this.#setup.seed, path, step, rate, before);
    return this.#backend.tf.tensor(mask, [...shape]);
  }

  #check({ images, labels }: TrainingBatch): void {
    const { batch } = this.#setup;
    const expected = batch * this.#model.imageSize;
    if (labels.length === batch && images.length === expected) return;
    const found = `${images.length} numbers and ${labels.length} labels`;
    throw new Error(`a batch has ${expected} numbers and ${batch} labels, not ${found}`);
  }
}

function variable(tf: typeof tfjs, data: Float32Array, shape: readonly number[], trainable: boolean): tfjs.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(data.slice(), [...shape]), trainable));
}

async function download(tensors: ReadonlyMap<string, tfjs.Tensor>): Promise<NamedTensors> {
  const read = async (tensor: tfjs.Tensor): Promise<NamedTensor> => ({
    shape: tensor.shape,
    data: Float32Array.from((await tensor.data()) as Float32Array),
  });
  return new Map(await Promise.all([...tensors].map(async ([name, tensor]) => [name, await read(tensor)] as const)));
}

/** `[N, classes]`: 1 at the label, of which `smoothing` is spread evenly over all classes. */
function smoothedLabels(labels: Int32Array, classes: number, smoothing: number): Float32Array {
  const rows = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (const [index, label] of labels.entries()) {
    if (!(label >= 0 && label < classes)) throw new Error(`label ${label} is none of ${classes} classes`);
    rows[index * classes + label]! += 1 - smoothing;
  }
  return rows;
}

/** How many rows have their largest logit, the first one in a tie, at the label. */
function correctCount(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  return labels.filter((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores)) === label;
  }).length;
}
