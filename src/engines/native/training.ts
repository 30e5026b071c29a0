/**
 * Training on onnxruntime: the whole step is one model, or two where the batch is larger than the micro-batch; weights,
 * optimizer slots and sums of gradients live in the worker.
 */

import { accumulatedStep } from '../../compiler/accumulated-step.ts';
import { emitOnnx, type OnnxOptions } from '../../compiler/emit/onnx/index.ts';
import { type Graph, shapeOf } from '../../compiler/graph.ts';
import { inferenceProgram } from '../../compiler/inference.ts';
import type { MaskInput } from '../../compiler/lower/context.ts';
import type { TrainingForm } from '../../compiler/lower/training-form.ts';
import { asFilters } from '../../compiler/lower/weight-order.ts';
import { createBuilder } from '../../compiler/program/build.ts';
import { optimise } from '../../compiler/program/passes/index.ts';
import type { Program } from '../../compiler/program/program.ts';
import { equalShapes, textOf } from '../../compiler/program/shape-rules.ts';
import { gradientStep, type StateTensor, trainingStep } from '../../compiler/training-step.ts';
import { inOrder, inverseOrder, permuteAxes } from '../../shared/axis-order.ts';
import { elementCount } from '../../shared/element-count.ts';
import type {
  NamedTensor,
  NamedTensors,
  StepResult,
  TrainingBatch,
  TrainingSession,
  TrainingSetup,
} from '../engine.ts';
import { inBatches, oneHot } from './batches.ts';
import { channelBlock } from './channel-block.ts';
import { type CompileOptions, NEXT, type TensorMessage } from './messages.ts';
import { UNRETURNED } from './run-in-place.ts';
import { isResident } from './runtime.ts';
import { OnnxWorker } from './worker-client.ts';

/** What a model of the worker is run with, besides its state. */
interface Feeds {
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly masks: readonly MaskInput[];
  readonly step: number;
}

/** A step whose models are compiled for it. */
interface CompiledStep {
  readonly masks: readonly MaskInput[];
  readonly state: readonly StateTensor[];
  /** Of a step in parts. */
  readonly sums: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly programs: Readonly<Record<string, Program>>;
}

function stepOf(setup: TrainingSetup): CompiledStep {
  const { microBatch = setup.batch } = setup;
  if (microBatch === setup.batch) {
    const { program, ...step } = trainingStep(setup);
    return { ...step, sums: [], programs: { step: program } };
  }
  const { accumulate, apply, ...step } = accumulatedStep({ ...setup, microBatch });
  return { ...step, programs: { accumulate, apply } };
}

export class NativeTrainingSession implements TrainingSession {
  readonly #worker = new OnnxWorker();
  readonly #setup: TrainingSetup;
  readonly #options: CompileOptions;
  readonly #compiled = new Set<string>();
  readonly #classes: number;
  readonly #step: CompiledStep;
  readonly #state: ReadonlyMap<string, StateTensor>;
  #gradientMasks: readonly MaskInput[] = [];

