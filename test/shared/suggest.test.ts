import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean, didYouMeanOneOf, nearNames, suggest } from '../../src/shared/suggest.ts';

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

test('a letter too few counts less than words too few', () => {
  for (const names of [
    ['Conv', 'Conv + DRDB'],
    ['Conv + DRDB', 'Conv'],
  ]) {
    assert.is(suggest('Conv + DRD', names), 'Conv + DRDB', names.join());
  }
});

test('names of several words are near by the words that they share', () => {
  const names = ['Conv', 'Conv + DRDB', 'Conv + DRDB + CSAB', 'Conv + GLFEB', 'without local', 'width = 16'];
  const near: Record<string, readonly string[]> = {
    'Conv + DRDBX': ['Conv + DRDB'],
    'conv+drdb': ['Conv + DRDB'],
    'DRDB + Conv': ['Conv + DRDB'],
    DRDB: ['Conv + DRDB'],
    'Conv + GLFEB + DRDB': ['Conv + DRDB', 'Conv + GLFEB'],
    'without lcoal': ['without local'],
    'witdh 16': ['width = 16'],
    transformer: [],
  };
  for (const [typed, meant] of Object.entries(near)) {
    assert.equal([...nearNames(typed, names)].sort(), meant, typed);
  }
  assert.is(didYouMeanOneOf([]), undefined);
  assert.is(didYouMeanOneOf(['a']), 'did you mean `a`?');
  assert.is(didYouMeanOneOf(['a', 'b', 'c']), 'did you mean `a`, `b` or `c`?');
});

test.run();
