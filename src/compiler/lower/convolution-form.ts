/**
 * Which form a convolution and its gradients take: a pure function of sizes, from measurements on the CPU provider of
 * onnxruntime (docs/performance.md). The default forms work image by image; columns take the batch as one matrix.
 */
import type { Pair, Window } from '../ops/kind.ts';

export interface ConvolutionSizes {
  readonly batch: number;
  /** Channels in and out. */
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly window: Window;
  /** Height and width of the output. */
  readonly size: Pair;
}

/** With so few windows in an image, or fewer, most of a product for one image is idle. */
const FEW_WINDOWS = 16;
/**
 * The sum over images reads and writes a whole filter for each. Making columns costs as much when there are as many
 * windows in an image as filters.
 */
const WINDOWS_A_FILTER = 1;
/** Numbers, 64 MB of them: beyond, columns cost more memory than they save time. */
const MOST_NUMBERS = 2 ** 24;
/** Numbers, 32 MB of them: a larger stack is slower than several of up to half as much for a part of the batch each. */
const MOST_STACKED = 2 ** 23;

/** With fewer channels on one side, most of each product with a tap is idle. */
const FEW_CHANNELS = 16;
/** Looking at all taps of one output costs as much as a convolution does for so many inputs. */
const INPUTS_AN_OUTPUT = 32;

/** Whether the forward pass is one product with all taps of the filter, whose parts are then shifted and added. */
export function shiftsProducts({ inputs, outputs, groups, window }: ConvolutionSizes): boolean {
  return groups === 1 && tapCount(window) > 1 && inputs >= INPUTS_AN_OUTPUT * outputs;
}

/** Whether the gradient in the filter is a product of the gradient with all that the windows of an image see. */
export function seesFewInputs(sizes: ConvolutionSizes): boolean {
  const { batch, inputs, groups, window } = sizes;
  const seen = batch * inputs * tapCount(window) * windowsOf(sizes);
  return groups === 1 && tapCount(window) > 1 && inputs < FEW_CHANNELS && seen <= MOST_NUMBERS && !isSmall(sizes);
}

/** Whether it is a product of the input with all windows of the gradient that reach a position, at a stride of 1. */
export function reachedByFewOutputs(sizes: ConvolutionSizes, input: Pair): boolean {
  const { batch, inputs, outputs, groups, window } = sizes;
  const taps = tapCount(window);
  const fits = groups === 1 && taps > 1 && window.stride.every((stride) => stride === 1) && !isSmall(sizes);
  return (
    fits && outputs < Math.min(inputs, FEW_CHANNELS) && batch * outputs * taps * input[0] * input[1] <= MOST_NUMBERS
  );
}

function tapCount({ kernel }: Window): number {
  return kernel[0] * kernel[1];
}

function isSmall(sizes: ConvolutionSizes): boolean {
  return windowsOf(sizes) <= FEW_WINDOWS;
}

/** Whether the forward pass and the gradient in the input are products with columns. */
export function formsColumns(sizes: ConvolutionSizes): boolean {
  return columnsApply(sizes) && isSmall(sizes);
}

/** Whether the gradient in the filter is. With a stride, looking at the taps costs the same in either form. */
export function sumsByColumns(sizes: ConvolutionSizes): boolean {
  if (!columnsApply(sizes)) return false;
  const strided = sizes.window.stride.some((stride) => stride > 1);
  return strided || windowsOf(sizes) <= WINDOWS_A_FILTER * sizes.outputs;
}

/**
 * How many images at a time have the gradient in the filter as one product for each column of the kernel, with a stride of
 * 1 and one group: a divisor of the batch, or 0 where another form is better.
 */
export function imagesStacked({ batch, outputs, window, size }: ConvolutionSizes): number {
  if (window.kernel[0] === 1) return 0;
  const [before, after] = window.padding[0];
  const rows = size[0] + window.dilation[0] * (window.kernel[0] - 1) - before - after;
  const each = outputs * window.kernel[0] * rows * size[1];
  if (batch * each <= MOST_STACKED) return batch;
  const divisors = Array.from({ length: batch }, (_, at) => batch - at).filter((count) => batch % count === 0);
  return divisors.find((count) => count * each <= MOST_STACKED / 2) ?? (each <= MOST_STACKED ? 1 : 0);
}

function columnsApply(sizes: ConvolutionSizes): boolean {
  const { batch, inputs, groups, window } = sizes;
  const columns = batch * windowsOf(sizes) * inputs * window.kernel[0] * window.kernel[1];
  return batch > 1 && groups === 1 && columns <= MOST_NUMBERS;
}

function windowsOf({ size }: ConvolutionSizes): number {
  return size[0] * size[1];
}
