/** Inference on onnxruntime, with the weights in the model, where the runtime can fuse and lay them out once. */
import { emitOnnx } from '../../compiler/emit/onnx/index.ts';
import { type Graph, shapeOf } from '../../compiler/graph.ts';
import { inferenceProgram } from '../../compiler/inference.ts';
import { bindInputs } from '../../compiler/program/passes/bind-inputs.ts';
import { optimise } from '../../compiler/program/passes/index.ts';
import { elementCount } from '../../shared/element-count.ts';
import type { InferenceSession, NamedTensors } from '../engine.ts';
import { inBatches } from './batches.ts';
import type { CompileOptions } from './messages.ts';
import { OnnxWorker } from './worker-client.ts';

export class NativeInferenceSession implements InferenceSession {
  readonly batch: number;
  readonly #worker = new OnnxWorker();
  readonly #graph: Graph;

  static async start(
    graph: Graph,
    weights: NamedTensors,
    batch: number,
    options: CompileOptions,
  ): Promise<NativeInferenceSession> {
    const inputs = new Set(graph.inputs.map(({ name }) => name));
    const program = bindInputs(inferenceProgram(graph, batch), (name) => {
      if (inputs.has(name)) return undefined;
      const weight = weights.get(name);
      if (!weight) throw new Error(`the weight ${name} is missing`);
      return weight.data;
    });
    const model = emitOnnx(optimise(program), graph.name);
    const session = new NativeInferenceSession(graph, batch);
    try {
      await session.#worker.request({ kind: 'compile', key: 'inference', model, options }, [model]);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private constructor(graph: Graph, batch: number) {
    this.#graph = graph;
    this.batch = batch;
  }

  async predict(images: Float32Array): Promise<Float32Array> {
    const [input, output] = [this.#graph.inputs[0]!, this.#graph.outputs[0]!];
    return inBatches(images, this.batch, elementCount(shapeOf(this.#graph, input.value)), async (values) => {
      const feeds = { [input.name]: values };
      const answered = await this.#worker.request({ kind: 'run', key: 'inference', feeds });
      return answered.find(({ name }) => name === output.name)!.data;
    });
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}
