/** What the engines of TensorFlow.js differ in: where the tensors live. */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Availability } from '../engine.ts';

export interface Backend {
  readonly tf: typeof tfjs;
  /** Makes it the one that computes. TensorFlow.js has one for the whole process, so every call begins with this. */
  use(): Promise<void>;
}

/** How to come by a backend. */
export interface BackendLoader {
  /** Never throws: a failure is a reason why it is not available. */
  availability(): Promise<Availability>;
  load(): Promise<Backend>;
}
