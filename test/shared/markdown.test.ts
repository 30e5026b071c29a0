/** What GitHub would make of names, as `cmark-gfm -e autolink` does of the plain ones. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { markdownName } from '../../src/shared/markdown.ts';

test('addresses in names are no links', () => {
  for (const [name, expected] of [
    ['see https://x.org/a', 'see https:\\//x.org/a'],
    ['ftp://x.org', 'ftp:\\//x.org'],
    ['www.x.org', 'www\\.x.org'],
    ['of a@x.org', 'of a@<!-- -->x.org'],
    ['by @somebody', 'by @<!-- -->somebody'],
    ['wide: 2 @ 3', 'wide: 2 @ 3'],
    ['[x](http://x.org)', '\\[x\\](http:\\//x.org)'],
  ] as const) {
    assert.is(markdownName(name), expected);
  }
});

test('nothing in a name is emphasised, and an underscore within a word stands as it is', () => {
  assert.is(markdownName('_a_ **b** group_norm | <i>'), '\\_a\\_ \\*\\*b\\*\\* group_norm \\| &lt;i>');
});

test.run();
