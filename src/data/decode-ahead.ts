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

/** Batches that are decoded ahead of the one in use, at least, */
const AHEAD = 2;
/** and the bytes that they may take if they are more: while the engine starts, the processor has time for them. */
const ROOM_AHEAD = 1 << 25;

/** Begins with the first batches at once, before anybody asks for them. */
export function decodeAhead(files: readonly string[], options: DecodeOptions): AsyncIterable<DecodedBatch> {
  const { batch, shape } = options;
  const room = ROOM_AHEAD / (batch * bytesPerImage(shape) * Float32Array.BYTES_PER_ELEMENT);
  const most = Math.max(AHEAD, Math.floor(room));
  const ahead: Promise<DecodedBatch>[] = [];
  let next = 0;
  const fillUp = (): void => {
    for (; ahead.length < most && next < files.length; next += batch) {
      ahead.push(decodeBatch(files, next, options));
    }
  };
  const release = oneThreadAnImage();
  fillUp();
  return (async function* () {
    try {
      while (ahead.length > 0) {
        const ready = await ahead.shift()!;
        fillUp();
        yield ready;
      }
    } finally {
      await Promise.all(ahead);
      release();
    }
  })();
}

/** Never rejects. */
async function decodeBatch(all: readonly string[], from: number, options: DecodeOptions): Promise<DecodedBatch> {
  const { shape, normalisation, batch, read = (at) => decodeImage(all[at]!, shape) } = options;
  const files = all.slice(from, from + batch);
  const size = bytesPerImage(shape);
  const map = normalisationMap(normalisation, shape.channels);
  const images = new Float32Array(batch * size);
  const errors = await Promise.all(
    files.map(async (file, at) => {
      try {
        normaliseImage(await read(from + at), shape.channels, map, images, at * size);
        return undefined;
      } catch (error) {
        return whyNotDecoded(file, error);
      }
    }),
  );
  return { files, images, errors };
}
