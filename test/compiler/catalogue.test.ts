/**
 * Holds the catalogue of diagnostics to its word: an entry's `wrong` example causes exactly its code, its `right`
 * example causes nothing, and every code occurs in some golden.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ablations } from '../../src/dsl/catalogue/ablations.ts';
import type { Entry } from '../../src/dsl/catalogue/entry.ts';
import { evaluation } from '../../src/dsl/catalogue/evaluation.ts';
import { type Code, catalogue } from '../../src/dsl/catalogue/index.ts';
import { names } from '../../src/dsl/catalogue/names.ts';
import { shapes } from '../../src/dsl/catalogue/shapes.ts';
import { syntax } from '../../src/dsl/catalogue/syntax.ts';
import { codesOf } from './language/compile-text.ts';

const language: Readonly<Record<string, Entry<never>>> = {
  ...syntax,
  ...names,
  ...evaluation,
  ...shapes,
  ...ablations,
};

/** The file that examples import from. */
const files = {
  'blocks.spec':
    '/// The input and a change of it.\nblock Residual(x: [H, W, C]) -> [H, W, C] {\n  x + (x |> conv2d(C, 3))\n}\n',
};

/** They answer to settings from the command line or a configuration, which no specification can show. */
const fromOutside: readonly Code[] = ['unknown-setting', 'setting-needed'];

const examples = suite('examples of the catalogue');

for (const [code, { wrong, right }] of Object.entries(language)) {
  if (fromOutside.includes(code as Code)) continue;
  examples(code, () => {
    assert.equal([...new Set(codesOf(wrong, files))], [code], `the wrong example:\n${wrong}`);
    assert.equal(codesOf(right, files), [], `the right example:\n${right}`);
  });
}

examples('only settings from outside have no example', () => {
  const without = Object.entries(language).filter(([, { wrong, right }]) => wrong === '' || right === '');
  assert.equal(without.map(([code]) => code).sort(), [...fromOutside].sort());
});

examples('every code says why, in a sentence', () => {
  for (const [code, { why }] of Object.entries(catalogue as Readonly<Record<string, Entry<never>>>)) {
    assert.match(why, /^[A-Z`0-9].*\.$/s, code);
  }
});

examples.run();

/** The command line and missing folders cause these; test/config/ tries them. */
const notInFiles: readonly Code[] = ['config-override', 'config-data-missing'];

const goldens = suite('codes in goldens');

goldens('every code occurs in a golden', () => {
  const folder = fileURLToPath(new URL('../golden', import.meta.url));
  const seen = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true }).map(String)) {
    if (!file.endsWith('.diagnostics.txt')) continue;
    for (const [, code] of readFileSync(`${folder}/${file}`, 'utf8').matchAll(/^(?:error|warning)\[([\w-]+)\]/gm)) {
      seen.add(code!);
    }
  }
  const missing = Object.keys(catalogue).filter((code) => !seen.has(code));
  assert.equal(missing.sort(), ['setting-needed', ...notInFiles].sort());
});

goldens.run();
