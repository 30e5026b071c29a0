/**
 * Decodes a set of images once and keeps the bytes, so that every later run starts at once.
 *
 * In: an index of files. Out: a cache file whose row i is example i. Only files that are new or changed (by path, size
 * and modification time) are decoded; a build that was killed goes on where it stopped. Images that cannot be decoded
 * are reported together, after all others are safe.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImageShape } from './augmentation.ts';
import { type CachedImage, type CacheIndex, checkWritable, digestOf, readCacheIndex } from './cache-files.ts';
import { counted, DataError } from './data-error.ts';
import { decodeImage, decoderIdentity, oneThreadAnImage } from './decode-image.ts';
import type { ImageIndex } from './image-folder.ts';
import { ImageReader } from './image-reader.ts';
import { makeFolder } from './make-folder.ts';
import { bytesPerImage, loadRows, type PixelRows } from './pixel-rows.ts';

export interface CacheOptions {
  /** Where cache files live; created if missing. */
  readonly directory: string;
  readonly shape: ImageShape;
  /** `refuse` throws if any image cannot be decoded, `skip` lists them in `corrupt`. */
  readonly corrupt?: 'refuse' | 'skip';
  /** Images decoded at once; twice the processors unless told, since each waits for the disk in between. */
  readonly parallel?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the build between two images; what was decoded is kept. */
  readonly signal?: AbortSignal;
}

export interface CorruptImage {
  /** Position in `ImageIndex.examples`. */
  readonly example: number;
  readonly file: string;
  readonly reason: string;
}

/** A complete cache. Row i holds example i of the index, zeros where it is corrupt. */
export interface ImageCache {
  readonly path: string;
  readonly shape: ImageShape;
  readonly count: number;
  readonly corrupt: readonly CorruptImage[];
  /** Images that had to be decoded this time; the others were in the cache. */
  readonly decoded: number;
}

/**
 * Opens the cache of these images, decoding what it lacks.
 *
 * @throws DataError if images cannot be decoded (unless skipped) or the cache cannot be written
 */
export async function openImageCache(index: ImageIndex, options: CacheOptions): Promise<ImageCache> {
  prepareDirectory(options.directory);
  const { images, stem, known } = await lookUp(index, options);

  let cache: ImageCache;
  if (known !== undefined && !(await anyRepaired(index, known.images, options.shape))) {
    cache = describe(join(options.directory, known.data), options.shape, known.images, 0);
    options.onProgress?.(images.length, images.length);
  } else {
    cache = await build(index, images, stem, options);
  }
  if (cache.corrupt.length > 0 && options.corrupt !== 'skip') throw unreadable(index, cache.corrupt);
  return cache;
}

/**
 * Images to read one at a time, for whoever need not have them all before the first: those of the cache are not decoded,
 * and the others are kept in it if all are going to be read. A cache that cannot be written is the reader's `writeFailure`.
 */
export async function openImages(
  index: ImageIndex,
  { directory, shape, all }: Pick<CacheOptions, 'directory' | 'shape'> & { readonly all: boolean },
): Promise<ImageReader> {
  const { images, stem, known } = await lookUp(index, { directory, shape });
  const place = { directory, stem, shape };
  if (known !== undefined || !all) return ImageReader.open(index.root, images, place, false);
  try {
    prepareDirectory(directory);
    return await ImageReader.open(index.root, images, place, true);
  } catch (error) {
    return ImageReader.open(index.root, images, place, false, error);
  }
}

/** Why what was decoded of an index is not kept, of a reader that was closed; undefined if it is, or was not to be. */
export function whyNotKept(reader: ImageReader, directory: string): string | undefined {
  const { writeFailure: failure } = reader;
  if (failure === undefined) return undefined;
  const reason = (failure as NodeJS.ErrnoException).code ?? (failure as Error).message;
  return failure instanceof DataError ? failure.message : unwritable(directory, reason, reader.bytes).message;
}

/** What the files are now, and the complete cache of just these, if there is one. */
async function lookUp(
  index: ImageIndex,
  options: CacheOptions,
): Promise<{ images: CachedImage[]; stem: string; known: CacheIndex | undefined }> {
  const images = await identify(index, options);
  const stem = stemOf(index, options.shape);
  const found = readCacheIndex(options.directory, stem, bytesPerImage(options.shape));
  const known = found !== undefined && digestOf(found.images) === digestOf(images) ? found : undefined;
  return { images, stem, known };
}

