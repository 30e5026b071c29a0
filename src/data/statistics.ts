/** Figures about a set of images, for reports and for choosing a normalisation. */
import type { ImageIndex } from './image-folder.ts';
import { type PixelRows, RowReader } from './pixel-rows.ts';

export interface ClassCount {
  readonly name: string;
  readonly images: number;
  /** Of all images counted, in [0, 1]. */
  readonly share: number;
}

export interface ClassBalance {
  readonly total: number;
  readonly classes: readonly ClassCount[];
  /** The largest class's images over the smallest's: 1 is balanced; infinite when a class has none. */
  readonly imbalance: number;
  /** The accuracy of always naming the largest class: what a model must beat. */
  readonly baseline: number;
}

/** Counts the images of each class, among `examples` or all. */
export function classBalance(index: ImageIndex, examples?: readonly number[]): ClassBalance {
  const counts = index.classes.map(() => 0);
  const chosen = examples?.map((at) => index.examples[at]!) ?? index.examples;
  for (const { label } of chosen) counts[label]! += 1;
  const total = chosen.length;
  const largest = Math.max(0, ...counts);
  const share = (images: number) => (total === 0 ? 0 : images / total);
  return {
    total,
    classes: index.classes.map((name, label) => ({ name, images: counts[label]!, share: share(counts[label]!) })),
    imbalance: total === 0 ? 1 : largest / Math.min(...counts),
    baseline: share(largest),
  };
}

export interface ChannelStatistics {
  /** Per channel, on the scale where black is 0 and white is 1. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Mean and standard deviation of each channel over all pixels of `examples`. */
export function channelStatistics(rows: PixelRows, examples: readonly number[]): ChannelStatistics {
  const { channels } = rows.shape;
  const reader = new RowReader(rows);
  // Sums of bytes and of their squares are integers far below 2⁵³: exact in any order.
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  let pixels = 0;
  for (const example of examples) {
    const image = reader.row(example);
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      let square = 0;
      for (let at = channel; at < image.length; at += channels) {
        sum += image[at]!;
        square += image[at]! * image[at]!;
      }
      sums[channel]! += sum;
      squares[channel]! += square;
    }
    pixels += image.length / channels;
  }
  reader.close();
  const mean = sums.map((sum) => sum / pixels);
  const deviation = squares.map((square, channel) => Math.sqrt(Math.max(0, square / pixels - mean[channel]! ** 2)));
  return { mean: mean.map((value) => value / 255), deviation: deviation.map((value) => value / 255) };
}
