/**
 * The tensors whose number of examples a runtime is not to know before it runs: all that is made of a result of `first`.
 *
 * onnxruntime puts tensors of one known size into one buffer, one after the other, and holds it from the first of them to
 * the last. What the forward pass has done with and the backward pass will need again is so never free in between. Where
 * it does not know sizes, it takes memory when a tensor is made and frees it after the last use.
 */
import type { Program, TensorId } from './program.ts';

export function countedTensors({ instructions }: Program): ReadonlySet<TensorId> {
  const counted = new Set<TensorId>();
  for (const { id, kernel, operands } of instructions) {
    if (kernel === 'first' || operands.some((operand) => counted.has(operand))) counted.add(id);
  }
  return counted;
}
