/** Plain JavaScript: everywhere, and slow. */
import type { Backend, BackendLoader } from './backend.ts';
import { registerGradients } from './gradients.ts';

export const cpu: BackendLoader = {
  async availability() {
    return {
      available: true,
      device: 'CPU, 1 thread',
      accelerated: false,
      reason: 'TensorFlow.js in plain JavaScript: a last resort, many times slower than the native engine',
    };
  },

  async load(): Promise<Backend> {
    const tf = await import('@tensorflow/tfjs-core');
    // It recommends another package in large letters otherwise.
    tf.enableProdMode();
    await import('@tensorflow/tfjs-backend-cpu');
    registerGradients(tf);
    return {
      tf,
      async use() {
        await tf.setBackend('cpu');
      },
    };
  },
};
