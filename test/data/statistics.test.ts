import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rowsInMemory } from '../../src/data/pixel-rows.ts';
import { channelStatistics, classBalance } from '../../src/data/statistics.ts';
import { indexOf } from './made-up-images.ts';

test('classes are counted, of all images or of some', () => {
  const index = indexOf({ a: 6, b: 2 });
  assert.equal(classBalance(index), {
    total: 8,
    classes: [
      { name: 'a', images: 6, share: 0.75 },
      { name: 'b', images: 2, share: 0.25 },
    ],
    imbalance: 3,
    baseline: 0.75,
  });
  const part = classBalance(index, [0, 6]);
  assert.equal([part.total, part.imbalance, part.baseline], [2, 1, 0.5]);
  assert.is(classBalance(index, [0]).imbalance, Number.POSITIVE_INFINITY);
});

test('channel means and deviations, of the chosen images only', () => {
  const rows = rowsInMemory(Uint8Array.from([0, 51, 255, 51, 9, 9, 9, 9]), { height: 1, width: 2, channels: 2 });
  assert.equal(channelStatistics(rows, [0]), { mean: [0.5, 0.2], deviation: [0.5, 0] });
});

test.run();
