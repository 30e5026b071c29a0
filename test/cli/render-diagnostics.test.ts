import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { renderPlain } from '../../src/cli/render-diagnostics.ts';
import type { Diagnostic } from '../../src/dsl/diagnostic.ts';
import { diagnostic } from '../../src/dsl/diagnostic.ts';
import { Source } from '../../src/dsl/source.ts';

const main = new Source('main.spec', 'block A(x: [N]) {\n  y = x\n\n  z = [\n    y,\n  ]\n}\n');
const other = new Source('lib/other.spec', `${'\n'.repeat(98)}\tblock B\n`);

function at(source: Source, text: string): Diagnostic['span'] {
  const start = source.text.indexOf(text);
  return source.span(start, start + text.length);
}

function problem(span: Diagnostic['span'], more: Partial<Diagnostic> = {}): Diagnostic {
  const made = diagnostic('unexpected-character', span, { character: '~' }, { help: 'do this\nthen that' });
  return { ...made, message: 'a message', ...more };
}

const shown = (text: string): string => text.replace(/^\n/, '');

test('a label in the same line, one in another, and one in another file', () => {
  const labels = [
    { span: at(main, 'x: [N]'), text: 'far above' },
    { span: at(main, 'z'), text: 'in this line' },
    { span: at(other, 'B'), text: 'elsewhere' },
  ];
  const text = renderPlain([problem(at(main, 'z = ['), { labels, notes: ['first', 'second'] })]);
  assert.is(
    text,
    shown(`
error[unexpected-character]: a message
  --> main.spec:4:3
   |
 1 | block A(x: [N]) {
   |         ------ far above
...
 4 |   z = [
   |   ^^^^^
   |   - in this line
  ::: lib/other.spec:99:8
   |
99 |     block B
   |           - elsewhere
   = note: first
   = note: second
   = help: do this
           then that
`),
  );
});

test('a span over several lines is marked where it begins and where it ends', () => {
  const { help: _, ...bare } = problem(at(main, '[\n    y,\n  ]'));
  assert.is(
    renderPlain([bare]),
    shown(`
error[unexpected-character]: a message
 --> main.spec:4:7
  |
4 |   z = [
  |       ^
5 |     y,
6 |   ]
  |   ^
`),
  );
});

test('an empty span and the end of a file', () => {
  const { help: _, ...bare } = problem(main.span(main.text.length));
  assert.is(renderPlain([bare]), 'error[unexpected-character]: a message\n --> main.spec:8:1\n  |\n8 |\n  | ^\n');
});

test('no diagnostics are no text, and two are an empty line apart', () => {
  assert.is(renderPlain([]), '');
  assert.is(renderPlain([problem(at(main, 'y')), problem(at(main, 'z'))]).split('\n\n').length, 2);
});

test('colours wrap the same layout', () => {
  const diagnostics = [problem(at(main, 'z'), { labels: [{ span: at(main, 'y'), text: 'here' }] })];
  const styles = new Set<string>();
  const painted = renderPlain(diagnostics, (style, text) => {
    styles.add(style);
    return `«${text}»`;
  });
  assert.is.not(painted, renderPlain(diagnostics));
  assert.is(painted.replaceAll(/[«»]/g, ''), renderPlain(diagnostics));
  assert.equal([...styles].sort(), ['error', 'gutter', 'help', 'message', 'secondary']);
});

test('of a long line only what lies around the marks is shown', () => {
  const long = new Source('long.spec', `${'a + '.repeat(1000)}oops${' + b'.repeat(1000)}\n`);
  const { help: _, ...bare } = problem(at(long, 'oops'));
  const [, , , line, marks] = renderPlain([bare]).split('\n');
  assert.is(line, `1 | …${'a + '.repeat(10)}oops${' + b'.repeat(10)}…`);
  assert.is(marks!.indexOf('^^^^'), line!.indexOf('oops'));
  const both = renderPlain([{ ...bare, labels: [{ span: long.span(0, 1), text: 'begins here' }] }]);
  assert.ok(both.split('\n').every((each) => each.length < 180));
  assert.match(both, /- begins here/);
});

test('a long span of a long line is marked as far as it is shown', () => {
  const long = new Source('long.spec', 'a'.repeat(5000));
  const { help: _, ...bare } = problem(long.span(0, 5000));
  const lines = renderPlain([bare]).split('\n');
  assert.is(lines[3], `1 | ${'a'.repeat(80)}…`);
  assert.is(lines[4], `  | ${'^'.repeat(80)}`);
});

test('characters that a terminal would obey are made visible', () => {
  const odd = new Source('odd.spec', 'a = \x1b[31m \u202e b\x00\n');
  const { help: _, ...bare } = problem(at(odd, 'b'));
  const text = renderPlain([{ ...bare, message: 'the character `\x1b`' }]);
  assert.match(text, /1 \| a = ␛\[31m · b␀\n/);
  assert.match(text, /the character `␛`/);
});

test.run();
