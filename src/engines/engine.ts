/**
 * What trains and runs a model. An engine compiles a graph once and then takes steps; the training loop knows nothing
 * else of it. Engines must agree: the same graph, weights, batches and masks give the same losses and gradients to
 * float tolerance.
 */
import type { Graph } from '../compiler/graph.ts';
import type { TrainingForm } from '../compiler/lower/training-form.ts';
import type { OptimizerSettings } from '../compiler/optimizer/index.ts';
import type { PassName } from '../compiler/program/passes/index.ts';
import type { LossSettings } from '../compiler/training-step.ts';

/** All tensors of a checkpoint by weight path: model weights, running statistics, and optimizer slots as `PATH:slot`. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;

export interface NamedTensor {
  /** Channel-last, as `WeightSpec.shape`. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Optimizer = OptimizerSettings;

export interface TrainingSetup {
  readonly graph: Graph;
  readonly batch: number;
  /** Images whose activations are in memory at once; divides the batch, and is it unless told. */
  readonly microBatch?: number | undefined;
  /** Paths of blocks that are computed again in the backward pass instead of being kept, with the same results to rounding. */
  readonly recompute?: readonly string[] | undefined;
  readonly optimizer: Optimizer;
  /** A final softmax of the model is folded into it. */
  readonly loss: LossSettings;
  /** Seeds the dropout masks together with the node's path and the step. */
  readonly seed: number;
  readonly threads?: number;
  /** Passes of the compiler that the native engine leaves out, and forms: for measurements. */
  readonly withoutPasses?: readonly PassName[];
  readonly withoutForms?: readonly TrainingForm[];
}

export interface TrainingBatch {
  /** `[N, H, W, C]`, normalised. */
  readonly images: Float32Array;
  /** `[N]` class indices. */
  readonly labels: Int32Array;
}

export interface StepResult {
  /** Mean cross-entropy of the batch for the first output, before the update. */
  readonly loss: number;
  /** How many of the batch were classified correctly, before the update. */
  readonly correct: number;
}

/** A model in training. Calls must not overlap. */
export interface TrainingSession {
  /** One optimizer step; `step` counts from 1 and drives bias correction and masks. */
  step(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult>;
  /** The gradient of the loss by weight path, without an update: for tests. */
  gradients(batch: TrainingBatch, step: number): Promise<{ loss: number; gradients: NamedTensors }>;
  /** Class scores `[N, classes]` (probabilities) in inference mode, with the weights as they are now. */
  predict(images: Float32Array): Promise<Float32Array>;
  /** A copy of weights, running statistics and optimizer slots. */
  save(): Promise<NamedTensors>;
  load(tensors: NamedTensors): Promise<void>;
  close(): Promise<void>;
}

export interface InferenceSession {
  readonly batch: number;
  /** `[N, H, W, C]` → `[N, classes]`. */
  predict(images: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** What `specc doctor` shows of an engine and `--engine auto` decides by. */
export interface Availability {
  readonly available: boolean;
  /** Such as `CPU, 2 threads` or `NVIDIA A100`. */
  readonly device: string;
  /** Whether this is a real accelerator. */
  readonly accelerated: boolean;
  /** Why not, or what was found. */
  readonly reason: string;
  /** What to do to get it, when it is not available. */
  readonly remedy?: string;
}

export type EngineName = 'native' | 'native-webgpu' | 'tfjs-gpu' | 'tfjs-webgpu' | 'tfjs-cpu';

export interface Engine {
  readonly name: EngineName;
  /** Whether training can compute blocks again, instead of keeping their activations; else `recompute` changes nothing. */
  readonly recomputes?: boolean;
  availability(): Promise<Availability>;
  train(setup: TrainingSetup, initial: NamedTensors): Promise<TrainingSession>;
  infer(graph: Graph, weights: NamedTensors, batch: number, threads?: number): Promise<InferenceSession>;
}

/** A problem with an engine that the user can do something about. */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly help: string,
  ) {
    super(message);
    this.name = 'EngineError';
  }
}
