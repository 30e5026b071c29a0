import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Expression } from '../../src/dsl/ast.ts';
import { parse } from '../../src/dsl/parse.ts';
import { Source, type Span, textOf } from '../../src/dsl/source.ts';
import { goldenCases } from '../support/golden.ts';
import { randomModule } from '../support/random-module.ts';
import { bare } from '../support/syntax-tree.ts';

const RUNS = { numRuns: 300, seed: 20240607 };

const WORDS = [
  ...['import', 'from', 'const', 'fn', 'block', 'model', 'assert', 'for', 'in', 'if', 'else', 'and', 'or', 'not'],
  ...['true', 'false', 'ablation', 'a', 'B', '1', '0.5', '"s"', '"{', '"', '{', '}', '(', ')', '[', ']', ',', ':'],
  ...['.', '...', ';', '\n', '\n', '=', '+=', '->', '|>', '|', '+', '-', '*', '/', '%', '**', '==', '<', '//c\n'],
  ...['/// d\n', '#', '&&', '~', '/*', "'", '\\', '\t', 'é', '\0'],
];

/** Parses and checks what always holds. */
function parsed(text: string) {
  const source = new Source('random.spec', text);
  const { value, diagnostics } = parse(source);
  for (const { span, labels } of diagnostics) {
    for (const each of [span, ...labels.map((label) => label.span)]) {
      assert.ok(0 <= each.start && each.start <= each.end && each.end <= text.length, 'a span inside of the text');
    }
  }
  return { value, diagnostics };
}

test('the text of a tree parses to that tree', () => {
  fc.assert(
    fc.property(randomModule, ({ tree, text }) => {
      const { value, diagnostics } = parsed(text);
      assert.equal(
        diagnostics.map((each) => each.message),
        [],
      );
      assert.equal(bare(value), tree);
    }),
    RUNS,
  );
});

test('the span of an expression is its text', () => {
  fc.assert(
    fc.property(randomModule, ({ text }) => {
      for (const expression of expressionsOf(parsed(text).value)) {
        const alone = parse(new Source('alone.spec', `const A = (${textOf(expression.span)})\n`));
        const [item] = alone.value.items;
        assert.equal(bare(item?.kind === 'const' && item.value), bare(expression));
      }
    }),
    { ...RUNS, numRuns: 60 },
  );
});

test('random text never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void parsed(text)),
    RUNS,
  );
});

test('random words never throw', () => {
  const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(soup, (text) => void parsed(text)),
    { ...RUNS, numRuns: 400 },
  );
});

test('no file throws when it is cut off or has a stretch cut out, and what is whole stays', () => {
  const texts = goldenCases('syntax').map(({ source }) => source.text);
  const cut = fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(12));
  fc.assert(
    fc.property(cut, ([text, at, length]) => {
      const start = at % (text.length + 1);
      parsed(text.slice(0, start));
      parsed(text.slice(0, start) + text.slice(start + length));
    }),
    { ...RUNS, numRuns: 400 },
  );
});

test('a mistake in one statement leaves the others as they are', () => {
  const text =
    'block A(x: [N]) {\n  a = x |> f\n  b = 1 2\n  c = x |> g\n  for i in [1] {\n    d = = 2\n    e = 3\n  }\n  c\n}\n';
  const { value, diagnostics } = parsed(text);
  assert.is(diagnostics.length, 2);
  const [item] = value.items;
  const names = item?.kind === 'block' ? item.body.statements.map((each) => each.kind) : [];
  assert.equal(names.filter((kind) => kind === 'assignment').length >= 2, true);
  assert.ok(names.includes('for') && names.at(-1) === 'expression');
});

/** Every expression below a node, missing ones left out. */
/** All but the further `for`s of a list, which have no text of their own. */
function expressionsOf(node: unknown): Expression[] {
  if (Array.isArray(node)) return node.flatMap((each) => expressionsOf(each));
  if (typeof node !== 'object' || node === null || node instanceof Source) return [];
  const children = Object.entries(node).flatMap(([key, each]) => (/span$/i.test(key) ? [] : expressionsOf(each)));
  if (isExpression(node) && node.kind === 'comprehension' && node.joined) {
    return [node, ...children.filter((each) => each !== node.element)];
  }
  return isExpression(node) ? [node, ...children] : children;
}

function isExpression(node: object): node is Expression & { span: Span } {
  const kinds = ['int', 'float', 'string', 'bool', 'name', 'list', 'comprehension', 'record', 'tuple', 'unary'];
  const more = ['binary', 'call', 'pipe', 'member', 'index', 'if'];
  return 'kind' in node && [...kinds, ...more].includes(String(node.kind));
}

test.run();
