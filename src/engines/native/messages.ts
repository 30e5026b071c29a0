/**
 * What the main thread and the thread of onnxruntime say to each other. The worker keeps one set of state (weights,
 * running statistics, optimizer slots) and any number of models that read and advance it; state crosses only to be
 * loaded or saved.
 */
import type { MaskInput } from '../../compiler/lower/context.ts';
import type { Provider } from './runtime.ts';

export interface TensorMessage {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Request =
  /** Loads a model under a key. `kept` are its outputs that stay on the device. */
  | {
      readonly kind: 'compile';
      readonly key: string;
      readonly model: Uint8Array;
      readonly options: CompileOptions;
      readonly kept?: readonly string[];
    }
  /** Replaces the state. */
  | { readonly kind: 'load'; readonly tensors: readonly TensorMessage[] }
  /**
   * Runs a model. An input is fed from `feeds`, from `masks` or from the state; an output `next:NAME` becomes the state
   * NAME; the other outputs are answered.
   */
  | {
      readonly kind: 'run';
      readonly key: string;
      readonly feeds: Readonly<Record<string, Float32Array>>;
      readonly masks?: Masks;
    }
  /**
   * One step in parts: sets the tensors `sums` of the state to zero, runs `key` on each of `parts` equal parts of
   * `split`, and then `apply`. The answers of `key` are added up.
   */
  | {
      readonly kind: 'accumulate';
      readonly key: string;
      readonly apply: string;
      readonly parts: number;
      readonly sums: readonly { readonly name: string; readonly shape: readonly number[] }[];
      readonly split: Readonly<Record<string, Float32Array>>;
      /** For `apply`. */
      readonly feeds: Readonly<Record<string, Float32Array>>;
      readonly masks: Masks;
    }
  /** Copies the state, where it is in the memory of the process. */
  | { readonly kind: 'save' }
  | { readonly kind: 'close' };

export interface Masks {
  readonly seed: number;
  readonly step: number;
  readonly inputs: readonly MaskInput[];
}

export interface CompileOptions {
  readonly provider: Provider;
  readonly threads: number;
}

export type Reply =
  | { readonly id: number; readonly tensors: readonly TensorMessage[] }
  | { readonly id: number; readonly error: { readonly message: string; readonly help: string | undefined } };

export const NEXT = 'next:';
