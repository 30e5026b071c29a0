/**
 * `standard-library.ts` holds the text of `std/`, which specifications import without any file being read.
 * `UPDATE_GOLDEN=std` rewrites it, and fails the run that does so.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../src/compiler/compile.ts';
import { standardLibrary } from '../../src/compiler/standard-library.ts';
import { format } from '../../src/dsl/format.ts';
import { Source } from '../../src/dsl/source.ts';
import { messagesOf } from './language/compile-text.ts';

const folder = new URL('../../src/compiler/', import.meta.url);

test('the embedded library is the files in std/', () => {
  const names = readdirSync(new URL('std/', folder)).sort();
  const files = names.map((name) => [`std/${name}`, readFileSync(new URL(`std/${name}`, folder), 'utf8')] as const);
  if (process.env['UPDATE_GOLDEN'] === 'std') {
    const quoted = (text: string): string => `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
    const entries = files.map(([name, text]) => `  '${name}': ${quoted(text)},`);
    const text = [
      '/** The files of `std/`, text by the path of an import; rewritten by the test of this file. */',
      'export const standardLibrary: Readonly<Record<string, string>> = {',
      ...entries,
      '};',
      '',
    ];
    writeFileSync(new URL('standard-library.ts', folder), text.join('\n'));
  }
  const same = JSON.stringify(standardLibrary) === JSON.stringify(Object.fromEntries(files));
  assert.ok(same, 'stale: run with UPDATE_GOLDEN=std');
});

for (const [path, text] of Object.entries(standardLibrary)) {
  test(`${path} is formatted, and nothing is wrong with it`, () => {
    assert.equal(messagesOf(check(path, text, { read: () => undefined })), []);
    assert.is(format(new Source(path, text)).value, text);
  });
}

test.run();
