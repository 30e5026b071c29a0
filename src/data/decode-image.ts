/** Decodes one image file to the bytes that the network's input has room for. */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import sharp from 'sharp';
import type { ImageShape } from './augmentation.ts';

/** Raised when the same file would give other bytes than before, so that caches are built anew. */
const DECODER_VERSION = 1;

/** Names everything beside the file that decides the bytes. */
export function decoderIdentity(): string {
  return `decoder ${DECODER_VERSION}, libvips ${sharp.versions.vips}`;
}

/**
 * The image as [H, W, C] bytes: turned upright by its EXIF orientation, alpha blended over black, RGB for three
 * channels or luminance for one, and stretched to exactly height × width (nothing is cropped).
 *
 * Resized by Lanczos3, which keeps small structures such as granules sharpest; decoding at reduced JPEG scale
 * (`fastShrinkOnLoad`) is left to sharp, which does so only when twice the target size remains.
 */
export async function decodeImage(file: string, shape: ImageShape): Promise<Uint8Array> {
  const { height, width, channels } = shape;
  // to open a pipe would wait for somebody to write into it, for ever
  if (!statSync(file).isFile()) throw new Error('not a file');
  const pipeline = sharp(file, { failOn: 'error', sequentialRead: true })
    .rotate()
    .flatten()
    .resize({ height, width, fit: 'fill', kernel: 'lanczos3' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb');
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`decoded to ${info.channels} channels instead of ${channels}`);
  return data;
}

/**
 * From now on, one thread an image: faster than several for pictures of this size, where there are images enough to go
 * round. What it returns sets back how it was.
 */
export function oneThreadAnImage(): () => void {
  const threads = sharp.concurrency();
  sharp.concurrency(1);
  return () => {
    sharp.concurrency(threads);
  };
}

/** Why `decodeImage` failed with `error`, in words for someone who looks at the file rather than at the decoder. */
export function whyNotDecoded(file: string, error: unknown): string {
  return whyNotRead(file) ?? whyNotUnderstood(error instanceof Error ? error.message : String(error));
}

/** Undefined where the file can be read. */
function whyNotRead(file: string): string | undefined {
  let found: Stats | undefined;
  try {
    found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined) accessSync(file, constants.R_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return 'there is no permission to read it';
    return code === 'ELOOP' ? 'its symbolic links lead in a circle' : message;
  }
  // what Node makes of bytes that are no text
  if (found === undefined && file.includes('\ufffd')) return 'its name is not in UTF-8, so that it cannot be opened';
  if (found === undefined) return 'there is no such file';
  if (found.isDirectory()) return 'it is a folder, not an image';
  if (!found.isFile()) return 'it is not a file';
  return found.size === 0 ? 'the file is empty' : undefined;
}

/** From what the decoder says. */
function whyNotUnderstood(message: string): string {
  const [reason = ''] = message
    .replace(/^Input file has corrupt header:\s*/, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (/unsupported image format/.test(reason)) return 'it is not an image in a format that can be read';
  if (/exceeds pixel limit/.test(reason)) return 'it has more pixels than are read, which are 268 million';
  if (/[hv]shrink/.test(reason)) return 'it is too wide or too high to be made so small';
  return `the image is damaged: ${reason || 'its header is wrong'}`;
}
