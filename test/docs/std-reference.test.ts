/** docs/std.md is what its generator makes of the standard library as it is now. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { declarationsOf, libraryFiles, stdReference } from '../../scripts/std-reference.ts';

test('the reference of the standard library is current', () => {
  const written = readFileSync('docs/std.md', 'utf8');
  assert.ok(written === stdReference(), 'docs/std.md is stale: run `npx tsx scripts/std-reference.ts`');
});

test('every declaration is explained, and stands in one file only', () => {
  const all = libraryFiles().flatMap((file) => declarationsOf(file));
  for (const { doc, name } of all) assert.match(doc ?? '', /^[A-Z`].*[.:]$/s, name.text);
  assert.is(new Set(all.map(({ name }) => name.text)).size, all.length);
});

test.run();
