/**
 * A small engine in plain TypeScript for tests of everything above engines: softmax regression on the flattened image,
 * with dropout masks that follow (seed, step), Adam or momentum slots, and a running mean of the inputs.
 */
import type { Graph, Node, Value } from '../../src/compiler/graph.ts';
import { shapeOf } from '../../src/compiler/graph.ts';
import { Source } from '../../src/dsl/source.ts';
import type {
  Engine,
  NamedTensor,
  NamedTensors,
  StepResult,
  TrainingBatch,
  TrainingSession,
  TrainingSetup,
} from '../../src/engines/engine.ts';
import { Random } from '../../src/shared/random.ts';
import { fromGlorot } from './initializers.ts';

/** image `[H, W, C]` → flatten → dropout → dense → softmax. */
export function softmaxRegression(shape: readonly [number, number, number], classes: number): Graph {
  const span = new Source('tiny.spec', 'model Tiny').span(0, 5);
  const features = shape[0] * shape[1] * shape[2];
  const layers = [
    { op: 'input', attributes: {}, path: 'image', shape },
    { op: 'flatten', attributes: {}, path: 'flatten', shape: [features] },
    { op: 'dropout', attributes: { rate: 0.25, per: 'element' }, path: 'dropout', shape: [features] },
    {
      op: 'dense',
      attributes: { units: classes, bias: true, ...fromGlorot },
      path: 'dense',
      shape: [classes],
    },
    { op: 'softmax', attributes: { axis: 0 }, path: 'softmax', shape: [classes] },
  ] as const;
  const nodes = layers.map(
    ({ op, attributes, path }, id) =>
      ({
        id,
        op,
        attributes,
        path,
        name: path,
        scope: 0,
        sharedWith: undefined,
        span,
        inputs: id === 0 ? [] : [id - 1],
        outputs: [id],
      }) as Node,
  );
  const values: Value[] = layers.map(({ shape }, id) => ({ id, shape, node: id, output: 0 }));
  const inputs = [{ name: 'image', value: 0 }];
  const outputs = [{ name: 'softmax', value: layers.length - 1 }];
  const block = { name: 'Tiny', doc: undefined, definition: span, parameters: { classes }, inputs, outputs };
  return {
    name: 'Tiny',
    nodes,
    values,
    scopes: [{ id: 0, parent: undefined, name: '', path: '', block, span }],
    inputs,
    outputs,
  };
}

export function softmaxRegressionWeights(graph: Graph, seed: number): NamedTensors {
  const features = shapeOf(graph, 1)[0]!;
  const classes = shapeOf(graph, 3)[0]!;
  const random = Random.of('weights', seed);
  const kernel = Float32Array.from({ length: features * classes }, () => random.normal(0, 0.1));
  return new Map<string, NamedTensor>([
    ['dense/kernel', { shape: [features, classes], data: kernel }],
    ['dense/bias', { shape: [classes], data: new Float32Array(classes) }],
    ['dense/moving_mean', { shape: [features], data: new Float32Array(features) }],
  ]);
}

export interface FakeEngineOptions {
  /** Make the loss NaN at this step. */
  readonly nanAt?: number;
  /** Called after each step. */
  readonly onStep?: (step: number) => void;
  /** Milliseconds a step. */
  readonly delay?: number;
}

export function fakeEngine(options: FakeEngineOptions = {}): Engine {
  return {
    name: 'tfjs-cpu',
    availability: async () => ({ available: true, device: 'test', accelerated: false, reason: 'always there' }),
    train: async (setup, initial) => new FakeSession(setup, initial, options),
    infer: async (graph, weights, batch) => {
      const session = new FakeSession(
        {
          graph,
          batch,
          optimizer: { kind: 'sgd', momentum: 0, nesterov: false, decay: 0 },
          loss: { kind: 'cross_entropy', labelSmoothing: 0 },
          seed: 0,
        },
        weights,
        {},
      );
      return { batch, predict: (images) => session.predict(images), close: () => session.close() };
    },
  };
}

class FakeSession implements TrainingSession {
  readonly #setup: TrainingSetup;
  readonly #options: FakeEngineOptions;
  readonly #features: number;
  readonly #classes: number;
  #tensors = new Map<string, NamedTensor>();
  #busy = false;

  constructor(setup: TrainingSetup, initial: NamedTensors, options: FakeEngineOptions) {
    this.#setup = setup;
    this.#options = options;
    this.#features = shapeOf(setup.graph, 1)[0]!;
    this.#classes = shapeOf(setup.graph, 3)[0]!;
    for (const [path, { shape, data }] of initial) this.#tensors.set(path, { shape, data: data.slice() });
  }

