/** Small image folders for the tests, made in temporary directories that vanish at exit. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { ImageIndex } from '../../src/data/image-folder.ts';
import { Random } from '../../src/shared/random.ts';

const made: string[] = [];
process.on('exit', () => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'specc-data-'));
  made.push(path);
  return path;
}

/** Writes empty (or given) files; enough for what never decodes them. */
export function writeFiles(root: string, files: readonly string[] | Record<string, string>): string {
  const entries = Array.isArray(files) ? files.map((file): [string, string] => [file, '']) : Object.entries(files);
  for (const [file, text] of entries) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** Random bytes [H, W, C]. */
export function randomPixels(height: number, width: number, channels: number, seed: string | number): Uint8Array {
  const random = Random.of('test image', seed);
  return Uint8Array.from({ length: height * width * channels }, () => random.int(256));
}

/** Writes RGB PNG files of random pixels. */
export async function writeImages(root: string, files: readonly string[], height = 8, width = 8): Promise<string> {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    const raw = { width, height, channels: 3 as const };
    await sharp(randomPixels(height, width, 3, file), { raw })
      .png()
      .toFile(join(root, file));
  }
  return root;
}

/** An index of files that need not exist; each class's images are numbered. */
export function indexOf(counts: Readonly<Record<string, number>>): ImageIndex {
  const classes = Object.keys(counts);
  const examples = classes.flatMap((name, label) =>
    Array.from({ length: counts[name]! }, (_, at) => ({ file: `${name}/${at}.png`, label })),
  );
  return { root: 'images', classes, examples, leftOut: [] };
}
