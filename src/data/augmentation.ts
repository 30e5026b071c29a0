/**
 * The paper's augmentation: horizontal flip, rotation, zoom and contrast, on a canvas that keeps its size.
 *
 * Flip, rotation and zoom are one affine map about the centre, sampled once (bilinear), so that the image is blurred
 * once and not three times. Beyond the border the image is mirrored (`… c b a | a b c … `): black corners would be a
 * cue that no photograph has. What is drawn depends on (seed, image, epoch) alone: not on the batch, the order, the
 * number of workers or the machine.
 */
import { cosSin } from '../shared/portable-math.ts';
import { Random } from '../shared/random.ts';

/** What may be done to a training image; each range is drawn from uniformly. */
export interface Augmentation {
  /** Mirror left and right with probability ½. */
  readonly horizontalFlip: boolean;
  /** Rotate by an angle in [−rotation, rotation], in degrees. */
  readonly rotation: number;
  /** Magnify by a factor in [minimum, maximum]; 1 is the original size. */
  readonly zoom: readonly [number, number];
  /** Scale the distance from each channel's mean by a factor in [minimum, maximum]; 1 is the original contrast. */
  readonly contrast: readonly [number, number];
}

/** Leaves images as they are. */
export const NO_AUGMENTATION: Augmentation = { horizontalFlip: false, rotation: 0, zoom: [1, 1], contrast: [1, 1] };

/**
 * How bytes become the network's numbers: black and white go to the ends of `range`; or, on the scale where black is 0
 * and white is 1, each channel loses its mean and is divided by its standard deviation.
 */
export type Normalisation =
  | { readonly kind: 'scale'; readonly range: readonly [number, number] }
  | { readonly kind: 'standardize'; readonly mean: readonly number[]; readonly deviation: readonly number[] };

/** What was drawn for one image in one epoch. */
export interface Distortion {
  readonly flip: boolean;
  /** Degrees, counter-clockwise as seen. */
  readonly angle: number;
  readonly zoom: number;
  readonly contrast: number;
}

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Draws one image's distortion; the same arguments give the same one anywhere. */
export function drawDistortion(augmentation: Augmentation, seed: number, image: string, epoch: number): Distortion {
  const random = Random.of('augmentation', seed, image, epoch);
  // Always four numbers in one order: switching one transformation off leaves the others as they were.
  const [flip, angle, zoom, contrast] = [random.uniform(), random.uniform(-1, 1), random.uniform(), random.uniform()];
  return {
    flip: augmentation.horizontalFlip && flip < 0.5,
    angle: angle * augmentation.rotation,
    zoom: between(augmentation.zoom, zoom),
    contrast: between(augmentation.contrast, contrast),
  };
}

function between([low, high]: readonly [number, number], unit: number): number {
  return low + (high - low) * unit;
}

/** value · factor + offset, per channel, takes a byte to the network's number. */
export interface LinearMap {
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/** The per-channel linear map of a normalisation, from bytes in [0, 255]. */
export function normalisationMap(normalisation: Normalisation, channels: number): LinearMap {
  const each = (value: (channel: number) => number) => Array.from({ length: channels }, (_, channel) => value(channel));
  switch (normalisation.kind) {
    case 'scale': {
      const [low, high] = normalisation.range;
      return { factor: each(() => (high - low) / 255), offset: each(() => low) };
    }
    case 'standardize': {
      const { mean, deviation } = normalisation;
      return {
        factor: each((channel) => 1 / (255 * (deviation[channel] ?? 1))),
        offset: each((channel) => -(mean[channel] ?? 0) / (deviation[channel] ?? 1)),
      };
    }
  }
}

/** Normalises one image [H, W, C] of bytes into `target` from `offset` on. */
export function normaliseImage(
  pixels: Uint8Array,
  channels: number,
  map: LinearMap,
  target: Float32Array,
  at: number,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const factor = map.factor[channel]!;
    const offset = map.offset[channel]!;
    for (let from = channel; from < pixels.length; from += channels)
      target[at + from] = pixels[from]! * factor + offset;
  }
}

