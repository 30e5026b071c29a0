/**
 * `layers-source.ts` holds the text of `layers/`, which the compiler writes beside generated code without reading files.
 * `UPDATE_GOLDEN=layers` rewrites it, and fails the run that does so.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layersSource } from '../../../../src/compiler/emit/tfjs/layers-source.ts';
import { embeddedFiles } from '../../../support/embedded-text.ts';

test('the embedded layers are the files in layers/', () => {
  const expected = embeddedFiles({
    folder: 'emit/tfjs/layers/',
    module: 'emit/tfjs/layers-source.ts',
    doc: 'The files of `layers/`, text by name; rewritten by the test of this file.',
    name: 'layersSource',
    update: 'layers',
  });
  assert.equal(layersSource, expected);
});

test.run();
