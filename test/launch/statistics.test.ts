import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hasNoSpread, pairedDifference, seedsNeeded, spreadOf, tQuantile } from '../../src/launch/statistics.ts';

/** As `@stdlib/stats-base-dists-t-quantile` gives them. */
const QUANTILES: readonly (readonly [freedom: number, at975: number, at995: number])[] = [
  [1, 12.7062047361747, 63.6567411628719],
  [2, 4.30265272974946, 9.92484320091829],
  [3, 3.18244630528371, 5.84090930973333],
  [4, 2.77644510519779, 4.60409487135],
  [9, 2.2621571627982, 3.24983554159213],
  [30, 2.04227245630124, 2.74999565356722],
  [100, 1.98397151852355, 2.62589052143802],
];

test('quantiles of Student’s t are those of another implementation', () => {
  for (const [freedom, at975, at995] of QUANTILES) {
    assert.ok(Math.abs(tQuantile(0.975, freedom) / at975 - 1) < 1e-12, `${freedom}`);
    assert.ok(Math.abs(tQuantile(0.995, freedom) / at995 - 1) < 1e-12, `${freedom}`);
  }
});

test('a spread is the mean and the deviation with n − 1', () => {
  assert.equal(spreadOf([2, 4, 4, 4, 5, 5, 7, 9]), { n: 8, mean: 5, deviation: Math.sqrt(32 / 7) });
  assert.equal(spreadOf([3]), { n: 1, mean: 3, deviation: null });
  assert.is(spreadOf([]), undefined);
});

test('a paired difference has the interval of Student’s t over its pairs', () => {
  // Differences 0.05, 0.03, 0.03, 0.06: their deviation is 0.015, and 3.18244630528371 · 0.015 / √4 the margin.
  const found = pairedDifference(
    [
      [0.91, 0.86],
      [0.88, 0.85],
      [0.93, 0.9],
      [0.9, 0.84],
    ],
    0.95,
  )!;
  assert.is(found.n, 4);
  assert.ok(Math.abs(found.mean - 0.0425) < 1e-12);
  assert.ok(Math.abs(found.margin! - 0.0238683472896278) < 1e-12, `${found.margin}`);
  assert.equal(pairedDifference([[1, 0.5]], 0.95), { n: 1, mean: 0.5, margin: null });
  assert.is(pairedDifference([], 0.95), undefined);
});

test('how many seeds it takes, if what was found were exact', () => {
  // A deviation of 0.01: margins are 0.0248 of 3, 0.0159 of 4, 0.00715 of 10 and 0.00669 of 11.
  const margin = (4.30265272974946 * 0.01) / Math.sqrt(3);
  assert.is(seedsNeeded({ n: 3, mean: -0.02, margin }, 0.95, 100), 4);
  assert.is(seedsNeeded({ n: 3, mean: 0.007, margin }, 0.95, 100), 11);
  assert.is(seedsNeeded({ n: 3, mean: 0.007, margin }, 0.95, 10), undefined);
  assert.is(seedsNeeded({ n: 1, mean: 0.007, margin: null }, 0.95, 100), undefined);
  assert.ok(
    hasNoSpread(
      pairedDifference(
        [
          [0.3, 0.1],
          [0.4, 0.2],
        ],
        0.95,
      )!,
    ),
  );
});

test('what a seed does to both sides alike does not count', () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, number), { minLength: 2, maxLength: 8 }), (triples) => {
      const plain = pairedDifference(
        triples.map(([value, base]) => [value, base]),
        0.95,
      )!;
      const shifted = pairedDifference(
        triples.map(([value, base, luck]) => [value + luck, base + luck]),
        0.95,
      )!;
      assert.ok(Math.abs(plain.mean - shifted.mean) < 1e-9);
      assert.ok(Math.abs(plain.margin! - shifted.margin!) < 1e-7);
    }),
  );
});

test.run();
