/**
 * `layers-source.ts` holds the text of `layers/`, which the compiler writes beside generated code without reading files.
 * `UPDATE_GOLDEN=layers` rewrites it, and fails the run that does so.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layersSource } from '../../../../src/compiler/emit/tfjs/layers-source.ts';

const folder = new URL('../../../../src/compiler/emit/tfjs/', import.meta.url);

test('the embedded layers are the files in layers/', () => {
  const names = readdirSync(new URL('layers/', folder)).sort();
  const files = names.map((name) => [name, readFileSync(new URL(`layers/${name}`, folder), 'utf8')] as const);
  const expected = Object.fromEntries(files);
  if (process.env['UPDATE_GOLDEN'] === 'layers') {
    const quoted = (text: string): string => `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
    const entries = files.map(([name, text]) => `  '${name}': ${quoted(text)},`);
    const text = [
      '/** The files of `layers/`, text by name; rewritten by the test of this file. */',
      'export const layersSource: Readonly<Record<string, string>> = {',
      ...entries,
      '};',
      '',
    ];
    writeFileSync(new URL('layers-source.ts', folder), text.join('\n'));
  }
  assert.equal(layersSource, expected);
});

test.run();
