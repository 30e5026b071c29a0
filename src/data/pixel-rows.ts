/** Decoded images as rows of bytes, in memory that all threads share or in a file that each thread reads. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ImageShape } from './augmentation.ts';

/** [count, H, W, C] bytes; plain data that can be sent to a worker thread. */
export type PixelRows =
  | { readonly kind: 'memory'; readonly shape: ImageShape; readonly count: number; readonly buffer: SharedArrayBuffer }
  | { readonly kind: 'file'; readonly shape: ImageShape; readonly count: number; readonly path: string };

/** Sets up to this size are held in memory. */
export const MEMORY_LIMIT = 1 << 30;

export function bytesPerImage({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}

/** The rows of a cache file, read into shared memory if they take no more than `limit` bytes. */
export function loadRows(path: string, shape: ImageShape, count: number, limit = MEMORY_LIMIT): PixelRows {
  const size = count * bytesPerImage(shape);
  if (size > limit) return { kind: 'file', shape, count, path };
  const buffer = new SharedArrayBuffer(size);
  const descriptor = openSync(path, 'r');
  try {
    // One read is limited to 2 GiB by the system, and may return less than was asked for.
    for (let at = 0; at < size; ) {
      const read = readSync(descriptor, new Uint8Array(buffer, at, Math.min(size - at, 1 << 28)), { position: at });
      if (read === 0) throw new Error(`'${path}' ends after ${at} of ${size} bytes`);
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return { kind: 'memory', shape, count, buffer };
}

/** Rows given as bytes [count, H, W, C], for small sets that never were files. */
export function rowsInMemory(pixels: Uint8Array, shape: ImageShape): PixelRows {
  const buffer = new SharedArrayBuffer(pixels.length);
  new Uint8Array(buffer).set(pixels);
  return { kind: 'memory', shape, count: pixels.length / bytesPerImage(shape), buffer };
}

/** Reads rows one at a time. */
export class RowReader {
  readonly #size: number;
  readonly #memory: Uint8Array;
  #descriptor: number | undefined;

  constructor(readonly rows: PixelRows) {
    this.#size = bytesPerImage(rows.shape);
    if (rows.kind === 'memory') {
      this.#memory = new Uint8Array(rows.buffer);
      return;
    }
    this.#memory = new Uint8Array(this.#size);
    this.#descriptor = openSync(rows.path, 'r');
    const { size } = fstatSync(this.#descriptor);
    if (size !== rows.count * this.#size) throw new Error(`'${rows.path}' has ${size} bytes, not ${rows.count} images`);
  }

  /** One image's bytes [H, W, C]; valid until the next call. */
  row(at: number): Uint8Array {
    if (at < 0 || at >= this.rows.count) throw new RangeError(`image ${at} of ${this.rows.count}`);
    if (this.rows.kind === 'memory') return this.#memory.subarray(at * this.#size, (at + 1) * this.#size);
    if (this.#descriptor === undefined) throw new Error('the image cache was closed');
    for (let done = 0; done < this.#size; ) {
      const position = at * this.#size + done;
      const read = readSync(this.#descriptor, this.#memory, done, this.#size - done, position);
      if (read === 0) throw new Error(`the image cache ended inside image ${at}`);
      done += read;
    }
    return this.#memory;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
