/** Maximum pooling of what is no number: a training that diverges is told by its loss, and not by an error of a kernel. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { maxPoolGradientByPlaces } from '../../../src/compiler/gradient/pooling.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import { window } from '../../compiler/gradient/case.ts';
import { runOnnx } from '../../support/onnxruntime.ts';

const around = [
  [1, 1],
  [1, 1],
] as const;

for (const [name, given] of [
  ['windows apart', { kernel: [2, 2], stride: [2, 2] }],
  ['windows that overlap', { kernel: [3, 3], stride: [2, 2], padding: around }],
] as const) {
  test(`${name}: the gradient stays within the image`, async () => {
    const b = createBuilder();
    const [x, gradient] = [b.input('x', [1, 2, 4, 4]), b.input('gradient', [1, 2, 2, 2])];
    const program = b.finish([{ name: 'dx', tensor: maxPoolGradientByPlaces(b, x, gradient, window(given)) }]);
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const feeds = { x: new Float32Array(32).fill(value), gradient: new Float32Array(8).fill(1) };
      const { dx } = await runOnnx(program, feeds);
      assert.is(
        dx!.reduce((sum, each) => sum + each, 0),
        8,
      );
    }
  });
}

test.run();
