import { setImmediate } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageShape } from '../../src/data/augmentation.ts';
import { decodeAhead } from '../../src/data/decode-ahead.ts';

/** Files that are read to `position` of each in all bytes, or that fail; and how many were asked for. */
function reading(count: number, shape: ImageShape, fails: readonly number[] = []) {
  const asked: number[] = [];
  const batches = decodeAhead(
    Array.from({ length: count }, (_, at) => `/nowhere/${at}.png`),
    {
      shape,
      normalisation: { kind: 'scale', range: [0, 255] },
      batch: 2,
      read: async (at) => {
        asked.push(at);
        if (fails.includes(at)) throw new Error('torn');
        return new Uint8Array(shape.height * shape.width * shape.channels).fill(at);
      },
    },
  );
  return { asked, batches };
}

test('batches in order, zeros after the last file, and what is wrong in place of a file', async () => {
  const { batches } = reading(5, { height: 1, width: 1, channels: 1 }, [2]);
  const seen: unknown[] = [];
  for await (const { files, images, errors } of batches) seen.push([files.length, [...images], errors]);
  assert.equal(seen, [
    [2, [0, 1], [undefined, undefined]],
    [2, [0, 3], ['there is no such file', undefined]],
    [1, [4, 0], [undefined]],
  ]);
});

test('nobody has to ask for the first batches, and large images are two batches ahead', async () => {
  const small = reading(100, { height: 8, width: 8, channels: 3 });
  const large = reading(100, { height: 2048, width: 2048, channels: 3 });
  await setImmediate();
  assert.is(small.asked.length, 100);
  assert.is(large.asked.length, 4);
  for await (const _ of large.batches) break;
  assert.is(large.asked.length, 6);
});

test('an early end waits for none that is not begun, also before anybody has asked', async () => {
  for (const asks of [true, false]) {
    const { asked, batches } = reading(5000, { height: 1, width: 1, channels: 1 });
    if (asks) for await (const _ of batches) break;
    else await batches.close();
    await batches.close();
    assert.ok(asked.length < 2500, `${asked.length} were begun`);
  }
});

test.run();
