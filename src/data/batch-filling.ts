/** Fills one batch from decoded images: the part of batching that runs in worker threads. */
import {
  type Augmentation,
  augmentImage,
  drawDistortion,
  type Normalisation,
  normalisationMap,
  normaliseImage,
} from './augmentation.ts';
import { bytesPerImage, type PixelRows, RowReader } from './pixel-rows.ts';

/** What a worker is given once. */
export interface FillerSetup {
  readonly rows: PixelRows;
  readonly normalisation: Normalisation;
  /** Undefined: images are only normalised. */
  readonly augmentation: { readonly options: Augmentation; readonly seed: number } | undefined;
  /** Each row's name, which seeds its distortions; needed with `augmentation`. */
  readonly names: readonly string[];
}

/** One batch to fill. */
export interface FillRequest {
  readonly id: number;
  readonly epoch: number;
  /** [N] rows, −1 for padding. */
  readonly indices: Int32Array;
  /** A buffer to write to, of the right size; a new one is made without it. */
  readonly buffer: ArrayBuffer | undefined;
}

export type FillReply =
  | { readonly id: number; readonly images: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly error: unknown };

export class BatchFiller {
  readonly #reader: RowReader;

  constructor(readonly setup: FillerSetup) {
    this.#reader = new RowReader(setup.rows);
  }

  /** The batch's images [N, H, W, C], normalised; padding is zero. */
  fill({ epoch, indices, buffer }: FillRequest): Float32Array<ArrayBuffer> {
    const { rows, normalisation, augmentation, names } = this.setup;
    const map = normalisationMap(normalisation, rows.shape.channels);
    const size = bytesPerImage(rows.shape);
    const images = buffer === undefined ? new Float32Array(indices.length * size) : new Float32Array(buffer);
    for (const [position, index] of indices.entries()) {
      const at = position * size;
      if (index < 0) {
        images.fill(0, at, at + size);
      } else if (augmentation === undefined) {
        normaliseImage(this.#reader.row(index), rows.shape.channels, map, images, at);
      } else {
        const distortion = drawDistortion(augmentation.options, augmentation.seed, names[index] ?? '', epoch);
        augmentImage(this.#reader.row(index), rows.shape, distortion, map, images, at);
      }
    }
    return images;
  }

  close(): void {
    this.#reader.close();
  }
}
