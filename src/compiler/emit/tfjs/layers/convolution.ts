/** Convolutions and dense layers. */
import * as tf from '@tensorflow/tfjs-core';
import { expandTo } from './arithmetic.js';
import { withGradient } from './custom-gradient.js';
import { alongAxis } from './resampling.js';
import {
  isOne,
  mutable,
  type Padding,
  type Pads,
  type Pair,
  padSpatially,
  padsOf,
  pair,
  reach,
  type Size,
  subsample,
  type Window,
  withPadding,
} from './window.js';

export interface ConvOptions {
  readonly stride?: Size;
  readonly dilation?: Size;
  /** `same` unless given. */
  readonly padding?: Padding;
}

/** What the layers of this file take; without `bias` nothing is added. */
interface ConvWeights {
  readonly kernel: tf.Tensor4D;
  readonly bias?: tf.Tensor1D;
}

/** Convolution. Kernel `[height, width, in / groups, out]`. */
export function conv2d(
  x: tf.Tensor4D,
  weights: ConvWeights,
  { stride = 1, dilation = 1, padding = 'same', groups = 1 }: ConvOptions & { readonly groups?: number } = {},
): tf.Tensor4D {
  const { kernel, bias } = weights;
  const [height, width, inputs, outputs] = kernel.shape;
  const window: Window = { kernel: [height, width], stride: pair(stride), dilation: pair(dilation) };
  if (groups > 1 && inputs === 1) {
    const depthwise: tf.Tensor4D = tf.reshape(kernel, [height, width, groups, outputs / groups]);
    return depthwiseConv2d(x, bias ? { kernel: depthwise, bias } : { kernel: depthwise }, {
      stride,
      dilation,
      padding,
    });
  }
  const y = withPadding(x, window, padding, (padded, mode) => {
    if (groups === 1) return convolve(padded, kernel, window, mode);
    const kernels = tf.split<tf.Tensor4D>(kernel, groups, 3);
    return tf.concat(
      tf.split<tf.Tensor4D>(padded, groups, 3).map((part, i) => convolve(part, kernels[i]!, window, mode)),
      3,
    );
  });
  return withBias(y, bias);
}

function withBias(y: tf.Tensor4D, bias: tf.Tensor1D | undefined): tf.Tensor4D {
  return bias ? tf.add(y, bias) : y;
}

function convolve(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window, padding: 'same' | 'valid'): tf.Tensor4D {
  const dilated = !isOne(window.dilation) && !isOne(window.kernel);
  if (dilated && !isOne(window.stride)) {
    const padded = padSpatially(x, padsOf(padding, x, window));
    return subsample(convolve(padded, kernel, { ...window, stride: [1, 1] }, 'valid'), window.stride);
  }
  // TensorFlow.js has no gradient for dilated convolutions, and a hopelessly slow one on its cpu backend.
  if (dilated || tf.getBackend() === 'cpu') return convolveWithGradient(x, kernel, window, padding);
  return tf.conv2d(x, kernel, mutable(window.stride), padding);
}

/** A convolution whose filter gradient is a matrix product a tap. */
function convolveWithGradient(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  window: Window,
  padding: 'same' | 'valid',
): tf.Tensor4D {
  const [stride, dilation] = [mutable(window.stride), mutable(window.dilation)];
  return withGradient(
    [x, kernel],
    (x, kernel) => tf.conv2d(x, kernel, stride, padding, 'NHWC', dilation),
    (dy, [x, kernel]) => [
      inputGradient(dy, x, kernel, window, padding),
      filterGradient(dy, x, kernel, window, padding),
    ],
  );
}

/** Strided: the transposed convolution. Otherwise a convolution with the kernel turned round and its channels swapped. */
function inputGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  window: Window,
  padding: 'same' | 'valid',
): tf.Tensor4D {
  if (!isOne(window.stride)) return tf.conv2dTranspose(dy, kernel, x.shape, mutable(window.stride), padding);
  const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(fullyPadded(dy, x, window, padding), turned, 1, 'valid', 'NHWC', mutable(window.dilation));
}

