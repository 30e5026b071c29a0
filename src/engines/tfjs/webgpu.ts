/** TensorFlow.js on any GPU, through WebGPU. */
import { provideGpu, webgpuAvailability } from '../webgpu-adapter.ts';
import type { Backend, BackendLoader } from './backend.ts';
import { registerGradients } from './gradients.ts';

export const webgpu: BackendLoader = {
  availability: webgpuAvailability,

  async load(): Promise<Backend> {
    await provideGpu();
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-webgpu');
    registerGradients(tf);
    // Small tensors would be computed on the CPU otherwise, which cannot read back from the GPU while a step runs.
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    return {
      tf,
      async use() {
        await tf.setBackend('webgpu');
      },
    };
  },
};
