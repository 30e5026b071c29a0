/** `specc graph FOLDER -o SITE`: a page for each model and an index. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as graph from '../../src/cli/commands/graph.ts';
import { specc } from '../training/run-command.ts';

const model = (name: string, body: string, parameters = ''): string =>
  `/// About ${name}, <b>.\nmodel ${name}${parameters}(x: [8, 8, 3]) {\n  ${body}\n}\n`;

test('every model has a page, and the index lists those that cannot be drawn with the reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'specc-site-'));
  const specs = join(folder, 'specs');
  const out = join(folder, 'site/pages');
  mkdirSync(join(specs, 'more'), { recursive: true });
  writeFileSync(
    join(specs, 'a.spec'),
    model('Net', 'x |> conv2d(4, 3)') + model('Open', 'x |> conv2d(n, 3)', '(n: int)'),
  );
  writeFileSync(join(specs, 'more/b.spec'), model('net', 'x |> conv2d(5, 3)'));
  writeFileSync(join(specs, 'wrong.spec'), model('Wrong', 'x |> conv2d(4, 3) |> dense(y)'));
  const run = (options: object) => specc(graph, [specs], { fold: true, format: undefined, ...options });

  const { code, stderr } = await run({ out, color: 'macs' });
  assert.is(code, 1, 'one has an error');
  assert.match(stderr, /nothing here is called `y`/);
  assert.match(stderr, /wrote .*index\.html and 2 pages/);
  assert.equal(readdirSync(out).sort(), ['Net.html', 'b-net.html', 'index.html']);
  const index = readFileSync(join(out, 'index.html'), 'utf8');
  assert.match(
    index,
    /<a href="Net\.html">Net<\/a><p>About Net, &#60;b&#62;\.<\/p>.*<td>8×8×3<\/td><td>8×8×4<\/td><td>112<\/td>/,
  );
  assert.match(index, 'not drawn: its parameters have no defaults: n');
  assert.match(index, 'not drawn: nothing here is called `y`');
  assert.match(readFileSync(join(out, 'Net.html'), 'utf8'), '"color":"macs"');

  for (const [options, problem] of [
    [{}, /help: add -o site/],
    [{ out, format: 'svg' }, /of a folder there are pages, and no svg/],
    [{ out, set: ['a=1'] }, /--set and --variant are for one model/],
  ] as const) {
    const wrong = await run(options);
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, problem);
  }
  rmSync(folder, { recursive: true });
});

test.run();
