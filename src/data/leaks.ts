/**
 * Finds validation images that look like training images: the sign that a random split has put copies of one picture
 * on both sides, so that the validation score measures memory.
 *
 * Images are compared by a difference hash (whether each cell of a 12 × 12 luminance grid is darker than its right and
 * its lower neighbour, 264 bits), also mirrored both ways. That finds exact copies, other sizes, brightness and
 * contrast, flips, and small shifts and rotations. It misses crops and rotations of more than about 5°, so it counts
 * too few: on a set of rotated copies it still finds those that happen to have been turned alike. It says that there
 * are leaks, not that there are none.
 */
import { Random } from '../shared/random.ts';
import type { ImageShape } from './augmentation.ts';
import { type PixelRows, RowReader } from './pixel-rows.ts';
import type { Split } from './split.ts';

export interface LookAlike {
  /** Rows of the cache. */
  readonly validation: number;
  readonly train: number;
  /** Share of hash bits that differ. */
  readonly distance: number;
}

export interface LeakReport {
  /** Validation images that were compared with every training image. */
  readonly checked: number;
  /** One entry for each of those that has a look-alike, nearest first. */
  readonly found: readonly LookAlike[];
}

export interface LeakOptions {
  /** Validation images to check; a seeded sample, so that the cost grows with the training set alone. */
  readonly sample?: number;
  /**
   * Hash bits that may differ. Independent photographs of one kind differ in a quarter and more; at a fifth, every
   * pair found in the blood-cell set that was looked at showed one scene.
   */
  readonly threshold?: number;
}

/** Looks for images of `split.validation` among those of `split.train`. */
export function findLeaks(
  rows: PixelRows,
  split: Split,
  { sample = 500, threshold = 0.2 }: LeakOptions = {},
): LeakReport {
  const { height, width } = rows.shape;
  if (height < GRID || width < GRID) return { checked: 0, found: [] };
  const chosen = Random.of('leak sample')
    .shuffle([...split.validation])
    .slice(0, sample);
  const reader = new RowReader(rows);
  const hashes = new Int32Array(split.train.length * WORDS);
  for (const [at, row] of split.train.entries()) {
    hashes.set(hashOf(luminanceGrid(reader.row(row), rows.shape)), at * WORDS);
  }

  const found: LookAlike[] = [];
  let checked = 0;
  for (const validation of chosen) {
    const grid = luminanceGrid(reader.row(validation), rows.shape);
    const variants = mirrorImages(grid).map(hashOf);
    // An even surface hashes to almost nothing, and all of them alike.
    if (bitCount(variants[0]!) < BITS / 16) continue;
    checked += 1;
    const { at, different } = nearest(variants, hashes);
    if (different <= threshold * BITS) found.push({ validation, train: split.train[at]!, distance: different / BITS });
  }
  reader.close();
  found.sort((a, b) => a.distance - b.distance || a.validation - b.validation);
  return { checked, found };
}

const GRID = 12;
const BITS = 2 * GRID * (GRID - 1);
const WORDS = Math.ceil(BITS / 32);
/** Pixels a cell is averaged from, along each side; more of them change no bit that matters. */
const SAMPLES = 5;

/** Mean luminance of GRID × GRID cells. */
function luminanceGrid(pixels: Uint8Array, { height, width, channels }: ImageShape): Float64Array {
  const sums = new Float64Array(GRID * GRID);
  const counts = new Uint32Array(GRID * GRID);
  const stepY = Math.max(1, Math.floor(height / (GRID * SAMPLES)));
  const stepX = Math.max(1, Math.floor(width / (GRID * SAMPLES)));
  const green = channels >= 3 ? 1 : 0;
  const blue = channels >= 3 ? 2 : 0;
  for (let y = 0; y < height; y += stepY) {
    const line = Math.floor((y * GRID) / height) * GRID;
    for (let x = 0; x < width; x += stepX) {
      const cell = line + Math.floor((x * GRID) / width);
      const at = (y * width + x) * channels;
      sums[cell]! += pixels[at]! + 2 * pixels[at + green]! + pixels[at + blue]!;
      counts[cell]! += 1;
    }
  }
  return sums.map((sum, cell) => sum / counts[cell]!);
}

/** The grid as it is, mirrored left-right, top-bottom, and both. */
function mirrorImages(grid: Float64Array): Float64Array[] {
  const mirrored = (horizontal: boolean, vertical: boolean) =>
    grid.map((_, cell) => {
      const y = Math.floor(cell / GRID);
      const x = cell % GRID;
      return grid[(vertical ? GRID - 1 - y : y) * GRID + (horizontal ? GRID - 1 - x : x)]!;
    });
  return [grid, mirrored(true, false), mirrored(false, true), mirrored(true, true)];
}

function hashOf(grid: Float64Array): Int32Array {
  const words = new Int32Array(WORDS);
  let bit = 0;
  const compare = (a: number, b: number) => {
    if (grid[a]! < grid[b]!) words[bit >> 5]! |= 1 << (bit & 31);
    bit += 1;
  };
  for (let cell = 0; cell < GRID * GRID; cell++) if ((cell + 1) % GRID !== 0) compare(cell, cell + 1);
  for (let cell = 0; cell < GRID * (GRID - 1); cell++) compare(cell, cell + GRID);
  return words;
}

function nearest(variants: readonly Int32Array[], hashes: Int32Array): { at: number; different: number } {
  let best = { at: 0, different: Number.POSITIVE_INFINITY };
  for (let start = 0; start < hashes.length; start += WORDS) {
    for (const variant of variants) {
      let different = 0;
      for (let word = 0; word < WORDS; word++) different += onesIn(variant[word]! ^ hashes[start + word]!);
      if (different < best.different) best = { at: start / WORDS, different };
    }
  }
  return best;
}

function bitCount(words: Int32Array): number {
  return words.reduce((sum, word) => sum + onesIn(word), 0);
}

/** Set bits of a 32-bit word, added up in parallel. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