/** `dy` with so many zeros around it that a `valid` convolution gives back the size of `x`. */
function fullyPadded(dy: tf.Tensor4D, x: tf.Tensor4D, window: Window, padding: 'same' | 'valid'): tf.Tensor4D {
  const pads = padsOf(padding, x, window);
  const opposite = (axis: 0 | 1): Pair => [
    reach(window, axis) - 1 - pads[axis][0],
    reach(window, axis) - 1 - pads[axis][1],
  ];
  return padSpatially(dy, [opposite(0), opposite(1)]);
}

function filterGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  window: Window,
  padding: 'same' | 'valid',
): tf.Tensor4D {
  const [, , , inputs] = x.shape;
  const [, , , outputs] = dy.shape;
  const rows: tf.Tensor2D = tf.reshape(dy, [-1, outputs]);
  const taps = tapsOf(padSpatially(x, padsOf(padding, x, window)), dy, window);
  const products = taps.map((tap) => tf.matMul(tf.reshape(tap, [-1, inputs]) as tf.Tensor2D, rows, true));
  return tf.reshape(tf.stack(products), kernel.shape);
}

/** What each tap of the kernel sees of the padded input: tensors of the output's height and width, row by row. */
function tapsOf(padded: tf.Tensor4D, output: tf.Tensor4D, { kernel, stride, dilation }: Window): tf.Tensor4D[] {
  const [batch, , , channels] = padded.shape;
  const [, height, width] = output.shape;
  const taps: tf.Tensor4D[] = [];
  for (let row = 0; row < kernel[0]; row++) {
    for (let column = 0; column < kernel[1]; column++) {
      const begin = [0, row * dilation[0], column * dilation[1], 0] as const;
      const size = [(height - 1) * stride[0] + 1, (width - 1) * stride[1] + 1] as const;
      const seen = tf.slice(padded, [...begin], [batch, ...size, channels]);
      taps.push(
        isOne(stride) ? seen : (tf.stridedSlice(seen, [0, 0, 0, 0], seen.shape, [1, ...stride, 1]) as tf.Tensor4D),
      );
    }
  }
  return taps;
}

/** Convolution of each channel by itself. Kernel `[height, width, in, multiplier]`. */
export function depthwiseConv2d(
  x: tf.Tensor4D,
  weights: ConvWeights,
  { stride = 1, dilation = 1, padding = 'same' }: ConvOptions = {},
): tf.Tensor4D {
  const { kernel, bias } = weights;
  const window: Window = {
    kernel: [kernel.shape[0], kernel.shape[1]],
    stride: pair(stride),
    dilation: pair(dilation),
  };
  const y = withPadding(x, window, padding, (padded, mode) => {
    if (isOne(window.dilation)) return tf.depthwiseConv2d(padded, kernel, mutable(window.stride), mode);
    const everywhere = dilatedDepthwise(padSpatially(padded, padsOf(mode, padded, window)), kernel, window);
    return subsample(everywhere, window.stride);
  });
  return withBias(y, bias);
}

