/** onnxruntime-node: loaded only when it is needed, since an install may lack it. */
import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { type Availability, EngineError } from '../engine.ts';

export type Runtime = typeof import('onnxruntime-node');

/** An execution provider of onnxruntime: what its kernels run on. */
export type Provider = 'cpu' | 'webgpu';

/** Whether outputs stay on the device, to be inputs of the next run. */
export function isResident(provider: Provider): boolean {
  return provider === 'webgpu';
}

const remedy = 'reinstall it with npm install onnxruntime-node@^1.30; npm reports there what this machine lacks';

const importRuntime = (): Promise<unknown> => import('onnxruntime-node');

/**
 * onnxruntime tells its maker what it runs unless it is asked not to, by a variable that it reads when it makes its first
 * session. Only the main thread can set it: a worker has a copy of the variables of its own.
 */
export function silenceTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}

/** @throws EngineError if the package is not installed or its binary does not load here */
export async function loadRuntime(load = importRuntime): Promise<Runtime> {
  silenceTelemetry();
  try {
    const loaded = (await load()) as Runtime & { readonly default?: Runtime };
    // a CommonJS package: everything is on the default export
    return loaded.default ?? loaded;
  } catch (error) {
    throw new EngineError(`onnxruntime-node does not load: ${(error as Error).message.split('\n')[0]}`, remedy);
  }
}

export function threadsOr(threads: number | undefined): number {
  return threads ?? availableParallelism();
}

/**
 * The same bits on every run: kernels of the CPU provider do not depend on the timing of threads. `kept` are the outputs
 * that stay on the device.
 */
export function sessionOptions(
  provider: Provider,
  threads: number,
  kept: readonly string[],
): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    ...(kept.length > 0 && { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])) }),
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // a plan of all allocations is one block beside what the run before the plan has taken: half as much memory again
    enableMemPattern: false,
    // errors are thrown; below that the runtime only remarks on the graph
    logSeverityLevel: 3,
    // Adam's second moments decay into denormal numbers, which some processors handle a hundred times slower
    extra: { session: { set_denormal_as_zero: '1' } },
  };
}

export async function nativeAvailability(load = importRuntime): Promise<Availability> {
  const threads = threadsOr(undefined);
  const device = `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  try {
    const { env } = await loadRuntime(load);
    const version = env.versions.node ?? env.versions.common;
    return { available: true, device, accelerated: false, reason: `onnxruntime-node ${version}` };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { available: false, device, accelerated: false, reason: error.message, remedy: error.help };
  }
}
