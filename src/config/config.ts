/** A training configuration as its file says it, once it conforms to `schemas/train.schema.json`. */
import type { Constant } from '../compiler/graph.ts';

export interface TrainingConfig {
  readonly name?: string;
  /** `PATH` or `PATH#Model`. */
  readonly model: string;
  readonly set?: { readonly [parameter: string]: Constant };
  readonly initialize_from?: string;
  readonly data: DataConfig;
  readonly training?: {
    readonly epochs?: number;
    readonly batch?: number;
    readonly micro_batch?: number | 'auto';
    /** Such as `8GB`. */
    readonly memory?: string;
    /** `none`, or patterns of paths. */
    readonly recompute?: string | readonly string[];
    readonly drop_last?: boolean;
    readonly seed?: number;
    readonly optimizer?: OptimizerConfig;
    readonly learning_rate?: LearningRateConfig;
    readonly label_smoothing?: number;
    readonly auxiliary?: { readonly [output: string]: number };
    readonly early_stopping?: number;
    readonly monitor?: 'loss' | 'accuracy';
  };
  readonly ablation?: AblationConfig;
  readonly output?: string;
}

export interface AblationConfig {
  readonly variants?: string;
  readonly seeds?: readonly number[];
  readonly warm_start?: boolean | string;
  readonly variant?: string;
}

export interface DataConfig {
  readonly train?: string;
  readonly synthetic?: { readonly per_class?: number; readonly size?: number; readonly seed?: number };
  readonly validation?: string;
  readonly split?: {
    readonly validation?: number;
    readonly by_group?: {
      readonly csv?: string;
      readonly column?: string;
      readonly key?: string;
      readonly pattern?: string;
    };
    readonly seed?: number;
  };
  readonly classes?: readonly string[];
  readonly normalize?: 'unit' | 'signed' | { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly augment?: {
    readonly horizontal_flip?: boolean;
    readonly rotation?: number;
    readonly zoom?: number | readonly [number, number];
    readonly contrast?: number | readonly [number, number];
  };
  readonly cache?: string;
}

export type OptimizerConfig =
  | 'adam'
  | 'sgd'
  | {
      readonly adam?: {
        readonly beta1?: number;
        readonly beta2?: number;
        readonly epsilon?: number;
        readonly weight_decay?: number;
      };
      readonly sgd?: { readonly momentum?: number; readonly nesterov?: boolean; readonly weight_decay?: number };
    };

export type LearningRateConfig =
  | number
  | {
      readonly cosine?: { readonly from: number; readonly to?: number; readonly warmup?: number };
      readonly step?: { readonly from: number; readonly every: number; readonly factor?: number };
    };
