/** Names of variants beside the curves of the report. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shortNames } from '../../src/launch/report/short-names.ts';

test('the beginning and the end of what is too long', () => {
  assert.equal(shortNames(['base', 'without the second and third block'], 26), ['base', 'without the …d third block']);
});

test('points of a sweep that begin and end alike are told apart by what is between', () => {
  const names = [1, 2].flatMap((groups) =>
    [3, 5].map((kernel) => `**/Norm.groups = ${groups}, **/Unit.kernel = ${kernel}`),
  );
  assert.equal(shortNames(names, 26), [
    '…groups = 1, …kernel = 3',
    '…groups = 1, …kernel = 5',
    '…groups = 2, …kernel = 3',
    '…groups = 2, …kernel = 5',
  ]);
});

test('what no window tells apart stays whole', () => {
  const names = ['a', 'b'].map(
    (letter) => `${'x'.repeat(20)}${letter.repeat(2)}${'y'.repeat(12)}${letter}${'z'.repeat(20)}`,
  );
  const short = shortNames([...names, names[0]!.replace('aa', 'ab')], 26);
  assert.is(new Set(short).size, 3);
});

test.run();
