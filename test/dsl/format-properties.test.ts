import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hasErrors } from '../../src/dsl/diagnostic.ts';
import { commentsOf } from '../../src/dsl/format/comments.ts';
import { format } from '../../src/dsl/format.ts';
import { parse } from '../../src/dsl/parse.ts';
import { Source } from '../../src/dsl/source.ts';
import { lex } from '../../src/dsl/tokens.ts';
import { goldenCases } from '../support/golden.ts';
import { randomModule } from '../support/random-module.ts';
import { bare } from '../support/syntax-tree.ts';

const RUNS = { numRuns: 300, seed: 20240608 };

function formatted(text: string): string {
  return format(new Source('random.spec', text)).value;
}

function tree(text: string): unknown {
  return bare(parse(new Source('random.spec', text)).value);
}

/** The texts of all comments, whatever the number of slashes: a misplaced `///` may become `//`. */
function comments(text: string): string[] {
  return commentsOf(new Source('random.spec', text))
    .map((each) => each.text.replace(/^\/+/, ''))
    .sort();
}

function check(text: string): void {
  const once = formatted(text);
  assert.equal(tree(once), tree(text), 'the tree is kept');
  assert.equal(comments(once), comments(text), 'the comments are kept');
  assert.is(formatted(once), once, 'formatting again changes nothing');
  assert.not.match(once, /[^\S\n]\n|\n\n\n|^\n|\n\n$/, 'no blanks at line ends, no two empty lines');
}

test('formatting keeps the tree and settles at once', () => {
  fc.assert(
    fc.property(randomModule, ({ text }) => check(text)),
    RUNS,
  );
});

test('formatting keeps comments wherever they stand', () => {
  const files = goldenCases('syntax')
    .filter(({ source }) => !hasErrors(parse(source).diagnostics))
    .map(({ source }) => source.text);
  const text = fc.oneof(
    randomModule.map((sample) => sample.text),
    fc.constantFrom(...files),
  );
  const places = fc.array(fc.tuple(fc.nat(), fc.constantFrom(' //', '\n//', '\n///', '\n\n//', ' ///')), {
    minLength: 1,
    maxLength: 6,
  });
  let commented = 0;
  fc.assert(
    fc.property(text, places, (original, all) => {
      let mutated = original;
      all.forEach(([place, opening], index) => {
        const tokens = lex(new Source('random.spec', mutated));
        const at = tokens[place % Math.max(1, tokens.length)]?.startOffset ?? 0;
        const attempt = `${mutated.slice(0, at)}${opening} c${index}\n${mutated.slice(at)}`;
        if (!hasErrors(parse(new Source('random.spec', attempt)).diagnostics)) mutated = attempt;
      });
      if (mutated !== original) commented++;
      check(mutated);
    }),
    { ...RUNS, numRuns: 500 },
  );
  assert.ok(commented > 250, `only ${commented} samples got a comment`);
});

test('a text with errors is returned as it is, with them', () => {
  const { value, diagnostics } = format(new Source('a.spec', 'const A  = (1\nconst  B = 2\n'));
  assert.is(value, 'const A  = (1\nconst  B = 2\n');
  assert.is(diagnostics.length, 1);
});

test.run();
