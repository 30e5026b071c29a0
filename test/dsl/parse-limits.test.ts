import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { format } from '../../src/dsl/format.ts';
import { parse } from '../../src/dsl/parse.ts';
import { parseChunk } from '../../src/dsl/parse-chunk.ts';
import { Source } from '../../src/dsl/source.ts';
import { lex } from '../../src/dsl/tokens.ts';

const codes = (text: string): string[] => parse(new Source('deep.spec', text)).diagnostics.map((each) => each.code);

const TOO_DEEP = {
  parentheses: `const A = ${'('.repeat(5000)}1${')'.repeat(5000)}\n`,
  lists: `const A = ${'['.repeat(5000)}${']'.repeat(5000)}\n`,
  records: `const A = ${'{ a: '.repeat(5000)}1${' }'.repeat(5000)}\n`,
  calls: `const A = ${'f('.repeat(5000)}1${')'.repeat(5000)}\n`,
  bodies: `fn a() {\n${'for x in y {\n'.repeat(5000)}${'}\n'.repeat(5001)}`,
  'ifs in conditions': `const A = ${'if a { '.repeat(5000)}1${' }'.repeat(5000)}\n`,
  negations: `const A = ${'-'.repeat(5000)}1\n`,
  nots: `const A = ${'not '.repeat(5000)}true\n`,
  sums: `const A = 1${' + 1'.repeat(5000)}\n`,
  powers: `const A = 1${' ** 1'.repeat(5000)}\n`,
  pipelines: `const A = x${' |> f'.repeat(5000)}\n`,
  members: `const A = x${'.y'.repeat(5000)}\n`,
  'else ifs': `const A = if a { 1 }${' else if a { 1 }'.repeat(5000)}\n`,
  types: `fn a(x: ${'['.repeat(5000)}int${']'.repeat(5000)}) = 1\n`,
};

for (const [what, text] of Object.entries(TOO_DEEP)) {
  test(`${what} that nest too deeply are reported once`, () => assert.equal(codes(text), ['nested-too-deeply']));
}

test('nesting up to the limit is read and formatted', () => {
  for (const text of [
    `const A = ${'('.repeat(63)}1${')'.repeat(63)}\n`,
    `const A = ${'f('.repeat(63)}1${')'.repeat(63)}\n`,
    `fn a() {\n${'for x in y {\n'.repeat(62)}${'}\n'.repeat(63)}`,
    `const A = 1${' + 1'.repeat(990)}\n`,
    `const A = 1${' ** 1'.repeat(990)}\n`,
  ]) {
    assert.equal(codes(text), []);
    assert.equal(codes(format(new Source('deep.spec', text)).value), []);
  }
});

test('a mistake at the deepest level is found', () => {
  for (const [open, close] of [
    ['f(', ')'],
    ['[', ']'],
    ['(', ')'],
    ['{ a: ', ' }'],
    ['f(a: -', ')'],
  ] as const) {
    assert.equal(codes(`const A = ${open.repeat(64)}1 2${close.repeat(64)}\n`), ['expected'], open);
  }
});

const part = `block A(d: int = 1)(x: [H, W, C]) -> [H / 2, W, 2 * C] {
  x = x |> Residual; features += x
  y = x |> conv2d(C, 3, dilation: d)
    |> relu
  z = -a ** 2 + b // comment
  for i, f in features {
    z = if i > 2 { f |> g(1, "{i} of {len(features)}") } else { z }
  }
  z
}
`;

test('ten thousand lines are read', () => {
  assert.equal(parse(new Source('long.spec', part.repeat(1000))).diagnostics, []);
});

// Reading that goes through a text again at each of its mistakes would not come to an end here.
test('a long text that is wrong throughout is read to its end', () => {
  for (const unit of ['const A = f((\n', 'const A = "{"{"\n', '}\n', 'x = 1\n', '((((', 'a b ', '"{x']) {
    assert.ok(codes(unit.repeat(32_000 / unit.length)).length > 0, JSON.stringify(unit));
  }
});

const LONG = {
  list: `const A = [\n${'  1,\n'.repeat(150_000)}]\n`,
  'list on a line': `const A = [${'1, '.repeat(150_000)}]\n`,
  body: `fn a() -> int {\n${'  x = 1\n'.repeat(150_000)}  x\n}\n`,
  comments: `${'// c\n'.repeat(150_000)}const A = 1\n`,
  declarations: Array.from({ length: 20_000 }, (_, at) => `const A${at} = 1\n`).join(''),
};

for (const [name, text] of Object.entries(LONG)) {
  test(`formats a very long ${name}`, () => {
    const formatted = format(new Source('long.spec', text));
    assert.equal(formatted.diagnostics, []);
    assert.ok(formatted.value.length > text.length / 2);
  });
}

test('what is wrong throughout is mended only so often', () => {
  const tokens = lex(new Source('commas.spec', `const A = [${'1 '.repeat(5000)}]`));
  const { errors } = parseChunk('item', tokens);
  assert.ok(errors.length > 0 && errors.length < 100, `${errors.length} mistakes mended`);
});

test.run();
