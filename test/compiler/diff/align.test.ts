/** Alignment: pairs are equal and rise, and no shorter edit was missed where there are few. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { align } from '../../../src/compiler/diff/align.ts';

const keys = (most: number) => fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: most });

function longestCommon(a: readonly number[], b: readonly number[]): number {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const same = a[i] === b[j] && a[i]! >= 0;
      lengths[i]![j] = same ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths[0]![0]!;
}

function isRising(pairs: readonly (readonly [number, number])[]): boolean {
  return pairs.every(([a, b], at) => at === 0 || (a > pairs[at - 1]![0] && b > pairs[at - 1]![1]));
}

test('short sequences: as many pairs as there can be', () => {
  fc.assert(
    fc.property(keys(40), keys(40), (a, b) => {
      const pairs = align(a, b);
      assert.ok(isRising(pairs));
      assert.ok(pairs.every(([at, bt]) => a[at] === b[bt] && a[at]! >= 0));
      assert.is(pairs.length, longestCommon(a, b));
    }),
    { numRuns: 500 },
  );
});

test('long sequences with little in common: pairs rise all the same', () => {
  const a = Array.from({ length: 3000 }, (_, at) => (at * 7919) % 1009);
  const b = Array.from({ length: 2500 }, (_, at) => (at * 104729) % 1013);
  const pairs = align(a, b);
  assert.ok(pairs.length > 50, `only ${pairs.length} pairs`);
  assert.ok(isRising(pairs) && pairs.every(([at, bt]) => a[at] === b[bt]));
});

test('a piece put into a long row of the same is found', () => {
  const a = Array.from({ length: 5000 }, () => 1);
  const b = [...a.slice(0, 2000), 2, 3, ...a.slice(2000)];
  assert.is(align(a, b).length, 5000);
});

test.run();
