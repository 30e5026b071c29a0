/** The files of `layers/`, text by name; rewritten by the test of this file. */
export const layersSource: Readonly<Record<string, string>> = {
  'activation.ts': `/** Activations that TensorFlow.js lacks. */
import * as tf from '@tensorflow/tfjs-core';
import type { Slopes } from './weights.js';

/** \`x\` where positive, else \`alpha · x\` with a slope a channel. */
export function prelu<T extends tf.Tensor>(x: T, { alpha }: Slopes): T {
  return tf.prelu<tf.Tensor>(x, alpha) as T;
}

export function elu<T extends tf.Tensor>(x: T, alpha: number): T {
  if (alpha === 1) return tf.elu(x);
  // relu(−x) keeps the exponent from overflowing where x is positive.
  const below = tf.sub(tf.exp(tf.neg(tf.relu(tf.neg(x)))), 1);
  return tf.add<T>(tf.relu(x), tf.mul(below, alpha));
}

/** \`x · Φ(x)\`, Φ being the normal distribution; \`approximate\` takes its tanh form. */
export function gelu<T extends tf.Tensor>(x: T, { approximate = false }: { readonly approximate?: boolean } = {}): T {
  const inner = approximate
    ? tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI)))
    : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul<T>(x, tf.mul(tf.add(inner, 1), 0.5));
}

export function silu<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, tf.sigmoid(x));
}

/** \`clamp(x / 6 + 1 / 2, 0, 1)\`. */
export function hardSigmoid<T extends tf.Tensor>(x: T): T {
  return tf.clipByValue(tf.add<T>(tf.mul(x, 1 / 6), 0.5), 0, 1);
}

export function hardSwish<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, hardSigmoid(x));
}

export function hardTanh<T extends tf.Tensor>(x: T): T {
  return tf.clipByValue(x, -1, 1);
}

export function mish<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, tf.tanh(tf.softplus(x)));
}

/** Over any axis, counted with the batch. */
export function softmax<T extends tf.Tensor>(x: T, axis: number): T {
  if (axis === x.rank - 1) return tf.softmax(x);
  const last = x.shape.map((_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
  return tf.transpose(tf.softmax(tf.transpose(x, last)), last);
}
`,
  'arithmetic.ts': `/** Arithmetic that broadcasts, reductions and shapes. */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient.js';

/** Axes of size 1 after the batch until the rank is \`rank\`: aligns \`[N, C]\` with \`[N, H, W, C]\`. */
export function expandTo(x: tf.Tensor, rank: number): tf.Tensor {
  const [batch, ...rest] = x.shape as [number, ...number[]];
  return x.rank === rank ? x : tf.reshape(x, [batch, ...new Array<number>(rank - x.rank).fill(1), ...rest]);
}

/** The larger of two, which broadcast; the first where they are equal. */
export function maximum<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor): T {
  return choose(a, b, tf.greaterEqual);
}

/** The smaller of two, which broadcast; the first where they are equal. */
export function minimum<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor): T {
  return choose(a, b, tf.lessEqual);
}

function choose<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor, better: typeof tf.greaterEqual): T {
  const first = withGradient([a, b], (a, b) => tf.cast(better(a, b), 'float32'));
  return tf.add<T>(tf.mul(a, first), tf.mul(b, tf.sub(1, first)));
}

/** The maximum over some axes; of equal maxima the first takes the gradient. */
export function reduceMax<T extends tf.Tensor>(x: tf.Tensor, axes: number[], keepAxes = false): T {
  return winner(tf.max, x, axes, keepAxes);
}

/** The minimum over some axes; of equal minima the first takes the gradient. */
export function reduceMin<T extends tf.Tensor>(x: tf.Tensor, axes: number[], keepAxes = false): T {
  return winner(tf.min, x, axes, keepAxes);
}

function winner<T extends tf.Tensor>(best: typeof tf.max, x: tf.Tensor, axes: number[], keepAxes: boolean): T {
  const kept = withGradient(
    [x],
    (x) => best(x, axes, true),
    (dy, [x], y) => {
      // Earlier elements score higher, so that the best score among the winners is the first of them.
      const contest = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      const count = contest.reduce((product, size) => product * size, 1);
      const scores = tf.mul(tf.cast(tf.equal(x, y), 'float32'), tf.reshape(tf.range(count, 0, -1), contest));
      return [tf.mul(dy, tf.cast(tf.equal(scores, tf.max(scores, axes, true)), 'float32'))];
    },
  );
  return (keepAxes ? kept : tf.squeeze(kept, axes)) as T;
}

/** Repeats axes of size 1, and puts axes after the batch, until the shape without the batch is this one. */
export function broadcastTo<T extends tf.Tensor>(x: tf.Tensor, shape: readonly number[]): T {
  return tf.add(expandTo(x, shape.length + 1), tf.zeros([1, ...shape])) as T;
}

export function flatten(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [x.shape[0]!, -1]);
}

/** Positions \`start\` up to but without \`end\` of one axis, counted with the batch. */
export function slice<T extends tf.Tensor>(x: T, axis: number, start: number, end: number): T {
  const at = (chosen: number, others: readonly number[]): number[] =>
    others.map((size, i) => (i === axis ? chosen : size));
  return tf.slice(
    x,
    at(
      start,
      x.shape.map(() => 0),
    ),
    at(end - start, x.shape),
  );
}

/** Cuts one axis, counted with the batch, into pieces of these sizes. */
export function split<T extends tf.Tensor, const Sizes extends readonly number[]>(
  x: T,
  axis: number,
  sizes: Sizes,
): { -readonly [I in keyof Sizes]: T } {
  return tf.split(x, [...sizes], axis) as { -readonly [I in keyof Sizes]: T };
}
`,
  'convolution.ts': `/** Convolutions and dense layers. */
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
  /** \`same\` unless given. */
  readonly padding?: Padding;
}

/** What the layers of this file take; without \`bias\` nothing is added. */
interface ConvWeights {
  readonly kernel: tf.Tensor4D;
  readonly bias?: tf.Tensor1D;
}

/** Convolution. Kernel \`[height, width, in / groups, out]\`. */
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

/** \`dy\` with so many zeros around it that a \`valid\` convolution gives back the size of \`x\`. */
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

/** Convolution of each channel by itself. Kernel \`[height, width, in, multiplier]\`. */
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

/** Transposed convolution. Kernel \`[height, width, out / groups, in]\`; padding is cut from the output. */
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

/** \`[…, M, K] × […, K, N]\`; the leading axes after the batch broadcast. */
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
`,
  'custom-gradient.ts': `/** Functions of tensors that bring a gradient of their own. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * \`forward(...inputs)\`, whose gradient for each input is \`gradient(dy, inputs, y)\`.
 *
 * @param gradient undefined: none flows back, the result counts as a constant
 */
export function withGradient<X extends readonly tf.Tensor[], Y extends tf.Tensor>(
  inputs: readonly [...X],
  forward: (...inputs: X) => Y,
  gradient?: (dy: Y, inputs: X, y: Y) => tf.Tensor[],
): Y {
  const run = tf.customGrad<Y>((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const own = given as unknown as X;
    const value = forward(...own);
    save([...own, value]);
    const gradFunc = (dy: Y, saved: tf.Tensor[]): tf.Tensor[] => {
      const again = saved.slice(0, -1) as unknown as X;
      return gradient ? gradient(dy, again, saved.at(-1) as Y) : again.map((x) => tf.zerosLike(x));
    };
    return { value, gradFunc };
  });
  return run(...inputs);
}
`,
  'index.ts': `/**
 * Layers for the code that specc generates. They need nothing but \`@tensorflow/tfjs-core\`.
 *
 * Images are channel-last, \`[N, H, W, C]\`. Every layer has a gradient that is right on the cpu, webgpu and node
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
`,
  'indexing.ts': `/** Positions by their indices. */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient.js';

/** Indices of an axis: one, which takes the axis away, a list, or lists of one length, which give several axes. */
export type Indices = number | readonly Indices[];

/** The positions of an axis, counted with the batch, at these indices; the axis becomes the axes of the indices. */
export function gather<T extends tf.Tensor>(x: tf.Tensor, axis: number, indices: Indices): T {
  const flat = flatten(indices);
  const size = x.shape[axis]!;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const outer = before.reduce((product, each) => product * each, 1);
  const rows = withGradient(
    [tf.reshape(x, [outer, size, -1]) as tf.Tensor3D],
    (rows) => tf.gather(rows, tf.tensor1d(flat, 'int32'), 1),
    (dy) => [sumsByIndex(dy, flat, size)],
  );
  return tf.reshape(rows, [...before, ...shapeOf(indices), ...after]) as tf.Tensor as T;
}

function flatten(indices: Indices): number[] {
  return typeof indices === 'number' ? [indices] : indices.flatMap(flatten);
}

function shapeOf(indices: Indices): number[] {
  return typeof indices === 'number' ? [] : [indices.length, ...shapeOf(indices[0]!)];
}

/** \`[A, P, B]\` to \`[A, size, B]\`: for each position the sum of the places that name it. */
function sumsByIndex(dy: tf.Tensor3D, indices: readonly number[], size: number): tf.Tensor3D {
  const placesOf = Array.from({ length: size }, (): number[] => []);
  for (const [place, index] of indices.entries()) placesOf[index]!.push(place);
  const most = placesOf.reduce((found, { length }) => Math.max(found, length), 1);
  // Where there are fewer, a row of zeros at the end.
  const table = placesOf.flatMap((places) => Array.from({ length: most }, (_, at) => places[at] ?? indices.length));
  const padded = tf.pad3d(dy, [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  const gathered = tf.gather(padded, tf.tensor1d(table, 'int32'), 1);
  return tf.sum(tf.reshape(gathered, [dy.shape[0], size, most, dy.shape[2]]), 2);
}

/** Rows of a table \`[vocabulary, width]\` by whole numbers: \`[…]\` to \`[…, width]\`. No gradient flows to the numbers. */
export function embedding<T extends tf.Tensor>(x: tf.Tensor, weights: { readonly table: tf.Tensor2D }): T {
  return rowsAt(weights.table, rowNumbers(x, weights.table.shape[0])) as tf.Tensor as T;
}

/** The same of any table \`[1 or N, rows, width]\`: one for all examples, or one for each. */
export function lookup<T extends tf.Tensor>(x: tf.Tensor, table: tf.Tensor): T {
  const [tables, rows, width] = table.shape as [number, number, number];
  const own = rowNumbers(x, rows);
  const starts = tf.reshape(tf.mul(tf.range(0, tables), rows), [tables, ...x.shape.slice(1).map(() => 1)]);
  const flat: tf.Tensor2D = tf.reshape(table, [tables * rows, width]);
  return rowsAt(flat, tables === 1 ? own : tf.add(own, starts)) as tf.Tensor as T;
}

/** Numbers of rows, those outside moved to the nearest row there is. */
function rowNumbers(x: tf.Tensor, rows: number): tf.Tensor {
  return tf.clipByValue(x, 0, rows - 1);
}

function rowsAt(table: tf.Tensor2D, numbers: tf.Tensor): tf.Tensor {
  const rows = withGradient(
    [table, tf.reshape(numbers, [-1]) as tf.Tensor1D],
    (table, ids) => tf.gather(table, tf.cast(ids, 'int32')),
    (dy, [table, ids]) => [tf.scatterND(tf.cast(tf.expandDims(ids, 1), 'int32'), dy, table.shape), tf.zerosLike(ids)],
  );
  return tf.reshape(rows, [...numbers.shape, table.shape[1]]);
}
`,
  'mode.ts': `/** Inference and training: dropout and running statistics. */
import * as tf from '@tensorflow/tfjs-core';

/** How a model runs. \`{ training: true }\` normalises by batch statistics and lets dropout act. */
export interface Mode {
  readonly training: boolean;
  /** The dropout mask, 0 or 1 / (1 − rate), for the layer at \`path\`. Drawn at random unless given. */
  readonly mask?: (path: string, shape: number[], rate: number) => tf.Tensor;
  /** Receives the new value of a running statistic, e.g. to \`assign\` it. */
  readonly update?: (statistic: tf.Tensor, value: tf.Tensor) => void;
  /** Where in the model we are, to name dropout layers. */
  readonly path?: string;
}

export const inference: Mode = { training: false };

/** The mode inside a part of the model. */
export function within(mode: Mode, name: string): Mode {
  return { ...mode, path: mode.path ? \`\${mode.path}/\${name}\` : name };
}

/** \`per\` says what is zeroed at once: an element, a channel of an example (the last axis) or a whole example. */
export function dropout<T extends tf.Tensor>(
  x: T,
  name: string,
  rate: number,
  mode: Mode,
  { per = 'element' }: { readonly per?: 'element' | 'channel' | 'example' } = {},
): T {
  if (!mode.training || rate === 0) return x;
  const { path } = within(mode, name);
  const isDecided = (axis: number): boolean =>
    per === 'element' || axis === 0 || (per === 'channel' && axis === x.rank - 1);
  const shape = x.shape.map((size, axis) => (isDecided(axis) ? size : 1));
  const draw = (): tf.Tensor => tf.div(tf.cast(tf.greaterEqual(tf.randomUniform(shape), rate), 'float32'), 1 - rate);
  return tf.mul<T>(x, mode.mask ? mode.mask(path!, shape, rate) : draw());
}
`,
  'normalisation.ts': `/** Normalisation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Mode } from './mode.js';
import type { RunningStatistics, Scale, ScaleAndOffset } from './weights.js';

/** \`(x − mean) / √(variance + ε)\` with the moments over some axes. */
function standardise<T extends tf.Tensor>(x: T, axes: number[], epsilon: number) {
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub<T>(x, mean);
  const variance = tf.mean(tf.square(centred), axes, true);
  return { mean, variance, normalised: tf.mul<T>(centred, tf.rsqrt(tf.add(variance, epsilon))) };
}

/** Of each channel, as far as they are learned. */
function scaleAndShift<T extends tf.Tensor>(x: T, { gamma, beta }: Partial<ScaleAndOffset>): T {
  const scaled = gamma ? tf.mul<T>(x, gamma) : x;
  return beta ? tf.add<T>(scaled, beta) : scaled;
}

/** Over the batch and all axes but the last. \`momentum\` is the share of the old running value that is kept. */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  weights: RunningStatistics & Partial<ScaleAndOffset>,
  mode: Mode,
  { epsilon = 1e-5, momentum = 0.9 }: { readonly epsilon?: number; readonly momentum?: number } = {},
): T {
  const { gamma, beta, movingMean, movingVariance } = weights;
  if (!mode.training) {
    const deviation = tf.rsqrt(tf.add(movingVariance, epsilon));
    const scale = gamma ? tf.mul(gamma, deviation) : deviation;
    const shift = tf.mul(movingMean, scale);
    return tf.add<T>(tf.mul(x, scale), beta ? tf.sub(beta, shift) : tf.neg(shift));
  }
  const { mean, variance, normalised } = standardise(
    x,
    x.shape.slice(0, -1).map((_, axis) => axis),
    epsilon,
  );
  const moved = (running: tf.Tensor1D, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(running, momentum), tf.mul(tf.reshape(now, running.shape), 1 - momentum));
  mode.update?.(movingMean, moved(movingMean, mean));
  mode.update?.(movingVariance, moved(movingVariance, variance));
  return scaleAndShift(normalised, weights);
}

/** Over groups of channels of each example. */
export function groupNorm<T extends tf.Tensor>(
  x: T,
  weights: Partial<ScaleAndOffset>,
  { groups = 32, epsilon = 1e-5 }: { readonly groups?: number; readonly epsilon?: number } = {},
): T {
  const channels = x.shape.at(-1)!;
  const grouped: tf.Tensor4D = tf.reshape(x, [x.shape[0]!, -1, groups, channels / groups]);
  const { normalised } = standardise(grouped, [1, 3], epsilon);
  return scaleAndShift(tf.reshape(normalised, x.shape) as T, weights);
}

/** Over each channel of each example. */
export function instanceNorm(
  x: tf.Tensor4D,
  weights: Partial<ScaleAndOffset>,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): tf.Tensor4D {
  return scaleAndShift(standardise(x, [1, 2], epsilon).normalised, weights);
}

/** Over the last axis. */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  weights: Partial<ScaleAndOffset>,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): T {
  return scaleAndShift(standardise(x, [x.rank - 1], epsilon).normalised, weights);
}

/** \`x / √(mean(x²) + ε)\` over the last axis, scaled. */
export function rmsNorm<T extends tf.Tensor>(
  x: T,
  weights: Partial<Scale>,
  { epsilon = 1e-6 }: { readonly epsilon?: number } = {},
): T {
  const square = tf.mean(tf.square(x), x.rank - 1, true);
  return scaleAndShift(tf.mul<T>(x, tf.rsqrt(tf.add(square, epsilon))), weights);
}

/** \`x / √(max(Σ x², ε))\` along one axis, counted with the batch. */
export function l2Normalize<T extends tf.Tensor>(
  x: T,
  axis: number,
  { epsilon = 1e-12 }: { readonly epsilon?: number } = {},
): T {
  const squares = tf.sum(tf.square(x), axis, true);
  return tf.mul<T>(x, tf.rsqrt(tf.maximum(squares, epsilon)));
}
`,
  'pooling.ts': `/** Pooling. */
import * as tf from '@tensorflow/tfjs-core';
import { reduceMax, slice } from './arithmetic.js';
import type { ConvOptions } from './convolution.js';
import { alongAxis } from './resampling.js';
import {
  isOne,
  mutable,
  type Pads,
  type Pair,
  padSpatially,
  padsOf,
  pair,
  type Size,
  subsample,
  type Window,
} from './window.js';

export interface PoolOptions extends ConvOptions {
  readonly kernel: Size;
}

/** The lowest finite number: shaders may not have infinities. */
const LOWEST = -3.4028234663852886e38;

/** The largest value of each window; padding never wins. */
export function maxPool(
  x: tf.Tensor4D,
  { kernel, stride = kernel, dilation = 1, padding = 'valid' }: PoolOptions,
): tf.Tensor4D {
  const window: Window = { kernel: pair(kernel), stride: pair(stride), dilation: pair(dilation) };
  if (isOne(window.dilation) && (padding === 'same' || padding === 'valid')) {
    return tf.maxPool(x, mutable(window.kernel), mutable(window.stride), padding);
  }
  const padded = padSpatially(x, padsOf(padding, x, window), LOWEST);
  if (isOne(window.dilation)) return tf.maxPool(padded, mutable(window.kernel), mutable(window.stride), 'valid');
  const everywhere = tf.pool(padded, mutable(window.kernel), 'max', 'valid', mutable(window.dilation), 1);
  return subsample(everywhere, window.stride);
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded zeros count in the mean. */
  readonly countPadding?: boolean;
  /** So many rows and columns at the end of the padding do not count even then. */
  readonly ceiling?: Size;
}

/** The mean of each window. */
export function avgPool(x: tf.Tensor4D, options: AvgPoolOptions): tf.Tensor4D {
  const { kernel, stride = kernel, dilation = 1, padding = 'valid', countPadding = false, ceiling = 0 } = options;
  const window: Window = { kernel: pair(kernel), stride: pair(stride), dilation: pair(dilation) };
  const mean = (x: tf.Tensor4D): tf.Tensor4D =>
    isOne(window.dilation)
      ? tf.avgPool(x, mutable(window.kernel), mutable(window.stride), 'valid')
      : subsample(tf.pool(x, mutable(window.kernel), 'avg', 'valid', mutable(window.dilation), 1), window.stride);
  const pads = padsOf(padding, x, window);
  const y = mean(padSpatially(x, pads));
  const uncounted: Pads = countPadding
    ? [
        [0, pair(ceiling)[0]],
        [0, pair(ceiling)[1]],
      ]
    : pads;
  if (uncounted.flat().every((size) => size === 0)) return y;
  const counted = (axis: 0 | 1): number =>
    x.shape[axis + 1]! + pads[axis][0] + pads[axis][1] - uncounted[axis][0] - uncounted[axis][1];
  return tf.div(y, mean(padSpatially(tf.ones([1, counted(0), counted(1), 1]), uncounted)));
}

/** \`[N, H, W, C]\` or \`[N, L, C]\` to \`[N, C]\`. */
export function globalAvgPool(x: tf.Tensor4D | tf.Tensor3D): tf.Tensor2D {
  return tf.mean(x, x.rank === 4 ? [1, 2] : [1]);
}

/** \`[N, H, W, C]\` or \`[N, L, C]\` to \`[N, C]\`. */
export function globalMaxPool(x: tf.Tensor4D | tf.Tensor3D): tf.Tensor2D {
  return reduceMax(x, x.rank === 4 ? [1, 2] : [1]);
}

/** Where the cells of an adaptive pool begin and end: \`[⌊i·n/cells⌋, ⌈(i+1)·n/cells⌉)\`. */
function cellsOf(size: number, cells: number): Pair[] {
  return Array.from({ length: cells }, (_, i) => [Math.floor((i * size) / cells), Math.ceil(((i + 1) * size) / cells)]);
}

/** The mean of as many cells as the output has. */
export function adaptiveAvgPool(x: tf.Tensor4D, output: Size): tf.Tensor4D {
  const averaging = (size: number, cells: number): number[][] =>
    cellsOf(size, cells).map(([start, end]) =>
      Array.from({ length: size }, (_, at) => (at >= start && at < end ? 1 / (end - start) : 0)),
    );
  const [, height, width] = x.shape;
  return alongAxis(alongAxis(x, averaging(height, pair(output)[0]), 1), averaging(width, pair(output)[1]), 2);
}

/** The maximum of as many cells as the output has. */
export function adaptiveMaxPool(x: tf.Tensor4D, output: Size): tf.Tensor4D {
  const maxima = (x: tf.Tensor4D, axis: 1 | 2, cells: number): tf.Tensor4D =>
    tf.concat(
      cellsOf(x.shape[axis], cells).map(
        ([start, end]): tf.Tensor4D => reduceMax(slice(x, axis, start, end), [axis], true),
      ),
      axis,
    );
  return maxima(maxima(x, 2, pair(output)[1]), 1, pair(output)[0]);
}
`,
  'resampling.ts': `/** Enlargement, and products along one axis. */
import * as tf from '@tensorflow/tfjs-core';
import { pair, type Size } from './window.js';

/** Enlarges by whole factors; half-pixel centres. */
export function upsample(
  x: tf.Tensor4D,
  { scale, method }: { readonly scale: Size; readonly method: 'nearest' | 'bilinear' },
): tf.Tensor4D {
  const [, height, width] = x.shape;
  return resize(x, [height * pair(scale)[0], width * pair(scale)[1]], { method });
}

/** Height and width as given; by the centres of positions unless the corners are to stay where they are. */
export function resize(
  x: tf.Tensor4D,
  size: Size,
  {
    method = 'nearest',
    alignCorners = false,
  }: { readonly method?: 'nearest' | 'bilinear'; readonly alignCorners?: boolean } = {},
): tf.Tensor4D {
  const matrix = (from: number, to: number): number[][] =>
    method === 'nearest' ? repetition(from, to) : interpolation(from, to, alignCorners);
  const [, height, width] = x.shape;
  return alongAxis(alongAxis(x, matrix(height, pair(size)[0]), 1), matrix(width, pair(size)[1]), 2);
}

function repetition(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, at) =>
    Array.from({ length: from }, (_, each) => (Math.floor((at * from) / to) === each ? 1 : 0)),
  );
}

function interpolation(size: number, to: number, alignCorners: boolean): number[][] {
  return Array.from({ length: to }, (_, at) => {
    const row = new Array<number>(size).fill(0);
    const aligned = to === 1 ? 0 : (at * (size - 1)) / (to - 1);
    const centred = Math.min(size - 1, Math.max(0, ((at + 0.5) * size) / to - 0.5));
    const centre = alignCorners ? aligned : centred;
    const left = Math.floor(centre);
    row[left]! += 1 - (centre - left);
    row[Math.min(size - 1, left + 1)]! += centre - left;
    return row;
  });
}

/**
 * Multiplies one axis of a tensor of rank 4 by a constant matrix \`[to, from]\`. A product, because TensorFlow.js has wrong
 * gradients for resizing.
 */
export function alongAxis(x: tf.Tensor4D, matrix: number[][], axis: number): tf.Tensor4D {
  const last = x.shape.map((_, i) => (i === axis ? 3 : i === 3 ? axis : i));
  const moved = tf.transpose(x, last);
  const rows: tf.Tensor2D = tf.reshape(moved, [-1, x.shape[axis]!]);
  const product = tf.matMul(rows, tf.tensor2d(matrix), false, true);
  const [a, b, c] = moved.shape;
  return tf.transpose(tf.reshape(product, [a, b, c, matrix.length]), last);
}
`,
  'sequence.ts': `/** Convolutions and pools along sequences, \`[N, L, C]\`: those of images, on one row. */
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

/** What layers along sequences take; without \`bias\` nothing is added. */
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

/** Convolution along a sequence. Kernel \`[length, in / groups, out]\`. */
export function conv1d(
  x: tf.Tensor3D,
  weights: SequenceWeights,
  options: SequenceOptions & { readonly groups?: number } = {},
): tf.Tensor3D {
  return onRow(x, (image) => conv2d(image, rowWeights(weights), { ...ofRow(options), groups: options.groups ?? 1 }));
}

/** Convolution of each channel of a sequence by itself. Kernel \`[length, in, multiplier]\`. */
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
`,
  'source.ts': `/** Tensors that are the same for every example: their batch is 1, which broadcasts. */
import * as tf from '@tensorflow/tfjs-core';
import type { Learned } from './weights.js';

/** \`[1, …shape]\` */
export function learned<T extends tf.Tensor>({ value }: Learned): T {
  return tf.reshape(value, [1, ...value.shape]) as tf.Tensor as T;
}

/** \`[1, …shape]\` */
export function constant<T extends tf.Tensor>(values: readonly number[], shape: readonly number[]): T {
  return tf.tensor([...values], [1, ...shape]) as T;
}

/** Joins along an axis, counted with the batch, tensors of which some are the same for every example. */
export function concat<T extends tf.Tensor>(tensors: readonly T[], axis: number): T {
  const batch = Math.max(...tensors.map(({ shape }) => shape[0]!));
  const repeated = tensors.map((x) =>
    x.shape[0] === batch ? x : tf.mul<T>(x, tf.ones([batch, ...x.shape.slice(1).map(() => 1)])),
  );
  return tf.concat([...repeated], axis);
}
`,
  'weights.ts': `/** Typed weights, the table that describes them, and the tree in which a model takes them. */
import type * as tf from '@tensorflow/tfjs-core';

type Shape = readonly number[];
interface Ranks {
  readonly 0: tf.Scalar;
  readonly 1: tf.Tensor1D;
  readonly 2: tf.Tensor2D;
  readonly 3: tf.Tensor3D;
  readonly 4: tf.Tensor4D;
}
type TensorOf<S extends Shape> = S['length'] extends keyof Ranks ? Ranks[S['length']] : tf.Tensor;
type Last<S extends Shape> = S extends readonly [...Shape, infer L extends number] ? L : number;

/** A tensor or variable whose shape is known to the type checker. */
export type Weight<S extends Shape> = TensorOf<S> & { readonly shape: S };

/** \`N\` times \`T\`, as a tuple. */
export type Repeat<T, N extends number, Result extends readonly T[] = readonly []> = Result['length'] extends N
  ? Result
  : Repeat<T, N, readonly [...Result, T]>;

type Drop<
  L extends readonly unknown[],
  N extends number,
  Dropped extends readonly unknown[] = [],
> = Dropped['length'] extends N
  ? L
  : L extends readonly [unknown, ...infer Rest]
    ? Drop<Rest, N, readonly [...Dropped, unknown]>
    : L;

type Take<
  L extends readonly unknown[],
  N extends number,
  Taken extends readonly unknown[] = [],
> = Taken['length'] extends N
  ? Taken
  : L extends readonly [infer First, ...infer Rest]
    ? Take<Rest, N, readonly [...Taken, First]>
    : Taken;

/** The elements of a list of weights from place \`start\` on, each with its own type. */
export function from<L extends readonly unknown[], const Start extends number>(list: L, start: Start): Drop<L, Start> {
  return list.slice(start) as readonly unknown[] as Drop<L, Start>;
}

/** The elements from place \`start\` up to but without \`end\`. */
export function between<L extends readonly unknown[], const Start extends number, const End extends number>(
  list: L,
  start: Start,
  end: End,
): Drop<Take<L, End>, Start> {
  return list.slice(start, end) as readonly unknown[] as Drop<Take<L, End>, Start>;
}

/** A convolution or dense layer without bias. Kernels are \`[height, width, in / groups, out]\` or \`[in, out]\`. */
export interface Kernel<S extends Shape> {
  readonly kernel: Weight<S>;
}

export interface KernelAndBias<S extends Shape, Channels extends number = Last<S>> extends Kernel<S> {
  readonly bias: Weight<[Channels]>;
}

/** The rows that whole numbers stand for, \`[vocabulary, width]\`. */
export interface Embedding<S extends Shape> {
  readonly table: Weight<S>;
}

/** A factor a channel. */
export interface Scale<Channels extends number = number> {
  readonly gamma: Weight<[Channels]>;
}

/** An offset a channel. */
export interface Offset<Channels extends number = number> {
  readonly beta: Weight<[Channels]>;
}

export interface ScaleAndOffset<Channels extends number = number> extends Scale<Channels>, Offset<Channels> {}

/** What batch normalisation uses outside of training. */
export interface RunningStatistics<Channels extends number = number> {
  readonly movingMean: Weight<[Channels]>;
  readonly movingVariance: Weight<[Channels]>;
}

export interface BatchNorm<Channels extends number = number>
  extends ScaleAndOffset<Channels>,
    RunningStatistics<Channels> {}

/** A slope below zero a channel. */
export interface Slopes<Channels extends number = number> {
  readonly alpha: Weight<[Channels]>;
}

/** A tensor that the model states itself. */
export interface Learned<S extends Shape = Shape> {
  readonly value: Weight<S>;
}

type Fanned = \`\${'he' | 'lecun'}_\${'uniform' | 'normal'}\`;

/** How a weight starts. */
export type Initializer =
  | 'zeros'
  | 'ones'
  | \`glorot_\${'uniform' | 'normal'}\`
  | Fanned
  | \`\${Fanned}(fan_out)\`
  | \`\${'normal' | 'truncated_normal' | 'uniform' | 'constant'}(\${number})\`;

export interface WeightSpec {
  /** The key in checkpoints: \`local/Residual[2]/conv2d/kernel\`. */
  readonly path: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** False for the running statistics of batch normalisation. */
  readonly trainable: boolean;
}

/**
 * Shapes by weight name for every layer that a path stands for; \`conv[1..3]\` is short for three paths. Last, how the
 * kernel starts, or each weight by name, where that is not \`glorot_uniform\` for a kernel, \`ones\` for scales and \`zeros\`
 * for the rest.
 */
export type WeightRow = readonly [
  path: string,
  shapes: Readonly<Record<string, Shape>>,
  initializers?: Initializer | Readonly<Record<string, Initializer>>,
];

/** Writes out the rows of a weight table, one entry a tensor. */
export function weightTable(rows: readonly WeightRow[]): readonly WeightSpec[] {
  const table: WeightSpec[] = [];
  for (const [pattern, shapes, initializers = {}] of rows) {
    const given: Readonly<Record<string, Initializer>> =
      typeof initializers === 'string' ? { kernel: initializers } : initializers;
    for (const layer of spellOut(pattern)) {
      for (const [name, shape] of Object.entries(shapes)) {
        const ones = name === 'gamma' || name === 'moving_variance';
        const initializer = given[name] ?? (name === 'kernel' ? 'glorot_uniform' : ones ? 'ones' : 'zeros');
        table.push({ path: \`\${layer}/\${name}\`, shape, initializer, trainable: !name.startsWith('moving_') });
      }
    }
  }
  return table;
}

function spellOut(pattern: string): string[] {
  const range = /^(.*?)\\[(\\d+)\\.\\.(\\d+)\\](.*)$/.exec(pattern);
  if (!range) return [pattern];
  const [, before, first, last, after] = range as unknown as [string, string, string, string, string];
  const count = Number(last) - Number(first) + 1;
  return Array.from({ length: count }, (_, i) => spellOut(\`\${before}[\${Number(first) + i}]\${after}\`)).flat();
}

/**
 * Hangs tensors into the tree of weights that a model takes: \`local/Residual[2]/conv2d/kernel\` becomes
 * \`weights.local.residual[2].conv2d.kernel\`.
 *
 * @param shared layers that use the weights of another, by path
 * @throws when a tensor is missing or has another shape than the table says
 */
export function bindWeights<Weights>(
  table: readonly WeightSpec[],
  tensors: ReadonlyMap<string, tf.Tensor> | Readonly<Record<string, tf.Tensor>>,
  shared: Readonly<Record<string, string>> = {},
): Weights {
  interface Tree {
    [key: string]: Tree | tf.Tensor;
  }
  const tree: Tree = {};
  const places = table.map(({ path, shape }) => ({ path, shape, from: path }));
  for (const [layer, owner] of Object.entries(shared)) {
    for (const { path, shape } of table) {
      const slash = path.lastIndexOf('/');
      if (path.slice(0, slash) === owner) places.push({ path: layer + path.slice(slash), shape, from: path });
    }
  }
  const keys = keysOfNames(places.map(({ path }) => path));
  for (const { path, shape, from } of places) {
    const tensor = tensors instanceof Map ? tensors.get(from) : (tensors as Record<string, tf.Tensor>)[from];
    if (!tensor) throw new Error(\`no tensor for \${from}\`);
    if (tensor.shape.join() !== shape.join()) {
      throw new Error(\`\${path} should be [\${shape.join(', ')}] and not [\${tensor.shape.join(', ')}]\`);
    }
    const steps = path.split('/').flatMap((segment, depth, segments) => {
      const [name, index] = segment.split(/[[\\]]/) as [string, string?];
      const key = keys.get([...segments.slice(0, depth), name].join('/'))!;
      return key.list ? [key.name, index ?? '0'] : [key.name];
    });
    let at = tree;
    for (const [depth, step] of steps.slice(0, -1).entries()) {
      at[step] ??= (/^\\d/.test(steps[depth + 1]!) ? [] : {}) as Tree;
      at = at[step] as Tree;
    }
    at[steps.at(-1)!] = tensor;
  }
  return tree as Weights;
}

/** The property for each name of a path, by \`parent/name\`; a list where the name has more than one index. */
function keysOfNames(paths: readonly string[]): Map<string, { name: string; list: boolean }> {
  const indexes = new Map<string, Set<string>>();
  const namesByKey = new Map<string, Set<string>>();
  for (const path of paths) {
    const segments = path.split('/');
    for (const [depth, segment] of segments.entries()) {
      const parent = segments.slice(0, depth).join('/');
      const [name, index] = segment.split(/[[\\]]/) as [string, string?];
      const full = depth > 0 ? \`\${parent}/\${name}\` : name;
      indexes.set(full, (indexes.get(full) ?? new Set()).add(index ?? ''));
      const key = \`\${parent}/\${camelCase(name)}\`;
      namesByKey.set(key, (namesByKey.get(key) ?? new Set()).add(name));
    }
  }
  const keys = new Map<string, { name: string; list: boolean }>();
  for (const [full, found] of indexes) {
    const [parent, name] = [full.slice(0, Math.max(0, full.lastIndexOf('/'))), full.slice(full.lastIndexOf('/') + 1)];
    const alone = namesByKey.get(\`\${parent}/\${camelCase(name)}\`)!.size === 1;
    keys.set(full, { name: alone ? camelCase(name) : name, list: found.size > 1 || !found.has('') });
  }
  return keys;
}

/** \`group_norm\` and \`GroupNorm\` become \`groupNorm\`, \`DRDB\` becomes \`drdb\`. */
function camelCase(name: string): string {
  const joined = name.replace(/_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
  return joined.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());
}
`,
  'window.ts': `/** Sliding windows over \`[N, H, W, C]\`, for convolutions and pools. */
import * as tf from '@tensorflow/tfjs-core';

export type Pair = readonly [height: number, width: number];
export type Size = number | Pair;
export type Pads = readonly [Pair, Pair];
/**
 * \`same\` and \`valid\` as TensorFlow has them; \`half\` of what the kernel covers on every side; as many zeros on every side;
 * or \`[[top, bottom], [left, right]]\`.
 */
export type Padding = 'same' | 'valid' | 'half' | number | Pads;

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

export const pair = (size: Size): Pair => (typeof size === 'number' ? [size, size] : size);
export const isOne = (size: Pair): boolean => size[0] === 1 && size[1] === 1;
export const mutable = (size: Pair): [number, number] => [size[0], size[1]];
export const reach = (window: Window, axis: 0 | 1): number => (window.kernel[axis] - 1) * window.dilation[axis] + 1;

/** The zeros before and after each spatial axis of \`[N, H, W, C]\`. */
export function padsOf(padding: Padding, x: tf.Tensor4D, window: Window): Pads {
  if (padding === 'valid')
    return [
      [0, 0],
      [0, 0],
    ];
  if (typeof padding === 'number')
    return [
      [padding, padding],
      [padding, padding],
    ];
  if (typeof padding !== 'string') return padding;
  const along = (axis: 0 | 1): Pair => {
    const half = (reach(window, axis) - 1) / 2;
    if (padding === 'half') return [half, half];
    const [size, stride] = [x.shape[axis + 1]!, window.stride[axis]];
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach(window, axis) - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return [along(0), along(1)];
}

export function padSpatially(x: tf.Tensor4D, [rows, columns]: Pads, value = 0): tf.Tensor4D {
  if (![...rows, ...columns].some((size) => size > 0)) return x;
  return tf.pad(x, [[0, 0], mutable(rows), mutable(columns), [0, 0]], value);
}

/** Every \`stride\`-th row and column. */
export function subsample(x: tf.Tensor4D, stride: Pair): tf.Tensor4D {
  return isOne(stride) ? x : tf.maxPool(x, 1, mutable(stride), 'valid');
}

/** Runs a convolution on what remains once the padding is \`same\` or \`valid\`, which is all that gradients allow. */
export function withPadding<T>(
  x: tf.Tensor4D,
  window: Window,
  padding: Padding,
  run: (x: tf.Tensor4D, padding: 'same' | 'valid') => T,
): T {
  return padding === 'same' || padding === 'valid'
    ? run(x, padding)
    : run(padSpatially(x, padsOf(padding, x, window)), 'valid');
}
`,
};
