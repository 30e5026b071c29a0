/** The exit code where ablations differ, or have mistakes on one side. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite<{ folder: string }>('ablations in diff');
const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

const BODY = `model Net(image: [8, 8, 3]) -> [4] {
  body = image |> conv2d(8, 3) |> relu
  body |> global_avg_pool |> dense(4)
}

ablation Parts of Net {
  "no body" { disable body }
}
`;
const TRUNK = BODY.replaceAll(' body =', ' trunk =').replace('body |>', 'trunk |>');

test.before.each((context) => {
  context.folder = realpathSync(mkdtempSync(join(tmpdir(), 'specc-ablations-')));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function diff(folder: string, old: string, next: string, ...options: string[]) {
  for (const [side, text] of Object.entries({ old, new: next })) {
    const file = join(folder, side, 'net.spec');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const args = ['--import', import.meta.resolve('tsx'), MAIN, 'diff', 'old', 'new', ...options];
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
}

test('one that no longer checks is shown as check shows it, after the report, with 1', ({ folder }) => {
  const { status, stdout, stderr } = diff(folder, BODY, TRUNK);
  assert.is(status, 1);
  assert.match(stdout, / {2}> trunk\n {6}was body\n[\s\S]*! ablation Parts of new\/net\.spec#Net no longer checks/);
  assert.match(stderr, /^error\[edit-matches-nothing\].*`body`\n +--> new\/net\.spec:7:23\n/);
});

test('mistakes of the old side alone end with 0', ({ folder }) => {
  const { status, stdout, stderr } = diff(folder, TRUNK, BODY);
  assert.is(status, 0);
  assert.is(stderr, '');
  assert.match(stdout, /ablation Parts .*\n +had 1 mistake before, and has none now/);
});

test('files that differ in an ablation alone are not equal', ({ folder }) => {
  const edited = BODY.replace('disable body', 'replace body with sigmoid');
  const { status, stdout } = diff(folder, BODY, edited, '--exit-code');
  assert.is(status, 1);
  assert.match(stdout, /^ablations\n[\s\S]*disable body → replace body with sigmoid/);
  assert.is(diff(folder, BODY, BODY.replace('"no body" {', '"no body"   {'), '--exit-code').status, 0);
});

test.run();
