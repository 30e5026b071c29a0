/**
 * `standard-library.ts` holds the text of `std/`, which specifications import without any file being read.
 * `UPDATE_GOLDEN=std` rewrites it, and fails the run that does so.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../src/compiler/compile.ts';
import { standardLibrary } from '../../src/compiler/standard-library.ts';
import { format } from '../../src/dsl/format.ts';
import { Source } from '../../src/dsl/source.ts';
import { embeddedFiles } from '../support/embedded-text.ts';
import { messagesOf } from './language/compile-text.ts';

test('the embedded library is the files in std/', () => {
  const expected = embeddedFiles({
    folder: 'std/',
    module: 'standard-library.ts',
    doc: 'The files of `std/`, text by the path of an import; rewritten by the test of this file.',
    name: 'standardLibrary',
    prefix: 'std/',
    update: 'std',
  });
  assert.equal(standardLibrary, expected);
});

for (const [path, text] of Object.entries(standardLibrary)) {
  test(`${path} is formatted, and nothing is wrong with it`, () => {
    assert.equal(messagesOf(check(path, text, { read: () => undefined })), []);
    assert.is(format(new Source(path, text)).value, text);
  });
}

test.run();
