/** A plan: an experiment with every default filled in and every name resolved. What training runs and what is hashed. */
import type { Constant } from '../compiler/graph.ts';
import type { OptimizerSettings } from '../compiler/optimizer/index.ts';

export interface Plan {
  /** The experiment's name: the file's name without `.train.yaml`, unless it says `name`. */
  readonly name: string;
  readonly model: {
    /** The specification's path as reached from the working directory, and the model in it. */
    readonly spec: string;
    readonly name: string;
    /** What the experiment sets; the rest are the model's defaults. */
    readonly parameters: { readonly [name: string]: Constant };
    /** The variant of an ablation that stands for the model; undefined: the model itself. */
    readonly variant: string | undefined;
  };
  /** A run, a checkpoint or a safetensors file whose weights training starts from; undefined: seeded ones. */
  readonly initializeFrom: string | undefined;
  readonly data: DataPlan;
  readonly training: TrainingPlan;
  /** The folder of run folders. */
  readonly output: string;
}

export interface DataPlan {
  /** A folder with one folder of images a class; undefined where `synthetic` says what to draw instead. */
  readonly train: string | undefined;
  readonly synthetic: { readonly perClass: number; readonly size: number; readonly seed: number } | undefined;
  /** A folder of its own to validate on, instead of a split. */
  readonly validation: string | undefined;
  readonly split: SplitPlan | undefined;
  /** Class names in the order of the model's outputs; undefined: folder names, sorted. */
  readonly classes: readonly string[] | undefined;
  /** `[H, W, C]`, from the model's input. */
  readonly image: readonly [number, number, number];
  readonly normalize:
    | { readonly kind: 'scale'; readonly range: readonly [number, number] }
    | { readonly kind: 'standardize'; readonly mean: readonly number[]; readonly deviation: readonly number[] };
  readonly augment: {
    readonly horizontalFlip: boolean;
    /** Degrees, either way. */
    readonly rotation: number;
    readonly zoom: readonly [number, number];
    readonly contrast: readonly [number, number];
  };
  readonly cache: string;
}

export interface SplitPlan {
  /** Share of the images kept for validation. */
  readonly validation: number;
  readonly groups:
    | { readonly kind: 'csv'; readonly file: string; readonly column: string; readonly key: string }
    | { readonly kind: 'pattern'; readonly pattern: string }
    | undefined;
  readonly seed: number;
}

export interface TrainingPlan {
  readonly epochs: number;
  readonly batch: number;
  /** Images whose activations are in memory at once; `auto`: as many as fit; undefined: the batch. */
  readonly microBatch: number | 'auto' | undefined;
  /** What `auto` may use, in bytes; undefined: a share of what is free when training starts. */
  readonly memory: number | undefined;
  /** Patterns of the paths of blocks that are computed again in the backward pass; undefined: none. */
  readonly recompute: readonly string[] | undefined;
  readonly dropLast: boolean;
  readonly seed: number;
  readonly optimizer: OptimizerSettings;
  readonly learningRate: Schedule;
  readonly labelSmoothing: number;
  /** Outputs that learn the classes as well, with the weights of their losses; empty for most models. */
  readonly auxiliary: { readonly [output: string]: number };
  /** Stop after this many epochs without a better validation value; undefined: never. */
  readonly patience: number | undefined;
  readonly monitor: 'loss' | 'accuracy';
}

export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number }
  | { readonly kind: 'cosine'; readonly rate: number; readonly final: number; readonly warmupEpochs: number }
  | { readonly kind: 'step'; readonly rate: number; readonly every: number; readonly factor: number };