  /** Compiles the step and loads the initial weights; slots that `initial` lacks start at zero. */
  static async start(
    setup: TrainingSetup,
    initial: NamedTensors,
    options: CompileOptions,
  ): Promise<NativeTrainingSession> {
    const own = isResident(options.provider) ? { ...setup, withoutForms: withoutPlaces(setup) } : setup;
    const step = stepOf(own);
    const session = new NativeTrainingSession(own, options, step);
    try {
      for (const [key, program] of Object.entries(step.programs)) await session.#compile(key, () => program);
      await session.load(initial);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private constructor(setup: TrainingSetup, options: CompileOptions, step: CompiledStep) {
    this.#setup = setup;
    this.#options = options;
    this.#step = step;
    this.#state = new Map(step.state.map((tensor) => [tensor.name, tensor]));
    this.#classes = shapeOf(setup.graph, setup.graph.outputs[0]!.value)[0]!;
  }

  async step(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult> {
    const images = this.#feedsOf(batch);
    const numbers = { 'step:number': Float32Array.of(step), 'step:learning_rate': Float32Array.of(learningRate) };
    const { masks } = this.#step;
    const answered =
      this.#step.sums.length === 0
        ? await this.#run('step', { values: { ...images, ...numbers }, masks, step })
        : await this.#accumulate(images, numbers, step);
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
      .map(({ name, data }) => [name.slice(prefix.length), data] as const)
      .map(([path, data]) => [path, this.#asSpecified(path, data)] as const);
    return { loss: answered.get('loss')!.data[0]!, gradients: new Map(gradients) };
  }

  async predict(images: Float32Array): Promise<Float32Array> {
    const { graph, microBatch: batch = this.#setup.batch } = this.#setup;
    await this.#compile('inference', () => inferenceProgram(graph, batch, { weights: asFilters }));
    const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
    return inBatches(images, batch, elementCount(shapeOf(graph, input.value)), async (values) => {
      const answered = await this.#run('inference', { values: { [input.name]: values }, masks: [], step: 0 });
      return answered.get(output.name)!.data;
    });
  }

  async save(): Promise<NamedTensors> {
    const resident = isResident(this.#options.provider);
    const tensors = await (resident ? this.#readBack() : this.#worker.request({ kind: 'save' }));
    return new Map(tensors.map(({ name, data }) => [name, this.#asSpecified(name, data)]));
  }

  async load(tensors: NamedTensors): Promise<void> {
    const unknown = [...tensors.keys()].find((name) => !this.#state.has(name));
    if (unknown !== undefined) throw new Error(`${this.#setup.graph.name} in training has no tensor ${unknown}`);
    const messages = [...this.#state.values()].map((state) => stateMessage(state, tensors));
    await this.#worker.request(
      { kind: 'load', tensors: messages },
      messages.map(({ data }) => data),
    );
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  /** What the worker holds of a state tensor, with its axes as the weight is specified. */
  #asSpecified(name: string, data: Float32Array): NamedTensor {
    const { shape, order } = this.#state.get(name)!;
    return { shape, data: permuteAxes(data, inOrder(shape, order), inverseOrder(order)) };
  }

  /** The state of a device, through a model that copies it: what is kept on a device cannot be read otherwise. */
  async #readBack(): Promise<readonly TensorMessage[]> {
    const prefix = 'held:';
    await this.#compile('read back', () => {
      const build = createBuilder();
      return build.finish(
        this.#step.state.map(({ name, shape, order }) => {
          return { name: `${prefix}${name}`, tensor: build.input(name, inOrder(shape, order)) };
        }),
      );
    });
    const tensors = await this.#run('read back', { values: {}, masks: [], step: 0 });
    return [...tensors.values()].map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  }

  /** Once a key: emits and loads the model. */
  async #compile(key: string, program: () => Program): Promise<void> {
    if (this.#compiled.has(key)) return;
    const { graph, withoutPasses: disable = [] } = this.#setup;
    const optimised = optimise(program(), { disable });
    const resident = isResident(this.#options.provider);
    const kept = resident ? optimised.outputs.map(({ name }) => name).filter((name) => name.startsWith(NEXT)) : [];
    const model = emitOnnx(optimised, `${graph.name} ${key}`, resident ? {} : await this.#onProcessor());
    await this.#worker.request({ kind: 'compile', key, model, options: this.#options, kept });
    this.#compiled.add(key);
  }

  /** What makes a model fast on the CPU. */
  async #onProcessor(): Promise<OnnxOptions> {
    const { withoutForms = [] } = this.#setup;
    return {
      sequenceFirst: UNRETURNED,
      channelBlock: withoutForms.includes('channel-blocks') ? undefined : await channelBlock(),
      affineConvolution: !withoutForms.includes('affine-convolution'),
    };
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

  async #accumulate(
    split: Readonly<Record<string, Float32Array>>,
    feeds: Readonly<Record<string, Float32Array>>,
    step: number,
  ): Promise<ReadonlyMap<string, TensorMessage>> {
    const { batch, microBatch = batch, seed } = this.#setup;
    const { masks, sums } = this.#step;
    const answered = await this.#worker.request({
      kind: 'accumulate',
      key: 'accumulate',
      apply: 'apply',
      parts: batch / microBatch,
      sums,
      split,
      feeds,
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

/** The kernels of a device do not say where maxima are. */
function withoutPlaces({ withoutForms = [] }: TrainingSetup): readonly TrainingForm[] {
  return [...withoutForms, 'pool-places'];
}

function imageSize(graph: Graph): number {
  return elementCount(shapeOf(graph, graph.inputs[0]!.value));
}

function stateMessage({ name, shape, order, slot }: StateTensor, tensors: NamedTensors): TensorMessage {
  const given = tensors.get(name);
  if (!given) {
    if (slot === undefined) throw new Error(`the weight ${name} is missing`);
    return { name, shape: inOrder(shape, order), data: new Float32Array(elementCount(shape)) };
  }
  if (!equalShapes(given.shape, shape)) {
    throw new Error(`${name} is ${textOf(shape)}, and ${textOf(given.shape)} was given`);
  }
  return { name, shape: inOrder(shape, order), data: permuteAxes(given.data, shape, order) };
}
