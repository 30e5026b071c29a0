/**
 * The TensorFlow.js engines: the generated code, run where it is fastest. One implementation on three backends, each
 * loaded when it is first asked for.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Graph } from '../../compiler/graph.ts';
import { type Engine, EngineError, type EngineName, type InferenceSession, type NamedTensors } from '../engine.ts';
import type { Backend, BackendLoader } from './backend.ts';
import { Classifier, uploadWeights } from './classifier.ts';
import { cpu } from './cpu.ts';
import { nodeGpu } from './node-gpu.ts';
import { TfjsTrainingSession } from './training.ts';
import { webgpu } from './webgpu.ts';

function engine(name: EngineName, loader: BackendLoader): Engine {
  const backend = async (): Promise<Backend> => {
    const { available, reason, remedy } = await loader.availability();
    if (!available) throw new EngineError(`the engine '${name}' is not available here: ${reason}`, remedy ?? '');
    return loader.load();
  };
  return {
    name,
    availability: () => loader.availability(),
    train: async (setup, initial) => TfjsTrainingSession.start(await backend(), setup, initial),
    infer: async (graph, weights, batch) => TfjsInferenceSession.start(await backend(), graph, weights, batch),
  };
}

export const tfjsGpuEngine: Engine = engine('tfjs-gpu', nodeGpu);
export const tfjsWebGpuEngine: Engine = engine('tfjs-webgpu', webgpu);
export const tfjsCpuEngine: Engine = engine('tfjs-cpu', cpu);

class TfjsInferenceSession implements InferenceSession {
  readonly batch: number;
  readonly #backend: Backend;
  readonly #model: Classifier;
  readonly #weights: ReadonlyMap<string, tfjs.Tensor>;
  readonly #bound: unknown;

  static async start(backend: Backend, graph: Graph, weights: NamedTensors, batch: number): Promise<InferenceSession> {
    await backend.use();
    return new TfjsInferenceSession(backend, graph, weights, batch);
  }

  private constructor(backend: Backend, graph: Graph, weights: NamedTensors, batch: number) {
    const { tf } = backend;
    this.batch = batch;
    this.#backend = backend;
    this.#model = new Classifier(tf, graph);
    this.#weights = uploadWeights(this.#model.weights, weights, ({ shape }, data) =>
      tf.tensor(data.slice(), [...shape]),
    );
    this.#bound = this.#model.bind(this.#weights);
  }

  async predict(images: Float32Array): Promise<Float32Array> {
    await this.#backend.use();
    return this.#model.predict(images, this.#bound, this.batch);
  }

  async close(): Promise<void> {
    for (const tensor of this.#weights.values()) tensor.dispose();
  }
}
