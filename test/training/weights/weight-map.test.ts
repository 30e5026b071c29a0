/** Weight maps: what is wrong with one, and what its rules make of names in either direction. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { renderPlain } from '../../../src/cli/render-diagnostics.ts';
import { weightMaps } from '../../../src/dsl/catalogue/weight-maps.ts';
import { Source } from '../../../src/dsl/source.ts';
import { isProblem, NameTemplate, numbersOf, parseTemplate } from '../../../src/training/weights/name-template.ts';
import { readWeightMap } from '../../../src/training/weights/weight-map.ts';
import { golden } from '../../support/golden.ts';

const maps = golden(
  'weights',
  { 'diagnostics.txt': ({ source }) => renderPlain(readWeightMap(source).diagnostics) },
  '.map.yaml',
);
maps.run();

for (const [code, { wrong, right }] of Object.entries(weightMaps)) {
  test(code, () => {
    const codesOf = (text: string) => readWeightMap(new Source('x.yaml', text)).diagnostics.map((each) => each.code);
    assert.equal([...new Set(codesOf(wrong))], [code]);
    assert.equal(codesOf(right), []);
  });
}

function template(text: string): NameTemplate {
  const parts = parseTemplate(text);
  assert.not.ok(isProblem(parts), text);
  return new NameTemplate(isProblem(parts) ? [] : parts, numbersOf(isProblem(parts) ? [] : parts));
}

test('a blank is a word without separators, or a whole number where it is counted with', () => {
  const words = template('inception{i}.branch{b}');
  assert.equal(Object.fromEntries(words.match('inception3a.branch1') ?? []), { i: '3a', b: '1' });
  assert.is(words.match('inception3a.x.branch1'), undefined);
  const numbers = template('layer.conv{n+1}');
  assert.equal(Object.fromEntries(numbers.match('layer.conv1') ?? []), { n: '0' });
  assert.is(numbers.match('layer.convA'), undefined);
  assert.is(numbers.match('layer.conv01'), undefined, 'no number is written like this');
  assert.is(numbers.match('xlayer.conv1'), undefined);
  assert.is(numbers.fill(new Map([['n', '4']])), 'layer.conv5');
  assert.is(template('Unit[{n-1}]').fill(new Map([['n', '0']])), undefined, 'there is no Unit[-1]');
});

test('the same blank twice is the same both times', () => {
  const twice = template('expand{n}x{n}');
  assert.ok(twice.match('expand3x3'));
  assert.is(twice.match('expand1x3'), undefined);
});

test('what is no blank is taken literally', () => {
  assert.ok(template('a.b*').match('a.b*'));
  assert.is(template('a.b').match('axb'), undefined);
});

test.run();