/** The cache's rows, in memory shared by all threads if they are not too large for it. */
export function readCache(cache: ImageCache, memoryLimit?: number): PixelRows {
  return loadRows(cache.path, cache.shape, cache.count, memoryLimit);
}

async function build(
  index: ImageIndex,
  images: CachedImage[],
  stem: string,
  { directory, shape, onProgress, signal, parallel }: CacheOptions,
): Promise<ImageCache> {
  const reader = await ImageReader.open(index.root, images, { directory, stem, shape }, true);
  const release = oneThreadAnImage();
  let done = 0;
  const one = async (row: number): Promise<void> => {
    signal?.throwIfAborted();
    await reader.pixels(row).catch(() => {}); // noted in `images`, and reported with the others
    if (reader.writeFailure !== undefined) throw reader.writeFailure;
    done += 1;
    onProgress?.(done, images.length);
  };
  try {
    await inParallel(images.length, parallel ?? 2 * availableParallelism(), one);
    const path = await reader.close();
    return describe(path!, shape, images, reader.decoded);
  } catch (error) {
    await reader.close().catch(() => {});
    throw notWritten(error, directory, images.length * bytesPerImage(shape));
  } finally {
    release();
  }
}

/** Runs `task` for 0 … count − 1, `width` at a time. After a failure no further task starts. */
async function inParallel(count: number, width: number, task: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const at = next++;
      try {
        await task(at);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(width, count) }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function identify(index: ImageIndex, { parallel }: CacheOptions): Promise<CachedImage[]> {
  const images = new Array<CachedImage>(index.examples.length);
  await inParallel(images.length, parallel ?? 16, async (at) => {
    const { file } = index.examples[at]!;
    // A file that vanished or cannot be looked at is left to the decoder, which says why.
    const { size, mtimeMs } = await stat(join(index.root, file)).catch(() => ({ size: -1, mtimeMs: 0 }));
    images[at] = { file, size, mtime: mtimeMs };
  });
  return images;
}

/** Whether an image that failed before decodes now, as after a change of permissions, which leaves its time alone. */
async function anyRepaired(index: ImageIndex, images: readonly CachedImage[], shape: ImageShape): Promise<boolean> {
  for (const { file, error } of images) {
    if (error === undefined) continue;
    const works = await decodeImage(join(index.root, file), shape).then(
      () => true,
      () => false,
    );
    if (works) return true;
  }
  return false;
}

/** The cache's name: the same for the same folder, classes, size and decoder. */
function stemOf(index: ImageIndex, { height, width, channels }: ImageShape): string {
  const identity = JSON.stringify([resolve(index.root), index.classes, decoderIdentity()]);
  return `images-${height}x${width}x${channels}-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
}

function describe(path: string, shape: ImageShape, images: readonly CachedImage[], decoded: number): ImageCache {
  const corrupt = images.flatMap(({ file, error }, example) =>
    error === undefined ? [] : [{ example, file, reason: error }],
  );
  return { path, shape, count: images.length, corrupt, decoded };
}

function prepareDirectory(directory: string): void {
  try {
    makeFolder(directory);
    checkWritable(directory);
  } catch (error) {
    throw unwritable(directory, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
  }
}

const REASONS: { readonly [code: string]: string | undefined } = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'there is a file in its place',
};

function unwritable(directory: string, reason: string, bytes?: number): DataError {
  const size = bytes === undefined ? '' : `; it needs ${Math.ceil(bytes / 1e6)} MB`;
  return new DataError(
    'cache-unwritable',
    `cannot write decoded images to '${directory}' (${REASONS[reason] ?? reason})${size}`,
    'name another cache folder, or make room in this one',
  );
}

/** What `error` means if it is one of the disk, such as being full; else `error`. */
function notWritten(error: unknown, directory: string, bytes: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? unwritable(directory, code, bytes) : error;
}

/** @param corrupt at least one */
export function unreadable(index: ImageIndex, corrupt: readonly Pick<CorruptImage, 'file' | 'reason'>[]): DataError {
  const shown = corrupt.slice(0, 10).map(({ file, reason }) => `\n  ${file}: ${reason}`);
  const more = corrupt.length > shown.length ? `\n  … and ${corrupt.length - shown.length} more` : '';
  return new DataError(
    'images-unreadable',
    `${counted(corrupt.length, 'image')} of ${index.examples.length} in '${index.root}' cannot be decoded:${shown.join('')}${more}`,
    'replace or remove them; all others are decoded and kept for the next time',
  );
}