/** Without stride or padding; the gradient of TensorFlow.js takes no notice of dilation. */
function dilatedDepthwise(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  const [height, width, channels, multiplier] = kernel.shape;
  const plain: Window = { ...window, stride: [1, 1] };
  const correlate = (x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D =>
    tf.depthwiseConv2d(x, kernel, 1, 'valid', 'NHWC', mutable(window.dilation));
  return withGradient([x, kernel], correlate, (dy, [x, kernel]) => {
    const turned = tf.reverse(kernel, [0, 1]);
    const [batch, rows, columns] = dy.shape;
    // The output channels of one multiplier at a time: [N, H, W, C].
    const parts = tf.unstack(tf.reshape(dy, [batch * rows * columns, channels, multiplier]), 2);
    const images = parts.map((part): tf.Tensor4D => tf.reshape(part, [batch, rows, columns, channels]));
    const dx = images.map((part, i) => {
      const own = tf.slice(turned, [0, 0, 0, i], [height, width, channels, 1]);
      return correlate(fullyPadded(part, x, plain, 'valid'), own);
    });
    const taps = tapsOf(x, dy, plain);
    const dkernel = taps.map((tap) =>
      tf.stack(
        images.map((part) => tf.sum(tf.mul(tap, part), [0, 1, 2])),
        1,
      ),
    );
    return [tf.addN(dx), tf.reshape(tf.stack(dkernel), kernel.shape)];
  });
}

/** Transposed convolution. Kernel `[height, width, out / groups, in]`; padding is cut from the output. */
export function conv2dTranspose(
  x: tf.Tensor4D,
  weights: ConvWeights,
  options: {
    readonly stride?: Size;
    readonly dilation?: Size;
    readonly padding?: number | Pads;
    readonly outputPadding?: Size;
    readonly groups?: number;
  } = {},
): tf.Tensor4D {
  const { stride = 1, dilation = 1, padding = 0, outputPadding = 0, groups = 1 } = options;
  const kernel = spreadTaps(weights.kernel, pair(dilation));
  const [batch, height, width] = x.shape;
  const [rows, columns, each] = kernel.shape;
  const outputs = groups * each;
  const whole: Pair = [(height - 1) * pair(stride)[0] + rows, (width - 1) * pair(stride)[1] + columns];
  const parts = groups === 1 ? [x] : tf.split<tf.Tensor4D>(x, groups, 3);
  const kernels = groups === 1 ? [kernel] : tf.split<tf.Tensor4D>(kernel, groups, 3);
  const y = tf.concat(
    parts.map(
      (part, i): tf.Tensor4D =>
        tf.conv2dTranspose(part, kernels[i]!, [batch, ...whole, each], mutable(pair(stride)), 'valid'),
    ),
    3,
  );
  const cut =
    typeof padding === 'number'
      ? ([
          [padding, padding],
          [padding, padding],
        ] as const)
      : padding;
  const size = (axis: 0 | 1): number => whole[axis] - cut[axis][0] - cut[axis][1] + pair(outputPadding)[axis];
  const missing = (axis: 0 | 1): number => Math.max(0, cut[axis][0] + size(axis) - whole[axis]);
  const extended = padSpatially(y, [
    [0, missing(0)],
    [0, missing(1)],
  ]);
  const cropped = tf.slice(extended, [0, cut[0][0], cut[1][0], 0], [batch, size(0), size(1), outputs]);
  return withBias(cropped, weights.bias);
}

/** The kernel with zeros between its taps. */
function spreadTaps(kernel: tf.Tensor4D, dilation: Pair): tf.Tensor4D {
  const spread = (axis: 0 | 1): number[][] =>
    Array.from({ length: (kernel.shape[axis] - 1) * dilation[axis] + 1 }, (_, to) =>
      Array.from({ length: kernel.shape[axis] }, (_, from) => (to === from * dilation[axis] ? 1 : 0)),
    );
  return isOne(dilation) ? kernel : alongAxis(alongAxis(kernel, spread(0), 0), spread(1), 1);
}

/** A matrix product over the last axis. */
export function dense<T extends tf.Tensor>(
  x: T,
  weights: { readonly kernel: tf.Tensor2D; readonly bias?: tf.Tensor1D },
): T {
  const { kernel, bias } = weights;
  const rows: tf.Tensor2D = tf.reshape(x, [-1, kernel.shape[0]]);
  const y = tf.reshape(tf.matMul(rows, kernel), [...x.shape.slice(0, -1), kernel.shape[1]]);
  return (bias ? tf.add(y, bias) : y) as T;
}

/** `[…, M, K] × […, K, N]`; the leading axes after the batch broadcast. */
export function matMul<T extends tf.Tensor>(
  a: tf.Tensor,
  b: tf.Tensor,
  { transposeA = false, transposeB = false }: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): T {
  const rank = Math.max(a.rank, b.rank);
  const [left, right] = [expandTo(a, rank), expandTo(b, rank)];
  const leading = left.shape.slice(0, -2).map((size, axis) => Math.max(size, right.shape[axis]!));
  const flat = (x: tf.Tensor): tf.Tensor3D => {
    const repeated = leading.some((size, axis) => size !== x.shape[axis]) ? tf.mul(x, tf.ones([...leading, 1, 1])) : x;
    return tf.reshape(repeated, [-1, x.shape.at(-2)!, x.shape.at(-1)!]);
  };
  const y: tf.Tensor3D = tf.matMul(flat(left), flat(right), transposeA, transposeB);
  return tf.reshape(y, [...leading, y.shape[1], y.shape[2]]) as tf.Tensor as T;
}
