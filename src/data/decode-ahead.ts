/**
 * Image files as batches of a network's input, decoded while the caller is busy with those before: for `predict` and `eval`.
 *
 * In: paths. Out: batches in their order, and why a file could not be decoded in place of its pixels.
 */
import { type ImageShape, type Normalisation, normalisationMap, normaliseImage } from './augmentation.ts';
import { decodeImage, oneThreadAnImage, whyNotDecoded } from './decode-image.ts';
import { bytesPerImage } from './pixel-rows.ts';

export interface DecodedBatch {
  /** At most as many as a batch has room for. */
  readonly files: readonly string[];
  /** `[N, H, W, C]`, normalised; zeros in the place of a file that cannot be decoded, and after the last. */
  readonly images: Float32Array<ArrayBuffer>;
  /** Of each file: why it cannot be decoded, if it cannot. */
  readonly errors: readonly (string | undefined)[];
}

export interface DecodeOptions {
  readonly shape: ImageShape;
  readonly normalisation: Normalisation;
  /** N, images a batch. */
  readonly batch: number;
  /** File `at` as `[H, W, C]` bytes; it is decoded unless told. */
  readonly read?: (at: number) => Promise<Uint8Array>;
}

/** Batches that are decoded ahead of the one in use, at least. */
const AHEAD = 2;
/** Bytes that they may take if they are more: while the engine starts, the processor has time for them. */
const ROOM_AHEAD = 1 << 25;

/** Batches to go through once; whoever stops early need not wait for what is ahead. */
export interface DecodedAhead extends AsyncIterable<DecodedBatch> {
  /** Begins no further image, and waits for those that are being decoded. As the end of a loop over the batches does. */
  close(): Promise<void>;
}

/** Runs a task when its turn has come. */
type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * Images handed to the decoder at once. All of them would keep an end waiting, and what is written to a cache; many more
 * than there are threads make a batch ready whenever the engine is, which then has less of the processor.
 */
const AT_ONCE = 256;

/** Begins with the first batches at once, before anybody asks for them. */
export function decodeAhead(files: readonly string[], options: DecodeOptions): DecodedAhead {
  const { batch, shape } = options;
  const room = ROOM_AHEAD / (batch * bytesPerImage(shape) * Float32Array.BYTES_PER_ELEMENT);
  const most = Math.max(AHEAD, Math.floor(room));
  const ahead: Promise<DecodedBatch>[] = [];
  const inTurn = turns(AT_ONCE);
  let ended = false;
  const begin: InTurn = (task) =>
    inTurn(() => {
      if (ended) throw new Error('not decoded');
      return task();
    });
  let next = 0;
  const fillUp = (): void => {
    for (; ahead.length < most && next < files.length && !ended; next += batch) {
      ahead.push(decodeBatch(files, next, options, begin));
    }
  };
  const release = oneThreadAnImage();
  fillUp();
  const close = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await Promise.all(ahead);
    release();
  };
  async function* batches(): AsyncGenerator<DecodedBatch, void, undefined> {
    try {
      while (ahead.length > 0) {
        const ready = await ahead.shift()!;
        fillUp();
        yield ready;
      }
    } finally {
      await close();
    }
  }
  return { [Symbol.asyncIterator]: batches, close };
}

/** At most `width` tasks at a time, in the order in which they came. */
function turns(width: number): InTurn {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Never rejects. */
async function decodeBatch(
  all: readonly string[],
  from: number,
  options: DecodeOptions,
  begin: InTurn,
): Promise<DecodedBatch> {
  const { shape, normalisation, batch, read = (at) => decodeImage(all[at]!, shape) } = options;
  const files = all.slice(from, from + batch);
  const size = bytesPerImage(shape);
  const map = normalisationMap(normalisation, shape.channels);
  const images = new Float32Array(batch * size);
  const errors = await Promise.all(
    files.map(async (file, at) => {
      try {
        normaliseImage(await begin(() => read(from + at)), shape.channels, map, images, at * size);
        return undefined;
      } catch (error) {
        return whyNotDecoded(file, error);
      }
    }),
  );
  return { files, images, errors };
}
