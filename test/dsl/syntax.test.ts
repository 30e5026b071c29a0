import * as assert from 'uvu/assert';
import { renderPlain } from '../../src/cli/render-diagnostics.ts';
import { syntax } from '../../src/dsl/catalogue/syntax.ts';
import { format } from '../../src/dsl/format.ts';
import { parse } from '../../src/dsl/parse.ts';
import { Source } from '../../src/dsl/source.ts';
import { type GoldenCase, golden, goldenCases } from '../support/golden.ts';
import { showModule } from '../support/syntax-tree.ts';

const isFormatting = ({ name }: GoldenCase): boolean => /^(format|showcase)\//.test(name);

const test = golden('syntax', {
  'ast.txt': (input) => (isFormatting(input) ? '' : showModule(parse(input.source).value)),
  'formatted.txt': (input) => (isFormatting(input) ? format(input.source).value : ''),
  'diagnostics.txt': ({ source }) => renderPlain(parse(source).diagnostics),
});

const codesIn = (text: string): string[] =>
  parse(new Source('example.spec', text)).diagnostics.map((each) => each.code);

for (const [code, { wrong, right }] of Object.entries(syntax)) {
  test(`the examples of ${code}`, () => {
    assert.equal(codesIn(wrong), [code]);
    assert.equal(codesIn(right), []);
  });
}

test('every code of the catalogue occurs in some case', () => {
  const found = new Set(goldenCases('syntax').flatMap(({ source }) => codesIn(source.text)));
  assert.equal(
    Object.keys(syntax).filter((code) => !found.has(code)),
    [],
  );
});

test.run();
