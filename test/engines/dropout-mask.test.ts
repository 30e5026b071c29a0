import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fillMask } from '../../src/engines/dropout-mask.ts';

function mask(length: number, seed: number, path: string, step: number, rate: number): Float32Array {
  const result = new Float32Array(length);
  fillMask(result, seed, path, step, rate);
  return result;
}

test('elements are 0 or 1 / (1 - rate), in the right shares', () => {
  for (const rate of [0, 0.1, 0.2, 0.5, 0.9]) {
    const drawn = mask(100_000, 7, 'head/dropout', 3, rate);
    const kept = drawn.filter((each) => each !== 0);
    const expected = Math.fround(1 / (1 - rate));
    assert.ok(kept.every((each) => each === expected));
    // four standard deviations
    const deviation = 4 * Math.sqrt(rate * (1 - rate) * drawn.length);
    assert.ok(Math.abs(kept.length - (1 - rate) * drawn.length) <= deviation, `${rate}: ${kept.length}`);
  }
});

test('the same seed, path and step give the same mask, and a shorter one is its beginning', () => {
  const first = mask(1000, 1, 'dropout', 5, 0.3);
  assert.equal(mask(1000, 1, 'dropout', 5, 0.3), first);
  assert.equal(mask(10, 1, 'dropout', 5, 0.3), first.slice(0, 10));
  assert.equal(Array.from(first.subarray(0, 16), Math.sign).join(''), '1101011011010101');
});

test('seed, path and step each give masks that are independent', () => {
  const base = mask(100_000, 1, 'dropout', 5, 0.5);
  for (const other of [
    mask(100_000, 2, 'dropout', 5, 0.5),
    mask(100_000, 1, 'dropout[1]', 5, 0.5),
    mask(100_000, 1, 'dropout', 6, 0.5),
    // and neighbours within one mask
    mask(100_001, 1, 'dropout', 5, 0.5).subarray(1),
  ]) {
    const equal = base.reduce((count, each, index) => count + Number(each === other[index]), 0);
    assert.ok(Math.abs(equal - 50_000) < 4 * Math.sqrt(25_000), `${equal} of 100000 agree`);
  }
});

test.run();
