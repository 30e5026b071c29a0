import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean, suggest } from '../../src/shared/suggest.ts';

const words = ['conv2d', 'depthwise_conv2d', 'dense', 'relu', 'relu6', 'model', 'horizontal_flip', 'accuracy', 'sgd'];

test('slips of the fingers find their word', () => {
  const slips: Record<string, string | undefined> = {
    conv2D: 'conv2d',
    cnov2d: 'conv2d',
    conv: 'conv2d',
    'horizontal-flip': 'horizontal_flip',
    horizontalflip: 'horizontal_flip',
    Relu: 'relu',
    modle: 'model',
    acc: 'accuracy',
    denes: 'dense',
    sdg: 'sgd',
  };
  for (const [typed, meant] of Object.entries(slips)) assert.is(suggest(typed, words), meant, typed);
});

test('nothing is suggested for what is far from everything, or right', () => {
  for (const typed of ['transformer', 'x', 'adam', '']) assert.is(suggest(typed, words), undefined, typed);
  assert.is(suggest('dense', ['dense']), undefined);
  assert.is(didYouMean('x', []), undefined);
});

test('a help text', () => {
  assert.is(didYouMean('dens', words), 'did you mean `dense`?');
});

test.run();
