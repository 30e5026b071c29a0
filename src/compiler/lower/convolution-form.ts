/**
 * Which form a convolution and its gradients take: a pure function of sizes, from measurements on the CPU provider of
 * onnxruntime (docs/performance.md). The default forms work image by image; columns take the batch as one matrix.
 */
import type { Pair, Window } from '../ops/kind.ts';

/** Forms that can be left out, to measure what they give. */
export const convolutionForms = ['columns', 'stacked-rows', 'few-channels', 'channel-blocks'] as const;
export type ConvolutionForm = (typeof convolutionForms)[number];

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

/** Windows that fill the registers of a matrix product; with fewer in an image, most of each product is idle. */
const FULL_ROW = 16;
/**
 * The sum over images reads and writes a whole filter for each. Making columns costs as much when there are a quarter
 * as many windows in an image as filters.
 */
const WINDOWS_A_FILTER = 1 / 4;
/** Numbers, 64 MB of them: beyond, columns and stacked rows cost more memory than they save time. */
const MOST_NUMBERS = 2 ** 24;
/** The product multiplies the zeros of the padding, too: rows of the padded input for each of the output. */
const MOST_PADDED_ROWS = 1.25;

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
  return windowsOf(sizes) < FULL_ROW;
}

/** Whether the forward pass and the gradient in the input are products with columns. */
export function formsColumns(sizes: ConvolutionSizes): boolean {
  return columnsApply(sizes) && isSmall(sizes);
}

/** Whether the gradient in the filter is. With a stride, looking at the taps costs the same in either form. */
export function sumsByColumns(sizes: ConvolutionSizes): boolean {
  if (!columnsApply(sizes)) return false;
  const strided = sizes.window.stride.some((stride) => stride > 1);
  return strided || windowsOf(sizes) < WINDOWS_A_FILTER * sizes.outputs;
}

/** Whether the gradient in the filter, with a stride of 1 and one group, is one product for each column of the kernel. */
export function stacksRows({ batch, outputs, window, size }: ConvolutionSizes): boolean {
  const [rows, columns] = [0, 1].map((axis) => size[axis]! + window.dilation[axis]! * (window.kernel[axis]! - 1));
  const stacked = batch * outputs * window.kernel[0] * rows! * columns!;
  return window.kernel[0] > 1 && rows! <= MOST_PADDED_ROWS * size[0] && stacked <= MOST_NUMBERS;
}

function columnsApply(sizes: ConvolutionSizes): boolean {
  const { batch, inputs, groups, window } = sizes;
  const columns = batch * windowsOf(sizes) * inputs * window.kernel[0] * window.kernel[1];
  return batch > 1 && groups === 1 && columns <= MOST_NUMBERS;
}

function windowsOf({ size }: ConvolutionSizes): number {
  return size[0] * size[1];
}
