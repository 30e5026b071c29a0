/**
 * The native engine: programs compiled ahead of time to ONNX, on onnxruntime in a worker thread, so that the calling
 * thread stays free while a step runs.
 */
import type { Engine } from '../engine.ts';
import { NativeInferenceSession } from './inference.ts';
import type { CompileOptions } from './messages.ts';
import { nativeAvailability, threadsOr } from './runtime.ts';
import { NativeTrainingSession } from './training.ts';

const options = (threads: number | undefined): CompileOptions => ({ provider: 'cpu', threads: threadsOr(threads) });

export const nativeEngine: Engine = {
  name: 'native',
  availability: () => nativeAvailability(),
  train: (setup, initial) => NativeTrainingSession.start(setup, initial, options(setup.threads)),
  infer: (graph, weights, batch, threads) => NativeInferenceSession.start(graph, weights, batch, options(threads)),
};
