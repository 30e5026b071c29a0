/**
 * Layers for the code that specc generates. They need nothing but `@tensorflow/tfjs-core`.
 *
 * Images are channel-last, `[N, H, W, C]`. Every layer has a gradient that is right on the cpu, webgpu and node
 * backends, also where TensorFlow.js itself has none: dilated convolutions, resizing, broadcast maxima.
 */
export * from './activation.js';
export * from './arithmetic.js';
export { type ConvOptions, conv2d, conv2dTranspose, dense, depthwiseConv2d, matMul } from './convolution.js';
export { embedding, gather, type Indices, lookup } from './indexing.js';
export { dropout, inference, type Mode, within } from './mode.js';
export { batchNorm, groupNorm, instanceNorm, l2Normalize, layerNorm, rmsNorm } from './normalisation.js';
export * from './pooling.js';
export { resize, upsample } from './resampling.js';
export * from './sequence.js';
export { concat, constant, learned } from './source.js';
export * from './weights.js';
export type { Padding } from './window.js';
