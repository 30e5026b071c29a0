/** Sides in revisions of a real repository, and git's own diff and difftool with specc. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite<{ folder: string }>('diff in git');
const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const SPECC = [process.execPath, '--import', import.meta.resolve('tsx'), MAIN];

const BLOCKS = `block Unit(width: int = 8)(x: [H, W, C]) -> [H, W, width] {
  x |> conv2d(width, 3) |> relu
}
`;
const NET = `import { Unit } from "../lib/blocks.spec"

model Net(classes: int = 4)(image: [8, 8, 3]) -> [classes] {
  image |> Unit |> Unit |> global_avg_pool |> dense(classes)
}
`;

function run(folder: string, command: string, args: readonly string[]) {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PAGER: 'cat',
  };
  const ended = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env });
  assert.not.match(ended.stderr, /\n\s+at .*:\d+/, 'a stack trace');
  return ended;
}

function git(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = run(folder, 'git', [
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@example.org',
    ...args,
  ]);
  assert.is(status, 0, stderr);
  return stdout;
}

function specc(folder: string, ...args: string[]) {
  return run(folder, SPECC[0]!, [...SPECC.slice(1), ...args]);
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test.before((context) => {
  context.folder = realpathSync(mkdtempSync(join(tmpdir(), 'specc-git-')));
  const { folder } = context;
  git(folder, 'init', '-q', '-b', 'main');
  write(folder, 'models/specs/net.spec', NET);
  write(folder, 'models/lib/blocks.spec', BLOCKS);
  write(folder, '.gitattributes', '*.spec diff=specc\n');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'first');
  git(folder, 'checkout', '-q', '-b', 'origin/wide');
  // What a model imports changes it.
  write(folder, 'models/lib/blocks.spec', BLOCKS.replace('width: int = 8', 'width: int = 16'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('a revision is read with its imports, from the top or from here', ({ folder }) => {
  const here = join(folder, 'models/specs');
  for (const [from, old, next] of [
    [folder, 'HEAD:models/specs/net.spec', 'models/specs/net.spec'],
    [here, 'HEAD:./net.spec', 'net.spec'],
    [here, 'HEAD:models/specs/net.spec', 'net.spec'],
  ] as const) {
    const { status, stdout, stderr } = specc(from, 'diff', old, next, '--exit-code');
    assert.is(status, 1, stderr);
    assert.match(stdout, / {2}parameters +844 → +2,836/);
    assert.match(stdout, /~ Unit\[0, 1\] \(2 ×\).*\n +width: 8 → 16/);
    assert.match(stdout, /block Unit: parameter width: default 8 → 16/);
  }
});

test('--base compares all that changed, and nothing else', ({ folder }) => {
  write(folder, 'models/specs/other.spec', 'model Other(x: [4]) -> [2] {\n  x |> dense(2)\n}\n');
  const { status, stdout, stderr } = specc(join(folder, 'models'), 'diff', '--base', 'main...');
  assert.is(status, 0, stderr);
  assert.match(stdout, /main\.\.\.:specs\/net\.spec#Net → specs\/net\.spec#Net/);
  assert.match(stdout, /specs\/other\.spec#Other\n {2}\+ new model: 1 layer, 10 parameters/);
  assert.match(specc(folder, 'diff', 'HEAD:models/', 'HEAD:models/').stdout, /^no difference$/m);
  assert.match(specc(folder, 'diff', 'HEAD:models/specs/net.spec').stdout, /844 → +2,836/);
});

test('what is wrong is told: a revision, a path, mistakes in an old file', ({ folder }) => {
  assert.match(specc(folder, 'diff', 'nowhere:a.spec', 'models').stderr, /git knows no revision 'nowhere'/);
  const { status, stderr } = specc(folder, 'diff', 'HEAD:models/specs/nett.spec', 'models/specs/net.spec');
  assert.is(status, 2);
  assert.match(stderr, /'HEAD' has no specification 'models\/specs\/nett\.spec'\nhelp: did you mean `net\.spec`\?/);
  write(folder, 'models/specs/net.spec', NET.replace('|> Unit |>', '|> Unt |>'));
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'wrong');
  write(folder, 'models/specs/net.spec', NET);
  const wrong = specc(folder, 'diff', 'HEAD:models/specs/net.spec');
  assert.is(wrong.status, 1);
  assert.match(wrong.stderr, /error\[unknown-name\].*\n +--> HEAD:models\/specs\/net\.spec:4:/);
});

test('git diff shows the architecture with textconv', ({ folder }) => {
  const textconv = SPECC.map((part) => `'${part}'`).join(' ');
  const options = ['-c', `diff.specc.textconv=${textconv} diff --textconv`];
  const shown = (): string => git(folder, ...options, 'diff', 'main', '--', 'models/specs/net.spec');
  assert.is(shown(), '', 'the text of the model itself is as before');
  write(folder, 'models/specs/net.spec', NET.replace('|> Unit |> Unit', '|> Unit |> relu |> Unit'));
  const changed = shown();
  assert.match(changed, /^\+relu = relu\(Unit\/relu\) -> \[8, 8, 16\]$/m);
  assert.match(changed, /^\+Unit\[1\]\/conv2d = conv2d\(relu\) -> /m);
  assert.not.match(changed, /\|>/, 'no source text');
});

test('textconv reads the imports of the revision, and one attribute is one line', ({ folder }) => {
  const text = '// moved\nimport { Part } from "./old-parts.spec"\nmodel Moved(x: [8]) -> [4] {\n  x |> Part(4)\n}\n';
  const part = 'block Part(units: int)(x: [C]) {\n  x |> dense(units, bias: false)\n}\n';
  write(folder, 'models/specs/moved.spec', text);
  write(folder, 'models/specs/old-parts.spec', part);
  git(folder, 'add', 'models/specs');
  git(folder, 'commit', '-q', '-m', 'parts');
  git(folder, 'mv', 'models/specs/old-parts.spec', 'models/specs/parts.spec');
  write(folder, 'models/specs/parts.spec', part.replace('bias: false', 'bias: true'));
  write(folder, 'models/specs/moved.spec', text.replace('old-parts', 'parts'));
  git(folder, 'add', 'models/specs');
  git(folder, 'commit', '-q', '-m', 'other parts');
  const textconv = SPECC.map((each) => `'${each}'`).join(' ');
  const args = ['diff', 'HEAD~1', 'HEAD', '--', 'models/specs/moved.spec'];
  const shown = git(folder, '-c', `diff.specc.textconv=${textconv} diff --textconv`, ...args);
  const changes = shown.split('\n').filter((line) => /^[-+] /.test(line));
  assert.equal(changes, ['-    bias: false', '+    bias: true'], shown);
  assert.not.match(shown, /this has errors/);
});

test('git difftool shows what specc says', ({ folder }) => {
  const command = `${SPECC.map((part) => `'${part}'`).join(' ')} diff "$LOCAL" "$REMOTE" --path "$MERGED"`;
  const options = ['-c', 'diff.tool=specc', '-c', `difftool.specc.cmd=${command}`, 'difftool', '--no-prompt'];
  const shown = git(folder, ...options, 'main', '--', 'models/specs/net.spec');
  assert.match(shown, /models\/specs\/net\.spec#Net\n/);
  assert.match(shown, /\+ relu \[8, 8, 16\]/);
});

test('--weight-map, --budget and --out', ({ folder }) => {
  const old = 'main:models/specs/net.spec';
  const map = join(folder, 'map.yaml');
  const { status, stderr } = specc(
    folder,
    'diff',
    old,
    'models/specs/net.spec',
    '--budget',
    'params=+5%',
    '--weight-map',
    map,
  );
  assert.is(status, 1);
  assert.match(stderr, /error: .*exceeds its budget of params=\+5%: parameters 844 → 2,836 \(\+1,992, \+236 %\)/);
  assert.match(readFileSync(map, 'utf8'), /^layout: specc$/m);
  assert.is(specc(folder, 'diff', old, 'models/specs/net.spec', '--budget', 'params=+300%').status, 0);
  const wrong = specc(folder, 'diff', old, 'models/specs/net.spec', '--budget', 'weight=+1');
  assert.is(wrong.status, 2);
  assert.match(wrong.stderr, /'weight=\+1' is no budget/);
  const picture = join(folder, 'out/net.svg');
  assert.is(specc(folder, 'diff', old, 'models/specs/net.spec', '--format', 'svg', '-o', picture).status, 0);
  assert.match(readFileSync(picture, 'utf8'), /^<svg[\s\S]*class="[^"]*added[\s\S]*<\/svg>\n$/);
});

test.run();
