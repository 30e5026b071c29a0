/** docs/ops.md is what its generator makes of the compiler's tables as they are now. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { opsReference } from '../../scripts/ops-reference.ts';
import { signatures } from '../../src/compiler/ops/signature/index.ts';

test('the reference of layers is current', () => {
  const written = readFileSync('docs/ops.md', 'utf8');
  assert.ok(written === opsReference(), 'docs/ops.md is stale: run `npx tsx scripts/ops-reference.ts`');
});

test('every layer has an entry and a row, and a parameter of each is explained', () => {
  const text = opsReference();
  for (const [op, { parameters }] of Object.entries(signatures)) {
    assert.ok(text.includes(`\n### ${op}\n`) && text.includes(`\n| [\`${op}\`]`), op);
    for (const { doc, name } of parameters) assert.match(doc, /^[A-Z`].*\.$/s, `${op}(${name})`);
  }
});

test.run();
