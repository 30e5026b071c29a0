/**
 * Images one at a time, in any order: copied from a cache where it has them, else decoded, and kept for the next time.
 *
 * In: an index's files and where their cache is. Out: bytes, and once every image was read, a complete cache. What was
 * decoded before an early end stays, as of a build that was killed.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import type { ImageShape } from './augmentation.ts';
import { CacheBuild, type CachedImage, imageKey, type RowSource, reusableRows, SourceReader } from './cache-files.ts';
import { decodeImage, whyNotDecoded } from './decode-image.ts';
import { bytesPerImage } from './pixel-rows.ts';

export interface CachePlace {
  readonly directory: string;
  /** What the names of the cache's files begin with. */
  readonly stem: string;
  readonly shape: ImageShape;
}

export class ImageReader {
  readonly #root: string;
  readonly #images: CachedImage[];
  readonly #shape: ImageShape;
  readonly #sources: ReadonlyMap<string, RowSource>;
  readonly #reader = new SourceReader();
  readonly #seen = new Set<number>();
  #cache: CacheBuild | undefined;
  #decoded = 0;
  #writeFailure: unknown;

  /**
   * @param images row i of the cache; why one cannot be decoded is added as it is found
   * @param keep whether what is read is written to the cache
   * @param writeFailure why it is not, if it should be
   */
  static async open(
    root: string,
    images: CachedImage[],
    place: CachePlace,
    keep: boolean,
    writeFailure?: unknown,
  ): Promise<ImageReader> {
    const { directory, stem, shape } = place;
    const sources = reusableRows(directory, stem, bytesPerImage(shape));
    const cache = keep ? await CacheBuild.start(directory, stem, bytesPerImage(shape)) : undefined;
    sharp.cache(false);
    return new ImageReader(root, images, shape, sources, cache, writeFailure);
  }

  private constructor(
    root: string,
    images: CachedImage[],
    shape: ImageShape,
    sources: ReadonlyMap<string, RowSource>,
    cache: CacheBuild | undefined,
    writeFailure: unknown,
  ) {
    this.#root = root;
    this.#images = images;
    this.#shape = shape;
    this.#sources = sources;
    this.#cache = cache;
    this.#writeFailure = writeFailure;
  }

  /** Images that had to be decoded. */
  get decoded(): number {
    return this.#decoded;
  }

  /** Of all images, as the cache holds them. */
  get bytes(): number {
    return this.#images.length * bytesPerImage(this.#shape);
  }

  /** Why nothing more is kept, if the cache could not be written. */
  get writeFailure(): unknown {
    return this.#writeFailure;
  }

  /**
   * Image `row` as `[H, W, C]` bytes.
   *
   * @throws what the decoder says of an image that it cannot decode
   */
  async pixels(row: number): Promise<Uint8Array> {
    const image = this.#images[row]!;
    const pixels = (await this.#copied(image)) ?? (await this.#decode(row, image));
    await this.#keep(row, image, pixels);
    return pixels;
  }

  /**
   * The complete cache's path, if what was read is kept and every image was; to be called after the last `pixels` has
   * ended.
   *
   * @throws if the cache cannot be written
   */
  async close(): Promise<string | undefined> {
    try {
      if (this.#cache === undefined) return undefined;
      if (this.#seen.size === this.#images.length) return await this.#cache.finish(this.#images);
      await this.#cache.abandon();
      return undefined;
    } catch (error) {
      this.#writeFailure ??= error;
      throw error;
    } finally {
      await this.#reader.close();
    }
  }

  async #copied(image: CachedImage): Promise<Uint8Array | undefined> {
    const source = this.#sources.get(imageKey(image));
    if (source === undefined) return undefined;
    const copied = new Uint8Array(bytesPerImage(this.#shape));
    return (await this.#reader.read(source, copied)) ? copied : undefined;
  }

  async #decode(row: number, image: CachedImage): Promise<Uint8Array> {
    const path = join(this.#root, image.file);
    try {
      const pixels = await decodeImage(path, this.#shape);
      this.#decoded += 1;
      return pixels;
    } catch (error) {
      this.#images[row] = { ...image, error: whyNotDecoded(path, error) };
      this.#seen.add(row);
      throw error;
    }
  }

  async #keep(row: number, image: CachedImage, pixels: Uint8Array): Promise<void> {
    const cache = this.#cache;
    if (cache === undefined) return;
    try {
      await cache.write(row, image, pixels);
      this.#seen.add(row);
    } catch (error) {
      // the image is there all the same
      this.#writeFailure ??= error;
      this.#cache = undefined;
      await cache.abandon();
    }
  }
}
