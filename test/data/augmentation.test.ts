import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Augmentation,
  augmentImage,
  type Distortion,
  drawDistortion,
  NO_AUGMENTATION,
  type Normalisation,
  normalisationMap,
  normaliseImage,
} from '../../src/data/augmentation.ts';
import { randomPixels } from './made-up-images.ts';

const STILL: Distortion = { flip: false, angle: 0, zoom: 1, contrast: 1 };
const BYTES: Normalisation = { kind: 'scale', range: [0, 255] };
const PAPER: Augmentation = { horizontalFlip: true, rotation: 10, zoom: [1, 2], contrast: [0.8, 1.2] };

/** The distorted image, in bytes that were not rounded. */
function distorted(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: number,
  distortion: Partial<Distortion>,
) {
  const target = new Float32Array(pixels.length);
  const map = normalisationMap(BYTES, channels);
  augmentImage(pixels, { height, width, channels }, { ...STILL, ...distortion }, map, target, 0);
  return target;
}

test('nothing drawn, nothing changed', () => {
  const pixels = randomPixels(5, 7, 3, 1);
  assert.equal([...distorted(pixels, 5, 7, 3, {})], [...pixels]);
  assert.equal(drawDistortion(NO_AUGMENTATION, 1, 'a.png', 2), STILL);
});

test('flipping is exact, and twice is once', () => {
  const row = Uint8Array.from([1, 2, 3, 4, 5, 6]);
  assert.equal([...distorted(row, 1, 6, 1, { flip: true })], [6, 5, 4, 3, 2, 1]);
  assert.equal([...distorted(row, 1, 3, 2, { flip: true })], [5, 6, 3, 4, 1, 2]);
  const pixels = randomPixels(6, 5, 3, 2);
  const once = Uint8Array.from(distorted(pixels, 6, 5, 3, { flip: true }));
  assert.equal([...distorted(once, 6, 5, 3, { flip: true })], [...pixels]);
});

test('a quarter turn moves pixels counter-clockwise, exactly', () => {
  assert.equal([...distorted(Uint8Array.from([1, 2, 3, 4]), 2, 2, 1, { angle: 90 })], [2, 4, 1, 3]);
  const pixels = randomPixels(4, 4, 3, 3);
  let turned = pixels;
  for (let turn = 0; turn < 4; turn++) turned = Uint8Array.from(distorted(turned, 4, 4, 3, { angle: 90 }));
  assert.equal([...turned], [...pixels]);
});

test('zooming magnifies about the centre', () => {
  const line = Uint8Array.from([0, 0, 100, 200, 0, 0]);
  // Target centres −2.5 … 2.5 come from source −1.25 … 1.25.
  assert.equal([...distorted(line, 1, 6, 1, { zoom: 2 })], [25, 75, 125, 175, 150, 50]);
});

test('beyond the border stands the mirror image', () => {
  const line = Uint8Array.from([10, 20, 30, 40]);
  // Target centres −1.5 … 1.5 come from positions −3, 0, 3 and 6.
  assert.equal([...distorted(line, 1, 4, 1, { zoom: 1 / 3 })], [30, 10, 40, 20]);
});

test('contrast scales about each channel’s mean and clips', () => {
  const pixels = Uint8Array.from([100, 10, 200, 10]);
  assert.equal([...distorted(pixels, 1, 2, 2, { contrast: 0.5 })], [125, 10, 175, 10]);
  assert.equal([...distorted(pixels, 1, 2, 2, { contrast: 3 })], [0, 10, 255, 10]);
});

test('values stay between the darkest and the brightest pixel', () => {
  const sizes = fc.integer({ min: 1, max: 9 });
  const distortions = fc.record({
    flip: fc.boolean(),
    angle: fc.double({ min: -360, max: 360, noNaN: true }),
    zoom: fc.double({ min: 0.2, max: 4, noNaN: true }),
  });
  fc.assert(
    fc.property(sizes, sizes, distortions, fc.nat(), (height, width, distortion, seed) => {
      const pixels = randomPixels(height, width, 3, seed);
      const result = distorted(pixels, height, width, 3, distortion);
      const [low, high] = [Math.min(...pixels), Math.max(...pixels)];
      assert.ok(result.every((value) => value >= low - 1e-4 && value <= high + 1e-4));
    }),
    { numRuns: 200 },
  );
});

test('normalisation', () => {
  const grey = Uint8Array.from([0, 51, 255]);
  const normalised = (normalisation: Normalisation) => {
    const target = new Float32Array(3);
    normaliseImage(grey, 1, normalisationMap(normalisation, 1), target, 0);
    return [...target];
  };
  assert.equal(normalised({ kind: 'scale', range: [0, 1] }), [0, Math.fround(0.2), 1]);
  assert.equal(normalised({ kind: 'scale', range: [-1, 1] }), [-1, Math.fround(51 * (2 / 255) - 1), 1]);
  assert.equal(
    normalised({ kind: 'standardize', mean: [0.2], deviation: [0.4] }).map((value) => Math.fround(value * 10) / 10),
    [-0.5, 0, 2],
  );
});

test('a distortion follows from the seed, the image and the epoch', () => {
  const first = drawDistortion(PAPER, 1, 'a/1.png', 0);
  assert.equal(drawDistortion(PAPER, 1, 'a/1.png', 0), first);
  for (const other of [
    drawDistortion(PAPER, 2, 'a/1.png', 0),
    drawDistortion(PAPER, 1, 'a/2.png', 0),
    drawDistortion(PAPER, 1, 'a/1.png', 1),
  ]) {
    assert.is.not(other.angle, first.angle);
  }
  // Switching one transformation off leaves the others as they were.
  assert.equal(drawDistortion({ ...PAPER, rotation: 0 }, 1, 'a/1.png', 0), { ...first, angle: 0 });
});

test('distortions fill their ranges', () => {
  const drawn = Array.from({ length: 4000 }, (_, epoch) => drawDistortion(PAPER, 1, 'a', epoch));
  const mean = (value: (each: Distortion) => number) =>
    drawn.reduce((sum, each) => sum + value(each), 0) / drawn.length;
  assert.ok(Math.abs(mean((each) => Number(each.flip)) - 0.5) < 0.03);
  assert.ok(Math.abs(mean((each) => each.angle)) < 0.3);
  assert.ok(Math.abs(mean((each) => each.zoom) - 1.5) < 0.02);
  assert.ok(drawn.every((each) => Math.abs(each.angle) <= 10 && each.zoom >= 1 && each.zoom < 2));
  assert.ok(drawn.some((each) => each.angle < -9.9) && drawn.some((each) => each.angle > 9.9));
});

test('bits that other machines must reproduce', () => {
  const pixels = randomPixels(16, 16, 3, 'portable');
  const target = new Float32Array(pixels.length);
  const map = normalisationMap({ kind: 'standardize', mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.3, 0.25] }, 3);
  augmentImage(pixels, { height: 16, width: 16, channels: 3 }, drawDistortion(PAPER, 5, 'x.png', 3), map, target, 0);
  const bits = new Uint32Array(target.buffer);
  assert.is(
    bits.reduce((hash, word) => (Math.imul(hash, 31) + word) >>> 0, 0),
    883136265,
  );
});

test.run();
