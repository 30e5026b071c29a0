import pico from 'picocolors';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../src/cli/commands/explain.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { catalogue } from '../../src/dsl/catalogue/index.ts';

function printed(...args: string[]): string {
  const lines: string[] = [];
  const colours = pico.createColors(false);
  const ignore = () => {};
  const terminal: Terminal = {
    print: (text) => lines.push(text),
    note: ignore,
    problem: ignore,
    colours,
    noteColours: colours,
    width: 60,
    interactive: false,
    quiet: false,
  };
  assert.is(run(args, {}, terminal), 0);
  return lines.join('\n');
}

test('a code is taken as it stands in a message, and in any case', () => {
  for (const typed of ['error[shape-mismatch]', 'Shape-Mismatch', 'shape mismatch']) {
    assert.is(printed(typed), printed('shape-mismatch'));
  }
});

test('without a code every code there is is listed', () => {
  const listed = printed().match(/^ {2}\S+$/gm) ?? [];
  assert.equal(listed.map((each) => each.trim()).sort(), Object.keys(catalogue).sort());
});

test('every code has a page with both examples, within the width', () => {
  for (const [code, { why, wrong, right }] of Object.entries(catalogue)) {
    const page = printed(code);
    const [prose = ''] = page.split('\nWrong:');
    assert.is(prose.replace(/\s+/g, ' ').includes(why.replace(/\s+/g, ' ')), true, code);
    for (const line of prose.split('\n')) assert.ok(line.length <= 60 || !line.includes(' '), line);
    for (const line of `${wrong}${right}`.trimEnd().split('\n')) assert.ok(page.includes(line), `${code}: ${line}`);
  }
});

test.run();