  async step(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult> {
    if (this.#busy) throw new Error('calls overlap');
    this.#busy = true;
    await new Promise((resolve) => setTimeout(resolve, this.#options.delay ?? 0));
    const { loss, correct, gradients } = this.#differentiate(batch, step);
    for (const [path, gradient] of gradients) this.#update(path, gradient, step, learningRate);
    this.#busy = false;
    this.#options.onStep?.(step);
    return { loss: step === this.#options.nanAt ? Number.NaN : loss, correct };
  }

  async gradients(batch: TrainingBatch, step: number): Promise<{ loss: number; gradients: NamedTensors }> {
    const { loss, gradients } = this.#differentiate(batch, step);
    return {
      loss,
      gradients: new Map([...gradients].map(([path, data]) => [path, { ...this.#tensors.get(path)!, data }])),
    };
  }

  async predict(images: Float32Array): Promise<Float32Array> {
    const count = images.length / this.#features;
    if (count !== this.#setup.batch) throw new Error(`compiled for ${this.#setup.batch} images, got ${count}`);
    return this.#forward(images, undefined);
  }

  async save(): Promise<NamedTensors> {
    return new Map([...this.#tensors].map(([path, { shape, data }]) => [path, { shape, data: data.slice() }]));
  }

  async load(tensors: NamedTensors): Promise<void> {
    this.#tensors = new Map([...tensors].map(([path, { shape, data }]) => [path, { shape, data: data.slice() }]));
  }

  async close(): Promise<void> {}

  #forward(images: Float32Array, mask: Float32Array | undefined): Float32Array {
    const [features, classes] = [this.#features, this.#classes];
    const kernel = this.#tensors.get('dense/kernel')!.data;
    const bias = this.#tensors.get('dense/bias')!.data;
    const scores = new Float32Array((images.length / features) * classes);
    for (let image = 0; image * features < images.length; image++) {
      const row = Array.from({ length: classes }, (_, each) => {
        let sum = bias[each]!;
        for (let at = 0; at < features; at++) {
          sum += images[image * features + at]! * (mask?.[at] ?? 1) * kernel[at * classes + each]!;
        }
        return sum;
      });
      const largest = Math.max(...row);
      const powers = row.map((score) => Math.exp(score - largest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (const [each, power] of powers.entries()) scores[image * classes + each] = power / total;
    }
    return scores;
  }

  #differentiate({ images, labels }: TrainingBatch, step: number) {
    const [features, classes] = [this.#features, this.#classes];
    const random = Random.of('dropout', this.#setup.seed, step);
    const mask = Float32Array.from({ length: features }, () => (random.uniform() < 0.25 ? 0 : 4 / 3));
    const scores = this.#forward(images, mask);
    const kernel = new Float32Array(features * classes);
    const bias = new Float32Array(classes);
    let loss = 0;
    let correct = 0;
    for (const [image, label] of labels.entries()) {
      const row = scores.subarray(image * classes, (image + 1) * classes);
      loss -= Math.log(row[label]!) / labels.length;
      if (row.indexOf(Math.max(...row)) === label) correct++;
      for (let each = 0; each < classes; each++) {
        const error = (row[each]! - (each === label ? 1 : 0)) / labels.length;
        bias[each]! += error;
        for (let at = 0; at < features; at++) {
          kernel[at * classes + each]! += error * images[image * features + at]! * mask[at]!;
        }
      }
    }
    const mean = this.#tensors.get('dense/moving_mean')!.data;
    for (let at = 0; at < features; at++) mean[at] = 0.9 * mean[at]! + 0.1 * images[at]!;
    return {
      loss,
      correct,
      gradients: new Map([
        ['dense/kernel', kernel],
        ['dense/bias', bias],
      ]),
    };
  }

  #update(path: string, gradient: Float32Array, step: number, rate: number): void {
    const { shape, data } = this.#tensors.get(path)!;
    const { optimizer } = this.#setup;
    const slot = (name: string) => {
      const key = `${path}:${name}`;
      if (!this.#tensors.has(key)) this.#tensors.set(key, { shape, data: new Float32Array(data.length) });
      return this.#tensors.get(key)!.data;
    };
    if (optimizer.kind === 'sgd') {
      const velocity = slot('velocity');
      for (let at = 0; at < data.length; at++) {
        velocity[at] = optimizer.momentum * velocity[at]! + gradient[at]!;
        data[at]! -= rate * velocity[at]!;
      }
      return;
    }
    const [m, v] = [slot('m'), slot('v')];
    for (let at = 0; at < data.length; at++) {
      m[at] = optimizer.beta1 * m[at]! + (1 - optimizer.beta1) * gradient[at]!;
      v[at] = optimizer.beta2 * v[at]! + (1 - optimizer.beta2) * gradient[at]! ** 2;
      const [first, second] = [m[at]! / (1 - optimizer.beta1 ** step), v[at]! / (1 - optimizer.beta2 ** step)];
      data[at]! -= (rate * first) / (Math.sqrt(second) + optimizer.epsilon);
    }
  }
}
