/** NVIDIA GPUs, through `@tensorflow/tfjs-node-gpu`: TensorFlow's own kernels on CUDA. An optional package. */
import util from 'node:util';
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Availability } from '../engine.ts';
import type { Backend, BackendLoader } from './backend.ts';
import { registerGradients } from './gradients.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

const REMEDY = `npm install ${PACKAGE}, on Linux or Windows with an NVIDIA GPU, CUDA 11.2 and cuDNN 8.1`;

let loading: Promise<typeof tfjs> | undefined;

/** The package with the backend that it registers, which computes on the CPU where it finds no GPU. */
async function loadPackage(): Promise<typeof tfjs> {
  // It calls functions that Node 23 has removed.
  const old: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, test] of Object.entries(old)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: test, configurable: true, writable: true });
  }
  // TensorFlow takes all memory of the GPU unless told otherwise before it starts.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const imported = (await import(PACKAGE)) as { default?: typeof tfjs } & typeof tfjs;
  return imported.default ?? imported;
}

export const nodeGpu: BackendLoader = {
  async availability(): Promise<Availability> {
    const no = (reason: string): Availability => ({
      available: false,
      device: '',
      accelerated: false,
      reason,
      remedy: REMEDY,
    });
    try {
      loading ??= loadPackage();
      const tf = await loading;
      await tf.setBackend('tensorflow');
      const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
      if (!isUsingGpuDevice) return no(`${PACKAGE} loads and finds no GPU that it can use`);
      return { available: true, device: 'NVIDIA GPU (CUDA)', accelerated: true, reason: `found by ${PACKAGE}` };
    } catch (error) {
      loading = undefined;
      if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return no(`${PACKAGE} is not installed`);
      const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
      return no(`${PACKAGE} does not load: ${line}`);
    }
  },

  async load(): Promise<Backend> {
    loading ??= loadPackage();
    const tf = await loading;
    registerGradients(tf);
    return {
      tf,
      async use() {
        await tf.setBackend('tensorflow');
      },
    };
  },
};
