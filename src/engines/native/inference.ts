/** Inference on onnxruntime, with the weights in the model, where the runtime can fuse and lay them out once. */
import { emitOnnx } from '../../compiler/emit/onnx/index.ts';
import { type Graph, shapeOf } from '../../compiler/graph.ts';
import { inferenceProgram } from '../../compiler/inference.ts';
import type { InferenceForm } from '../../compiler/lower/inference-form.ts';
import { bindInputs } from '../../compiler/program/passes/bind-inputs.ts';
import { optimise, type PassName } from '../../compiler/program/passes/index.ts';
import { elementCount } from '../../shared/element-count.ts';
import type { InferenceSession, NamedTensors } from '../engine.ts';
import { inBatches } from './batches.ts';
import type { CompileOptions } from './messages.ts';
import { OnnxWorker } from './worker-client.ts';

/** What the compiler leaves out: for measurements. */
export interface LeftOut {
  readonly passes?: readonly PassName[];
  readonly forms?: readonly InferenceForm[];
}

export class NativeInferenceSession implements InferenceSession {
  readonly batch: number;
  readonly #worker = new OnnxWorker();
  readonly #graph: Graph;

  static async start(
    graph: Graph,
    weights: NamedTensors,
    batch: number,
    options: CompileOptions,
    leftOut: LeftOut = {},
  ): Promise<NativeInferenceSession> {
    // its thread loads the runtime while this one compiles
    const session = new NativeInferenceSession(graph, batch);
    try {
      const model = modelOf(graph, weights, batch, leftOut);
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

/** @throws if a weight is missing */
function modelOf(graph: Graph, weights: NamedTensors, batch: number, { passes = [], forms = [] }: LeftOut): Uint8Array {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const program = bindInputs(inferenceProgram(graph, batch, { withoutForms: forms }), (name) => {
    if (inputs.has(name)) return undefined;
    const weight = weights.get(name);
    if (!weight) throw new Error(`the weight ${name} is missing`);
    return weight.data;
  });
  return emitOnnx(optimise(program, { disable: passes }), graph.name);
}
