import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate, largest } from '../../src/training/evaluate.ts';
import { CLASSES, toyBatches } from './toy-run.ts';

/** Scores that call an image light with this probability, whatever it shows. */
const always = (light: number) => async (images: Float32Array) =>
  Float32Array.from({ length: (images.length / 16) * 2 }, (_, at) => (at % 2 === 0 ? 1 - light : light));

test('the images that fill up a batch are not counted', async () => {
  // Seven images, of which 0, 2, 4 and 6 are dark, in batches of five.
  const progress: string[] = [];
  const result = await evaluate(always(0.75), toyBatches(7, 5), CLASSES, {
    onProgress: (done, total) => void progress.push(`${done}/${total}`),
  });
  const { evaluation, predictions } = result!;
  assert.equal(evaluation.confusion, [
    [0, 4],
    [0, 3],
  ]);
  assert.is(evaluation.images, 7);
  assert.ok(Math.abs(evaluation.loss - (-4 * Math.log(0.25) - 3 * Math.log(0.75)) / 7) < 1e-12);
  assert.equal(
    predictions.map(({ index }) => index),
    [0, 1, 2, 3, 4, 5, 6],
  );
  assert.equal(predictions[1], { index: 1, label: 1, predicted: 1, probability: 0.75 });
  assert.equal(progress, ['1/2', '2/2']);
});

test('a certain mistake leaves the loss finite', async () => {
  const { evaluation } = (await evaluate(always(1), toyBatches(2, 2), CLASSES))!;
  assert.ok(Math.abs(evaluation.loss - -Math.log(1e-12) / 2) < 1e-9);
});

test('outputs that are not numbers are an error, not a class', async () => {
  await evaluate(always(Number.NaN), toyBatches(2, 2), CLASSES).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /outputs are not numbers: \[NaN, NaN\]/),
  );
});

test('an interruption gives no half result', async () => {
  const controller = new AbortController();
  const result = await evaluate(always(0.5), toyBatches(7, 5), CLASSES, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  assert.is(result, undefined);
});

test('of equal scores the first class wins', () => {
  assert.is(largest(new Float32Array([0.2, 0.4, 0.4])), 1);
});

test.run();
