/** Every example of docs/language.md does what the page says of it. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builtins } from '../../src/compiler/evaluate/builtins.ts';
import { LIMITS } from '../../src/compiler/evaluate/session.ts';
import { keywords } from '../../src/dsl/tokens.ts';
import { diagnosticsOf, messagesOf } from '../compiler/language/compile-text.ts';

const page = readFileSync('docs/language.md', 'utf8');

/** "```spec", "```spec fails: CODE", or "```spec FILE", which later examples import. */
const examples = [...page.matchAll(/^```spec(?: ([^\n]*))?\n(.*?)^```$/gms)].map(([, info = '', text]) => ({
  info,
  text: text!,
  line: page.slice(0, page.indexOf(text!)).split('\n').length,
}));
const files = Object.fromEntries(
  examples.filter(({ info }) => info.endsWith('.spec')).map(({ info, text }) => [info, text]),
);

const test = suite('docs/language.md');

test('there are examples', () => assert.ok(examples.length > 10));

for (const { info, text, line } of examples) {
  test(`the example in line ${line}`, () => {
    const diagnostics = diagnosticsOf(text, files);
    const code = /^fails: (.*)$/.exec(info)?.[1];
    if (code === undefined) assert.equal(messagesOf(diagnostics), []);
    else
      assert.equal(
        diagnostics.map((each) => each.code),
        [code],
      );
  });
}

test('the table of functions is current', () => {
  for (const { form, doc } of Object.values(builtins)) assert.ok(page.includes(`| \`${form}\` | ${doc} |\n`), form);
});

test('the limits are those of the compiler', () => {
  const { nodes, steps, elements, depth } = LIMITS;
  const text = page.replace(/\s+/g, ' ');
  const [n, s, e] = [nodes, steps, elements].map((limit) => limit.toLocaleString('en'));
  assert.ok(text.includes(`${n} operations, ${s} steps, lists of ${e} elements, or uses nested ${depth} deep`));
});

test('every keyword is named', () => {
  const line = /^- Keywords: `([^`]*)`/m.exec(page)![1]!.split(' ');
  assert.equal([...line].sort(), [...keywords].map((each) => each.name.toLowerCase()).sort());
});

test.run();
