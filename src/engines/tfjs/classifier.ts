/** A model as engines see it: images in, logits out, with final softmaxes taken off. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { logitsOf } from '../../compiler/cross-entropy.ts';
import { type Graph, type Shape, shapeOf } from '../../compiler/graph.ts';
import { allWeights, type WeightSpec } from '../../compiler/ops/weights/index.ts';
import { elementCount } from '../../shared/element-count.ts';
import { EngineError, type NamedTensors } from '../engine.ts';
import { type GeneratedModel, loadGenerated, type Mode } from './generated-module.ts';

export class Classifier {
  /** Of one image, `[H, W, C]`. */
  readonly imageShape: Shape;
  readonly classes: number;
  readonly weights: readonly WeightSpec[];
  readonly #tf: typeof tfjs;
  readonly #model: GeneratedModel;
  readonly #outputs: readonly string[];
  readonly #endsInSoftmax: boolean;

  constructor(tf: typeof tfjs, graph: Graph) {
    const [input, ...otherInputs] = graph.inputs;
    const [output] = graph.outputs;
    const scores = shapeOf(graph, output!.value);
    if (input === undefined || otherInputs.length > 0 || scores.length !== 1) {
      throw new EngineError(
        `${graph.name} is no classifier of images`,
        'a model that is trained has one input, an image, and as its first output a score for each class',
      );
    }
    this.#tf = tf;
    this.#outputs = graph.outputs.map(({ name }) => name);
    this.#endsInSoftmax = logitsOf(graph) !== output!.value;
    this.#model = loadGenerated(tf, withoutSoftmax(graph));
    this.imageShape = shapeOf(graph, input.value);
    this.classes = scores[0]!;
    this.weights = allWeights(graph);
  }

  get imageSize(): number {
    return elementCount(this.imageShape);
  }

  bind(tensors: ReadonlyMap<string, tfjs.Tensor>): unknown {
    return this.#model.bindWeights(tensors);
  }

  /** `[N, classes]` of the first output. */
  logits(images: Float32Array, bound: unknown, mode: Mode): tfjs.Tensor2D {
    return this.allLogits(images, bound, mode).values().next().value!;
  }

  /** `[N, classes]` of each output by its name, the first one first. */
  allLogits(images: Float32Array, bound: unknown, mode: Mode): ReadonlyMap<string, tfjs.Tensor2D> {
    const tf = this.#tf;
    const count = images.length / this.imageSize;
    const batch = tf.tensor(images, [count, ...this.imageShape]);
    const made = this.#model.run([batch], bound, mode);
    const tensors = (this.#outputs.length === 1 ? [made] : Object.values(made as object)) as tfjs.Tensor2D[];
    // An output that depends on weights alone is given once.
    const each = (made: tfjs.Tensor2D): tfjs.Tensor2D =>
      made.shape[0] === count ? made : tf.mul<tfjs.Tensor2D>(made, tf.ones([count, 1]));
    return new Map(this.#outputs.map((name, at) => [name, each(tensors[at]!)]));
  }

  /** Class scores `[N, classes]` as the model gives them, `batch` images at a time. */
  async predict(images: Float32Array, bound: unknown, batch: number): Promise<Float32Array> {
    const [tf, count] = [this.#tf, images.length / this.imageSize];
    if (!Number.isInteger(count) || count === 0) {
      throw new Error(`${images.length} numbers are no whole number of images of ${this.imageSize}`);
    }
    const scores = new Float32Array(count * this.classes);
    for (let first = 0; first < count; first += batch) {
      const part = images.subarray(first * this.imageSize, (first + batch) * this.imageSize);
      const made = tf.tidy(() => {
        const logits = this.logits(part, bound, { training: false });
        return this.#endsInSoftmax ? tf.softmax(logits) : logits;
      });
      scores.set((await made.data()) as Float32Array, first * this.classes);
      made.dispose();
    }
    return scores;
  }
}

/** The model with the logits for its outputs; the softmaxes stay, and nobody reads them. */
function withoutSoftmax(graph: Graph): Graph {
  const outputs = graph.outputs.map((output) => ({ ...output, value: logitsOf(graph, output.value) }));
  return { ...graph, outputs };
}

/** Copies the tensors that a model needs to the backend. Throws when one is missing or has another shape. */
export function uploadWeights<T extends tfjs.Tensor>(
  specs: readonly WeightSpec[],
  weights: NamedTensors,
  upload: (spec: WeightSpec, data: Float32Array) => T,
): Map<string, T> {
  return new Map(
    specs.map((spec) => {
      const found = weights.get(spec.path);
      if (found === undefined) throw new Error(`the weight ${spec.path} is missing`);
      if (found.shape.join() !== spec.shape.join()) {
        throw new Error(`${spec.path} should be [${spec.shape.join(', ')}] and not [${found.shape.join(', ')}]`);
      }
      return [spec.path, upload(spec, found.data)] as const;
    }),
  );
}
