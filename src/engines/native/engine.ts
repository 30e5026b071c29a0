/**
 * The native engines: programs compiled ahead of time to ONNX, on onnxruntime in a worker thread, so that the calling
 * thread stays free while a step runs. On the CPU, or on any GPU through the WebGPU that onnxruntime brings.
 */
import type { Availability, Engine, EngineName } from '../engine.ts';
import { webgpuAvailability } from '../webgpu-adapter.ts';
import { NativeInferenceSession } from './inference.ts';
import { nativeAvailability, type Provider, threadsOr } from './runtime.ts';
import { NativeTrainingSession } from './training.ts';

function engine(name: EngineName, provider: Provider, availability: () => Promise<Availability>): Engine {
  const options = (threads: number | undefined) => ({ provider, threads: threadsOr(threads) });
  return {
    name,
    recomputes: true,
    availability,
    train: (setup, initial) => NativeTrainingSession.start(setup, initial, options(setup.threads)),
    infer: (graph, weights, batch, threads) => NativeInferenceSession.start(graph, weights, batch, options(threads)),
  };
}

export const nativeEngine: Engine = engine('native', 'cpu', () => nativeAvailability());

export const nativeWebGpuEngine: Engine = engine('native-webgpu', 'webgpu', async () => {
  const runtime = await nativeAvailability();
  return runtime.available ? webgpuAvailability() : runtime;
});
