/** Training on onnxruntime: the whole step is one model; weights and optimizer slots live in the worker. */
import { emitOnnx } from '../../compiler/emit/onnx/index.ts';
import { type Graph, shapeOf } from '../../compiler/graph.ts';
import { inferenceProgram } from '../../compiler/inference.ts';
import type { MaskInput } from '../../compiler/lower/context.ts';
import { optimise } from '../../compiler/program/passes/index.ts';
import type { Program } from '../../compiler/program/program.ts';
import { equalShapes, textOf } from '../../compiler/program/shape-rules.ts';
import { gradientStep, type StateTensor, trainingStep } from '../../compiler/training-step.ts';
import { elementCount } from '../../shared/element-count.ts';
import type { NamedTensors, StepResult, TrainingBatch, TrainingSession, TrainingSetup } from '../engine.ts';
import { inBatches, oneHot } from './batches.ts';
import type { CompileOptions, TensorMessage } from './messages.ts';
import { OnnxWorker } from './worker-client.ts';

/** What a model of the worker is run with, besides its state. */
interface Feeds {
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly masks: readonly MaskInput[];
  readonly step: number;
}

export class NativeTrainingSession implements TrainingSession {
  readonly #worker = new OnnxWorker();
  readonly #setup: TrainingSetup;
  readonly #options: CompileOptions;
  readonly #compiled = new Set<string>();
  readonly #classes: number;
  readonly #masks: readonly MaskInput[];
  readonly #state: readonly StateTensor[];
  #gradientMasks: readonly MaskInput[] = [];

  /** Compiles the step and loads the initial weights; slots that `initial` lacks start at zero. */
  static async start(
    setup: TrainingSetup,
    initial: NamedTensors,
    options: CompileOptions,
  ): Promise<NativeTrainingSession> {
    const { program, masks, state } = trainingStep(setup);
    const session = new NativeTrainingSession(setup, options, masks, state);
    try {
      await session.#compile('step', () => program);
      await session.load(initial);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private constructor(
    setup: TrainingSetup,
    options: CompileOptions,
    masks: readonly MaskInput[],
    state: readonly StateTensor[],
  ) {
    this.#setup = setup;
    this.#options = options;
    this.#masks = masks;
    this.#state = state;
    this.#classes = shapeOf(setup.graph, setup.graph.outputs[0]!.value)[0]!;
  }

  async step(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult> {
    const values = {
      ...this.#feedsOf(batch),
      'step:number': Float32Array.of(step),
      'step:learning_rate': Float32Array.of(learningRate),
    };
    const answered = await this.#run('step', { values, masks: this.#masks, step });
    return { loss: answered.get('loss')!.data[0]!, correct: answered.get('correct')!.data[0]! };
  }

  async gradients(batch: TrainingBatch, step: number): Promise<{ loss: number; gradients: NamedTensors }> {
    await this.#compile('gradients', () => {
      const { program, masks } = gradientStep(this.#setup);
      this.#gradientMasks = masks;
      return program;
    });
    const answered = await this.#run('gradients', {
      values: this.#feedsOf(batch),
      masks: this.#gradientMasks,
      step,
    });
    const prefix = 'gradient:';
    const gradients = [...answered.values()]
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, shape, data }) => [name.slice(prefix.length), { shape, data }] as const);
    return { loss: answered.get('loss')!.data[0]!, gradients: new Map(gradients) };
  }

  async predict(images: Float32Array): Promise<Float32Array> {
    const { graph, batch } = this.#setup;
    await this.#compile('inference', () => inferenceProgram(graph, batch));
    const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
    return inBatches(images, batch, elementCount(shapeOf(graph, input.value)), async (values) => {
      const answered = await this.#run('inference', { values: { [input.name]: values }, masks: [], step: 0 });
      return answered.get(output.name)!.data;
    });
  }

  async save(): Promise<NamedTensors> {
    const tensors = await this.#worker.request({ kind: 'save' });
    return new Map(tensors.map(({ name, shape, data }) => [name, { shape, data }]));
  }

  async load(tensors: NamedTensors): Promise<void> {
    const known = new Set(this.#state.map(({ name }) => name));
    const unknown = [...tensors.keys()].find((name) => !known.has(name));
    if (unknown !== undefined) throw new Error(`${this.#setup.graph.name} in training has no tensor ${unknown}`);
    const messages = this.#state.map((state) => stateMessage(state, tensors));
    await this.#worker.request(
      { kind: 'load', tensors: messages },
      messages.map(({ data }) => data),
    );
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  /** Once a key: emits and loads the model. */
  async #compile(key: string, program: () => Program): Promise<void> {
    if (this.#compiled.has(key)) return;
    const model = emitOnnx(optimise(program()), `${this.#setup.graph.name} ${key}`);
    await this.#worker.request({ kind: 'compile', key, model, options: this.#options });
    this.#compiled.add(key);
  }

  async #run(key: string, { values, masks, step }: Feeds): Promise<ReadonlyMap<string, TensorMessage>> {
    const { seed } = this.#setup;
    const answered = await this.#worker.request({
      kind: 'run',
      key,
      feeds: values,
      masks: { seed, step, inputs: masks },
    });
    return new Map(answered.map((tensor) => [tensor.name, tensor]));
  }

  /** Images are copied to the worker: the batch stays the caller's. */
  #feedsOf({ images, labels }: TrainingBatch): Record<string, Float32Array> {
    const { graph, batch } = this.#setup;
    const expected = batch * imageSize(graph);
    if (labels.length !== batch || images.length !== expected) {
      const found = `${images.length} numbers and ${labels.length} labels`;
      throw new Error(`a batch has ${expected} numbers and ${batch} labels, not ${found}`);
    }
    return { [graph.inputs[0]!.name]: images, 'step:labels': oneHot(labels, this.#classes) };
  }
}

function imageSize(graph: Graph): number {
  return elementCount(shapeOf(graph, graph.inputs[0]!.value));
}

function stateMessage({ name, shape, slot }: StateTensor, tensors: NamedTensors): TensorMessage {
  const given = tensors.get(name);
  if (!given) {
    if (slot === undefined) throw new Error(`the weight ${name} is missing`);
    return { name, shape, data: new Float32Array(elementCount(shape)) };
  }
  if (!equalShapes(given.shape, shape)) {
    throw new Error(`${name} is ${textOf(shape)}, and ${textOf(given.shape)} was given`);
  }
  return { name, shape, data: given.data.slice() };
}
