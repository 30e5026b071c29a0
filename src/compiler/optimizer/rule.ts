/** What an optimizer is to a program: from a weight, its gradient and its slots to their next values. */
import type { Builder, Tensor } from '../program/builder.ts';

/**
 * Adam: slots `m` and `v`, bias-corrected by the step number; `decay` is decoupled, as AdamW.
 * SGD: slot `velocity` when `momentum` is not 0; `v = momentum · v + g; w -= rate · v`, and with Nesterov
 * `g + momentum · v` in place of `v`; `decay` is added to the gradient.
 */
export type OptimizerSettings =
  | {
      readonly kind: 'adam';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly decay: number;
    }
  | { readonly kind: 'sgd'; readonly momentum: number; readonly nesterov: boolean; readonly decay: number };

export type SettingsOf<Kind extends OptimizerSettings['kind']> = Extract<OptimizerSettings, { readonly kind: Kind }>;

export interface UpdateInputs {
  readonly weight: Tensor;
  readonly gradient: Tensor;
  /** By slot name, in the weight's shape. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** []. */
  readonly learningRate: Tensor;
  /** The number of this step, from 1, []. */
  readonly step: Tensor;
}

export interface Update {
  readonly weight: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
}

export interface OptimizerRule<Kind extends OptimizerSettings['kind']> {
  /** The names of the state that it keeps for each weight; all start at zero. */
  slots(settings: SettingsOf<Kind>): readonly string[];
  update(builder: Builder, settings: SettingsOf<Kind>, inputs: UpdateInputs): Update;
}

/** Weight decay is for kernels: biases and the scales and offsets of normalisations have one axis and keep their size. */
export function decayOf(settings: OptimizerSettings, weight: Tensor): number {
  return weight.shape.length >= 2 ? settings.decay : 0;
}
