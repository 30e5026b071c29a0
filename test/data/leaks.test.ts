import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { augmentImage, type Distortion, normalisationMap } from '../../src/data/augmentation.ts';
import { findLeaks } from '../../src/data/leaks.ts';
import { rowsInMemory } from '../../src/data/pixel-rows.ts';
import { Random } from '../../src/shared/random.ts';

const SHAPE = { height: 48, width: 48, channels: 3 };

/** A scene of many soft blobs: neighbouring pixels are alike, as in photographs. */
function scene(seed: number): Uint8Array {
  const random = Random.of('scene', seed);
  const blobs = Array.from({ length: 30 }, () => [
    random.uniform(0, 48),
    random.uniform(0, 48),
    random.uniform(-90, 90),
  ]);
  return Uint8Array.from({ length: 48 * 48 * 3 }, (_, at) => {
    const [y, x] = [Math.floor(at / 144), Math.floor(at / 3) % 48];
    let value = 128;
    for (const [by, bx, height] of blobs) value += height! / (1 + ((y - by!) ** 2 + (x - bx!) ** 2) / 20);
    return Math.max(0, Math.min(255, value));
  });
}

function changed(pixels: Uint8Array, distortion: Partial<Distortion>): Uint8Array {
  const target = new Float32Array(pixels.length);
  const still: Distortion = { flip: false, angle: 0, zoom: 1, contrast: 1 };
  const bytes = normalisationMap({ kind: 'scale', range: [0, 255] }, 3);
  augmentImage(pixels, SHAPE, { ...still, ...distortion }, bytes, target, 0);
  return Uint8Array.from(target);
}

/** Reports look-alikes of the given images among 40 unrelated scenes; `scene(i)` is training image i. */
function leaksOf(validation: readonly Uint8Array[]) {
  const train = Array.from({ length: 40 }, (_, seed) => scene(seed));
  const pixels = new Uint8Array((train.length + validation.length) * 6912);
  for (const [at, image] of [...train, ...validation].entries()) pixels.set(image, at * 6912);
  const split = { train: train.map((_, at) => at), validation: validation.map((_, at) => at + train.length) };
  return findLeaks(rowsInMemory(pixels, SHAPE), split);
}

test('copies are found, and of what', () => {
  const copies = [
    scene(3),
    changed(scene(8), { flip: true }),
    changed(scene(11), { angle: 180 }),
    changed(scene(20), { contrast: 0.6 }),
  ];
  const { checked, found } = leaksOf(copies);
  assert.is(checked, 4);
  const sources = new Map(found.map(({ validation, train }) => [validation - 40, train]));
  assert.equal(
    [0, 1, 2, 3].map((at) => sources.get(at)),
    [3, 8, 11, 20],
  );
  assert.is(found[0]!.distance, 0);
});

test('copies that are turned or magnified a little are found', () => {
  const { found } = leaksOf([
    changed(scene(5), { angle: 3 }),
    changed(scene(6), { zoom: 1.08 }),
    changed(scene(7), { angle: -4 }),
  ]);
  assert.equal(
    found.map(({ train }) => train).sort((a, b) => a - b),
    [5, 6, 7],
  );
});

test('independent images are not reported', () => {
  const { checked, found } = leaksOf(Array.from({ length: 30 }, (_, at) => scene(1000 + at)));
  assert.equal([checked, found.length], [30, 0]);
});

test('even surfaces are not compared: they are all alike', () => {
  const even = new Uint8Array(6912).fill(100);
  assert.equal(leaksOf([even, even]), { checked: 0, found: [] });
});

test.run();
