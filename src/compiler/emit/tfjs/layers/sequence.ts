/** Convolutions and pools along sequences, `[N, L, C]`: those of images, on one row. */
import * as tf from '@tensorflow/tfjs-core';
import { type ConvOptions, conv2d, depthwiseConv2d } from './convolution.js';
import { avgPool, maxPool } from './pooling.js';
import type { Padding, Pair } from './window.js';

export interface SequenceOptions {
  readonly stride?: number;
  readonly dilation?: number;
  /** As of images; or so many zeros at both ends, or before and after. */
  readonly padding?: 'same' | 'valid' | 'half' | number | readonly [before: number, after: number];
}

export interface SequencePoolOptions extends SequenceOptions {
  readonly kernel: number;
}

/** What layers along sequences take; without `bias` nothing is added. */
interface SequenceWeights {
  readonly kernel: tf.Tensor3D;
  readonly bias?: tf.Tensor1D;
}

const row = (size: number): Pair => [1, size];

function ofRow<O extends SequenceOptions>({ stride, dilation, padding }: O): ConvOptions {
  const ends = (pads: number | readonly [number, number]): Padding => [
    [0, 0],
    typeof pads === 'number' ? [pads, pads] : pads,
  ];
  return {
    ...(stride !== undefined && { stride: row(stride) }),
    ...(dilation !== undefined && { dilation: row(dilation) }),
    ...(padding !== undefined && { padding: typeof padding === 'string' ? padding : ends(padding) }),
  };
}

function onRow(x: tf.Tensor3D, layer: (image: tf.Tensor4D) => tf.Tensor4D): tf.Tensor3D {
  const [batch, length, channels] = x.shape;
  const y = layer(tf.reshape(x, [batch, 1, length, channels]));
  return tf.reshape(y, [batch, y.shape[2], y.shape[3]]);
}

function rowWeights({ kernel, bias }: SequenceWeights): { kernel: tf.Tensor4D; bias?: tf.Tensor1D } {
  const spread: tf.Tensor4D = tf.reshape(kernel, [1, ...kernel.shape]);
  return bias ? { kernel: spread, bias } : { kernel: spread };
}

/** Convolution along a sequence. Kernel `[length, in / groups, out]`. */
export function conv1d(
  x: tf.Tensor3D,
  weights: SequenceWeights,
  options: SequenceOptions & { readonly groups?: number } = {},
): tf.Tensor3D {
  return onRow(x, (image) => conv2d(image, rowWeights(weights), { ...ofRow(options), groups: options.groups ?? 1 }));
}

/** Convolution of each channel of a sequence by itself. Kernel `[length, in, multiplier]`. */
export function depthwiseConv1d(x: tf.Tensor3D, weights: SequenceWeights, options: SequenceOptions = {}): tf.Tensor3D {
  return onRow(x, (image) => depthwiseConv2d(image, rowWeights(weights), ofRow(options)));
}

/** The largest value of each window of a sequence. */
export function maxPool1d(x: tf.Tensor3D, options: SequencePoolOptions): tf.Tensor3D {
  return onRow(x, (image) => maxPool(image, { ...ofRow(options), kernel: row(options.kernel) }));
}

/** The mean of each window of a sequence. */
export function avgPool1d(
  x: tf.Tensor3D,
  options: SequencePoolOptions & { readonly countPadding?: boolean; readonly ceiling?: number },
): tf.Tensor3D {
  const { kernel, countPadding = false, ceiling = 0 } = options;
  const given = { ...ofRow(options), kernel: row(kernel), countPadding, ceiling: [0, ceiling] as const };
  return onRow(x, (image) => avgPool(image, given));
}
