import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inOrder, inverseOrder, permuteAxes } from '../../src/shared/axis-order.ts';

test('a matrix is transposed', () => {
  assert.equal([...permuteAxes(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], [1, 0])], [1, 4, 2, 5, 3, 6]);
});

test('every number of a kernel goes where its indices go', () => {
  const shape = [3, 2, 4, 5];
  const order = [3, 2, 0, 1];
  const kernel = Float32Array.from({ length: 120 }, (_, at) => at);
  const filter = permuteAxes(kernel, shape, order);
  assert.equal(inOrder(shape, order), [5, 4, 3, 2]);
  const [row, column, input, output] = [2, 1, 3, 4];
  assert.is(
    filter[((output * 4 + input) * 3 + row) * 2 + column],
    kernel[((row * 2 + column) * 4 + input) * 5 + output],
  );
});

const tensors = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })));

test('the inverse order leads back, to a copy', () => {
  fc.assert(
    fc.property(tensors, ([shape, order]) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => at);
      const back = permuteAxes(permuteAxes(data, shape, order), inOrder(shape, order), inverseOrder(order));
      assert.equal(back, data);
      assert.is.not(back, data);
    }),
    { seed: 1 },
  );
});

test.run();
