/**
 * Batches to measure a model on, decoded while the engine computes those before: `specc eval` need not wait for a folder
 * of images to be decoded. Images that cannot be decoded are left out and noted.
 */
import { join } from 'node:path';
import type { DataPlan } from '../config/plan.ts';
import { type DecodedAhead, type DecodedBatch, decodeAhead } from '../data/decode-ahead.ts';
import { type CorruptImage, openImages, unreadable, whyNotKept } from '../data/image-cache.ts';
import type { ImageReader } from '../data/image-reader.ts';
import { bytesPerImage } from '../data/pixel-rows.ts';
import type { LabelledBatch, LabelledBatches } from './evaluate.ts';
import { type ChosenImages, shapeOf } from './open-data.ts';

/** An image that cannot be decoded: its file relative to the index's root, and why. */
export type UnreadableImage = Pick<CorruptImage, 'file' | 'reason'>;

export class DecodedBatches implements LabelledBatches {
  readonly batchesPerEpoch: number;
  readonly #images: ChosenImages;
  readonly #size: number;
  readonly #reader: ImageReader;
  readonly #cache: string;
  readonly #ahead: DecodedAhead;
  readonly #readable: number[] = [];
  readonly #unreadable: UnreadableImage[] = [];

  /** Begins to decode at once. */
  static async open(images: ChosenImages, data: DataPlan, batch: number): Promise<DecodedBatches> {
    const { index, examples } = images;
    const all = examples.length === index.examples.length;
    const reader = await openImages(index, { directory: data.cache, shape: shapeOf(data), all });
    return new DecodedBatches(images, data, batch, reader);
  }

  private constructor(images: ChosenImages, data: DataPlan, batch: number, reader: ImageReader) {
    const { examples } = images;
    const shape = shapeOf(data);
    this.batchesPerEpoch = Math.ceil(examples.length / batch);
    this.#images = images;
    this.#size = bytesPerImage(shape);
    this.#reader = reader;
    this.#cache = data.cache;
    this.#ahead = decodeAhead(
      examples.map((example) => join(images.index.root, this.#file(example))),
      { shape, normalisation: data.normalize, batch, read: (at) => reader.pixels(examples[at]!) },
    );
  }

  /** Images that batches were asked for so far, readable or not. */
  get done(): number {
    return this.#readable.length + this.#unreadable.length;
  }

  get total(): number {
    return this.#images.examples.length;
  }

  /** Examples that were decoded, of the batches so far. */
  get readable(): readonly number[] {
    return this.#readable;
  }

  /** And those that cannot be. */
  get unreadable(): readonly UnreadableImage[] {
    return this.#unreadable;
  }

  /**
   * Once only: of one decoding there is one epoch.
   *
   * @throws DataError at the end if no image could be decoded
   */
  async *epoch(): AsyncGenerator<LabelledBatch, void, undefined> {
    let from = 0;
    for await (const decoded of this.#ahead) {
      yield this.#labelled(decoded, from);
      from += decoded.files.length;
    }
    if (this.#readable.length === 0) throw unreadable(this.#images.index, this.#unreadable);
  }

  /** Once closed: why what was decoded is not kept for the next time; undefined if it is, or was not to be. */
  get notKept(): string | undefined {
    return whyNotKept(this.#reader, this.#cache);
  }

  /**
   * Keeps what was decoded for the next time; `notKept` says where it cannot. To be called when no batch is asked for any
   * more.
   */
  async close(): Promise<void> {
    await this.#ahead.close();
    await this.#reader.close().catch(() => {});
  }

  /** The readable images moved to the front, in their order. */
  #labelled({ images, errors }: DecodedBatch, from: number): LabelledBatch {
    const found: number[] = [];
    for (const [at, reason] of errors.entries()) {
      const example = this.#images.examples[from + at]!;
      if (reason !== undefined) {
        this.#unreadable.push({ file: this.#file(example), reason });
        continue;
      }
      images.copyWithin(found.length * this.#size, at * this.#size, (at + 1) * this.#size);
      found.push(example);
    }
    this.#readable.push(...found);
    const size = images.length / this.#size;
    const indices = Int32Array.from({ length: size }, (_, at) => found[at] ?? -1);
    const labels = indices.map((example) => this.#images.index.examples[example]?.label ?? 0);
    return { images, labels, indices, count: found.length };
  }

  #file(example: number): string {
    return this.#images.index.examples[example]!.file;
  }
}