/**
 * Distorts and normalises one image [H, W, C] of bytes into `target` from `at` on. Without any distortion the result
 * equals `normaliseImage` bit for bit.
 */
export function augmentImage(
  pixels: Uint8Array,
  shape: ImageShape,
  distortion: Distortion,
  map: LinearMap,
  target: Float32Array,
  at: number,
): void {
  const straight = distortion.angle === 0 && distortion.zoom === 1 && !distortion.flip;
  if (straight && distortion.contrast === 1) {
    normaliseImage(pixels, shape.channels, map, target, at);
    return;
  }
  if (straight) target.set(pixels, at);
  else warp(pixels, shape, distortion, target, at);
  finish(shape, distortion.contrast, map, target, at);
}

/** Samples the inverse map: for each target pixel, where in the source it comes from. Values stay in [0, 255]. */
function warp(
  pixels: Uint8Array,
  shape: ImageShape,
  { flip, angle, zoom }: Distortion,
  target: Float32Array,
  at: number,
): void {
  const { height, width, channels } = shape;
  const { cos, sin } = cosSin(angle);
  const mirror = flip ? -1 : 1;
  const [xx, xy] = [(mirror * cos) / zoom, (-mirror * sin) / zoom];
  const [yx, yy] = [sin / zoom, cos / zoom];
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  const lastX = width - 1;
  const lastY = height - 1;

  for (let row = 0; row < height; row++) {
    const down = row - centreY;
    for (let column = 0; column < width; column++) {
      const right = column - centreX;
      const x = xx * right + xy * down + centreX;
      const y = yx * right + yy * down + centreY;
      let left = Math.floor(x);
      let top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      let next = left + 1;
      let below = top + 1;
      if (left < 0 || next > lastX) {
        left = mirrored(left, width);
        next = mirrored(next, width);
      }
      if (top < 0 || below > lastY) {
        top = mirrored(top, height);
        below = mirrored(below, height);
      }
      const a = (top * width + left) * channels;
      const b = (top * width + next) * channels;
      const c = (below * width + left) * channels;
      const d = (below * width + next) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const topLeft = pixels[a + channel]!;
        const bottomLeft = pixels[c + channel]!;
        const upper = topLeft + (pixels[b + channel]! - topLeft) * fx;
        const lower = bottomLeft + (pixels[d + channel]! - bottomLeft) * fx;
        target[at++] = upper + (lower - upper) * fy;
      }
    }
  }
}

/** The position that `index` shows when a line of `length` pixels is continued by its mirror images. */
function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const within = ((index % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

/**
 * Scales each channel about its own mean (as `tf.image.adjust_contrast` does), clips to what a byte can hold, and
 * normalises; in place.
 */
function finish(shape: ImageShape, contrast: number, map: LinearMap, target: Float32Array, at: number): void {
  const { height, width, channels } = shape;
  const end = at + height * width * channels;
  const factor = Float64Array.from(map.factor);
  const offset = Float64Array.from(map.offset);
  // One pass over the pixels in their order is faster than one for each channel.
  if (contrast === 1) {
    for (let each = at; each < end; each += channels) {
      for (let channel = 0; channel < channels; channel++) {
        target[each + channel] = target[each + channel]! * factor[channel]! + offset[channel]!;
      }
    }
    return;
  }
  const mean = new Float64Array(channels);
  for (let each = at; each < end; each += channels) {
    for (let channel = 0; channel < channels; channel++) mean[channel]! += target[each + channel]!;
  }
  for (let channel = 0; channel < channels; channel++) mean[channel]! /= height * width;
  for (let each = at; each < end; each += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const value = (target[each + channel]! - mean[channel]!) * contrast + mean[channel]!;
      target[each + channel] = (value < 0 ? 0 : Math.min(value, 255)) * factor[channel]! + offset[channel]!;
    }
  }
}
