/**
 * Layers that inference writes in another way than training does, which needs what goes into the gradient: as the
 * operator that a runtime has for them, or as what it recognises and makes one kernel of.
 */

/** By name, each of which can be left out, to measure what it gives. */
export const inferenceForms = [
  /** Running statistics as `BatchNormalization`, which goes into the convolution before it. */
  'batch-norm',
  /** Groups of channels as `InstanceNormalization`. */
  'instance-norm',
  /** The last axis as `LayerNormalization`. */
  'layer-norm',
  /** `x · Φ(x)` in the order of factors in which onnxruntime has a kernel for it. */
  'gelu',
] as const;
export type InferenceForm = (typeof inferenceForms)[number];

/** Those that a program takes. */
export function formsWithout(without: readonly InferenceForm[] = []): ReadonlySet<InferenceForm> {
  return new Set(inferenceForms.filter((form) => !without.includes(form)));
}
