/** Which form the convolutions of known networks take: the choice is part of what makes them fast. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ConvolutionSizes,
  formsColumns,
  imagesStacked,
  reachedByFewOutputs,
  seesFewInputs,
  shiftsProducts,
  sumsByColumns,
} from '../../../src/compiler/lower/convolution-form.ts';
import { window } from '../gradient/case.ts';

/** `kernel` is square, and `size` the height and width of the output. */
function sizes(
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
  size: number,
  batch = 32,
): ConvolutionSizes {
  const kernels = window({ kernel: [kernel, kernel], stride: [stride, stride] });
  return { batch, inputs, outputs, groups: 1, window: kernels, size: [size, size] };
}

test('small maps are columns: the last stages of a ResNet-18 on 64×64', () => {
  for (const each of [
    sizes(512, 512, 3, 1, 2),
    sizes(256, 512, 3, 2, 2),
    sizes(256, 512, 1, 2, 2),
    sizes(256, 256, 3, 1, 4),
  ]) {
    assert.equal([formsColumns(each), sumsByColumns(each)], [true, true]);
  }
});

test('between, only the gradient in the filter is', () => {
  for (const each of [sizes(128, 128, 3, 1, 8), sizes(3, 64, 7, 2, 32), sizes(64, 128, 3, 2, 8)]) {
    assert.equal([formsColumns(each), sumsByColumns(each)], [false, true]);
  }
});

test('large maps are not, nor what would take much memory, nor a single image, nor groups', () => {
  const small = sizes(512, 512, 3, 1, 2);
  for (const each of [
    sizes(64, 64, 3, 1, 16),
    sizes(3, 64, 7, 2, 112),
    { ...small, batch: 1 },
    { ...small, groups: 2 },
  ]) {
    assert.equal([formsColumns(each), sumsByColumns(each)], [false, false]);
  }
});

test('few channels on one side: the first layer of a network, and one map of many channels', () => {
  const stem = sizes(3, 32, 3, 1, 64, 16);
  const attention = sizes(64, 1, 5, 1, 32, 16);
  const between = sizes(64, 64, 3, 1, 16);
  assert.equal([stem, attention, between].map(shiftsProducts), [false, true, false]);
  assert.equal([stem, attention, between].map(seesFewInputs), [true, false, false]);
  assert.equal(
    [stem, attention, between].map((each) => reachedByFewOutputs(each, each.size)),
    [false, true, false],
  );
  for (const each of [sizes(3, 64, 7, 2, 32), sizes(3, 16, 3, 2, 32)]) assert.ok(seesFewInputs(each));
  assert.not(seesFewInputs(sizes(3, 64, 7, 2, 112)), 'too much memory');
  assert.not(seesFewInputs(sizes(3, 64, 3, 1, 2)), 'small maps');
  assert.not(reachedByFewOutputs(sizes(64, 1, 5, 2, 16), [32, 32]), 'a stride');
});

test('rows are stacked for so many images as fit', () => {
  for (const [inputs, outputs] of [
    [64, 64],
    [128, 32],
  ] as const) {
    assert.is(imagesStacked(sizes(inputs, outputs, 3, 1, 32)), 32);
  }
  assert.is(imagesStacked(sizes(64, 64, 1, 1, 32)), 0, 'a 1×1 kernel has one row');
  assert.is(imagesStacked(sizes(64, 64, 3, 1, 112, 3)), 3, '9.8 MB an image');
  assert.is(imagesStacked(sizes(64, 64, 3, 1, 112)), 1, 'in parts of up to 16 MB');
  assert.is(imagesStacked(sizes(32, 32, 3, 1, 112, 27)), 3, '4.9 MB an image');
  assert.is(imagesStacked(sizes(32, 32, 3, 1, 112, 32)), 2, '3 is no part of 32');
  assert.is(imagesStacked(sizes(64, 64, 3, 1, 200)), 1, 'one image is 31 MB');
  assert.is(imagesStacked(sizes(64, 64, 3, 1, 512)), 0, 'one image is 202 MB');
});

test.run();
