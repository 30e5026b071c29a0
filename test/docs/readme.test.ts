/** What README.md shows is what specc prints. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run as summary } from '../../src/cli/commands/summary.ts';
import { renderPlain } from '../../src/cli/render-diagnostics.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import { check } from '../../src/compiler/compile.ts';

const README = readFileSync('README.md', 'utf8');
const PATH = 'specs/ddrnet.spec';

test('the shape error is the one of this mistake', () => {
  const spec = readFileSync(PATH, 'utf8');
  const right = 'conv2d(C, 3, dilation: dilation)\n    |> group_norm(groups)\n  x + change';
  assert.ok(spec.includes(right));
  const diagnostics = check(PATH, spec.replace(right, right.replace('(C', '(64')), { read: () => undefined });
  assert.ok(README.includes(`specc check\n${renderPlain(diagnostics).trimEnd()}\n`), renderPlain(diagnostics));
});

test('the summary is the one of DDRNet', () => {
  const printed: string[] = [];
  const terminal = {
    ...openTerminal({ color: false }),
    width: undefined,
    print: (text: string) => void printed.push(...text.split('\n')),
  };
  summary([PATH], { format: 'table', depth: '1' }, terminal);
  const [, shown = ''] = /--depth 1\n(.*?)```/s.exec(README) ?? [];
  const lines = shown.trimEnd().split('\n');
  assert.ok(lines.length > 10);
  const missing = lines.filter((line) => line !== '…' && !printed.includes(line));
  assert.equal(missing, []);
});

test.run();
