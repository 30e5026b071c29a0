/**
 * Runs that write their outputs into arrays of the caller, and nowhere else.
 *
 * onnxruntime-node 1.30 writes each output into the tensor that it is given, and then copies all of them again into new
 * arrays, which it returns: a training step that returns the weights of ResNet-18 and their moments so allocates and
 * fills 134 MB that nobody reads. It gives up before the first copy where the first output is a sequence, a kind of value
 * that it does not return, and says so after the run itself has succeeded and every tensor is written.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** The output that is a sequence: for `OnnxOptions.sequenceFirst`. */
export const UNRETURNED = 'run:unreturned';

const refusal = /Non tensor type is temporarily not supported/;

/**
 * Runs a model, made with that output or without, and returns `outputs`, written; one with it in a runtime that returns
 * sequences copies as before.
 */
export async function runInPlace(
  session: InferenceSession,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const marked = session.outputNames.includes(UNRETURNED);
  try {
    await session.run(inputs, marked ? { [UNRETURNED]: null, ...outputs } : outputs);
  } catch (error) {
    if (!marked || !(error instanceof Error) || !refusal.test(error.message)) throw error;
  }
  return outputs;
}
