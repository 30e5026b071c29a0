/** Variants on the command line, in processes of their own: listed, chosen for another command, and generated. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite<{ folder: string }>('variants on the command line');
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const SPEC = `model Net(classes: int = 4, width: int = 8)(image: [16, 16, 3]) -> [classes] {
  stem = image |> conv2d(width, 3) |> relu
  local = stem |> conv2d(8, 3)
  local |> global_avg_pool |> dense(classes) |> softmax
}

/// Which parts matter.
ablation Parts of Net {
  base "whole"
  "no local" { disable local }
  "wide" { width = 16 }
}

ablation Others of Net {
  "wide" { width = 12 }
  "plain" { disable local }
}
`;

function specc(folder: string, ...args: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, SPECC_DEBUG: undefined };
  const command = ['--import', import.meta.resolve('tsx'), MAIN, ...args];
  const ended = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', env });
  assert.not.match(ended.stderr, /\n\s+at .*:\d+/, 'a stack trace');
  return ended;
}

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'specc-variants-'));
  mkdirSync(join(context.folder, 'specs'));
  writeFileSync(join(context.folder, 'specs/net.spec'), SPEC);
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

// 3 → 8 channels by 3 × 3 is 224, 8 → 8 is 584, and 8 → 4 is 36; with 16 channels in between 448 and 1,160.
test('a table for people', ({ folder }) => {
  const { status, stdout, stderr } = specc(folder, 'variants', 'specs/net.spec', 'Parts');
  assert.equal([status, stderr], [0, '']);
  assert.is(
    stdout,
    `Parts of Net
Which parts matter.

variant   parameters               Δ     MACs                    Δ  output  layers  shapes                                             changes
whole            844                  202,784                       [4]
no local         260  −584 (−69.2 %)   55,328   −147,456 (−72.7 %)  [4]     −1                                                         disable local
wide           1,644  +800 (+94.8 %)  405,536  +202,752 (+100.0 %)  [4]             stem/conv2d [16, 16, 8] → [16, 16, 16] and 1 more  width = 16
`,
  );
});

test('JSON for programs, with settings from the command line', ({ folder }) => {
  const { stdout } = specc(folder, 'variants', 'specs/net.spec', '--format', 'json', '--set', 'classes=2');
  const [parts, others] = JSON.parse(stdout);
  assert.equal([parts.ablation, others.ablation], ['Parts', 'Others']);
  const [whole, without] = parts.variants;
  assert.equal([whole.base, whole.deltaParameters, whole.outputs], [true, 0, [{ name: 'output', shape: [2] }]]);
  assert.equal([without.slug, without.changes, without.removed], ['no-local', ['disable local'], ['local']]);
  assert.is(without.parameters, 224 + 18);
});

test('a variant wherever a command takes a model', ({ folder }) => {
  const { stdout } = specc(folder, 'summary', 'specs/net.spec', '--variant', 'plain', '--format', 'json');
  assert.is(JSON.parse(stdout).parameters, 260);
  const twice = specc(folder, 'summary', 'specs/net.spec', '--variant', 'wide');
  assert.is(twice.status, 2);
  assert.match(twice.stderr, /has 2 variants `wide`\nhelp: name one of 'Parts\/wide', 'Others\/wide'/);
  const none = specc(folder, 'weights', 'list', 'specs/net.spec', '--variant', 'plan');
  assert.equal(none.status, 2);
  assert.match(none.stderr, /no variant `plan`\nhelp: did you mean `plain`\?/);
});

test('a broken entry is told, and takes no other variant away', ({ folder }) => {
  const broken = SPEC.replace(
    '"no local"',
    '"typo" { widht = 16 }\n  "gone" { disable locals }\n  grid { width: [16, "a"] }\n  "no local"',
  );
  writeFileSync(join(folder, 'broken.spec'), broken);
  const listed = specc(folder, 'variants', 'broken.spec', 'Parts', '--format', 'json');
  assert.is(listed.status, 1);
  const names = JSON.parse(listed.stdout)[0].variants.map((each: { name: string }) => each.name);
  assert.equal(names, ['whole', 'no local', 'wide']);
  assert.match(listed.stderr, /has no parameter `widht`\n +--> broken\.spec:10:12\n/);
  assert.match(listed.stderr, /the path `locals`/);
  assert.match(listed.stderr, /the string "a"/);
  const sound = specc(folder, 'summary', 'broken.spec', '--variant', 'no local', '--format', 'json');
  assert.equal([sound.status, sound.stderr, JSON.parse(sound.stdout).parameters], [0, '', 260]);
  const typo = specc(folder, 'diff', 'broken.spec', '--variant', 'Parts/typo');
  assert.equal([typo.status, typo.stdout], [1, '']);
  assert.match(typo.stderr, /`widht`/);
  assert.not.match(typo.stderr, /`locals`/);
});

test('a pattern that matches nothing takes away the variants that would do without its parts, and no others', ({
  folder,
}) => {
  const entries =
    '"no local" { disable local }\n  leave_one_out stem, locals[*]\n  add_one_in local, stem/*, locals[*]';
  writeFileSync(join(folder, 'parts.spec'), SPEC.replace('"no local" { disable local }', entries));
  const listed = specc(folder, 'variants', 'parts.spec', 'Parts', '--format', 'json');
  assert.is(listed.status, 1);
  const names = JSON.parse(listed.stdout)[0].variants.map((each: { name: string }) => each.name);
  assert.equal(names, ['whole', 'no local', 'without stem', 'without local, stem/conv2d and stem/relu', 'wide']);
  for (const place of ['parts.spec:11:23', 'parts.spec:12:29']) assert.match(listed.stderr, place);
  const sound = specc(folder, 'summary', 'parts.spec', '--variant', 'without stem', '--format', 'json');
  assert.equal([sound.status, sound.stderr], [0, '']);
  const unsure = specc(folder, 'summary', 'parts.spec', '--variant', 'only stem/relu');
  assert.is(unsure.status, 1);
  assert.match(unsure.stderr, /the path `locals\[\*\]`\n +--> parts\.spec:12:29/);
});

test('a misspelled variant is told which are near', ({ folder }) => {
  const helpOf = (...args: string[]): string | undefined => /help: (.*)/.exec(specc(folder, ...args).stderr)?.[1];
  assert.is(helpOf('summary', 'specs/net.spec', '--variant', 'Part/no lcoal'), 'did you mean `Parts/no local`?');
  const list = '`specc variants specs/net.spec Parts` lists it';
  assert.is(helpOf('variants', 'specs/net.spec', 'no local'), `it is a variant of Parts: ${list}`);
});

test('code of each network once, and a table of each ablation', ({ folder }) => {
  const built = specc(folder, 'build');
  assert.is(built.status, 0, built.stderr);
  const twice = 'the same network as elsewhere, which is not written twice: plain (ablations/Parts/no-local.ts)';
  assert.ok(built.stderr.includes(`generated/ablations/Others: ${twice}\n`), built.stderr);
  const written = [...built.stderr.matchAll(/generated\/(ablations\/\S+\.ts)/g)].map(([, path]) => path);
  assert.equal(written, [
    'ablations/Others/index.ts',
    'ablations/Others/wide.ts',
    'ablations/Parts/index.ts',
    'ablations/Parts/no-local.ts',
    'ablations/Parts/wide.ts',
  ]);
  const others = readFileSync(join(folder, 'generated/ablations/Others/index.ts'), 'utf8');
  const modules = [...others.matchAll(/import\('(.*?)'\)/g)].map(([, module]) => module);
  assert.equal(modules, ['../../Net.js', './wide.js', '../Parts/no-local.js']);
  assert.is(specc(folder, 'build', '--check').status, 0);
  writeFileSync(join(folder, 'specs/net.spec'), SPEC.replace('"wide" { width = 16 }\n', ''));
  const stale = specc(folder, 'build', '--check');
  assert.is(stale.status, 1);
  assert.match(stale.stderr, /left over generated\/ablations\/Parts\/wide\.ts/);
});

test('Markdown keeps names and documentation from opening HTML elements and columns', ({ folder }) => {
  const name = '<img src=x> | wide';
  const spec = SPEC.replace('Which parts matter.', 'Which <script> matter.').replace(
    '"wide" { width = 16',
    `"${name}" { width = 16`,
  );
  writeFileSync(join(folder, 'specs/names.spec'), spec);
  const listed = specc(folder, 'variants', 'specs/names.spec', 'Parts', '--format', 'md');
  assert.equal(listed.status, 0, listed.stderr);
  assert.match(listed.stdout, '| &lt;img src=x> \\| wide | ');
  assert.match(listed.stdout, 'Which &lt;script> matter.');
  assert.not.match(listed.stdout, '<');
  const compared = specc(folder, 'diff', 'specs/names.spec', '--variant', `Parts/${name}`, '--format', 'md');
  assert.equal(compared.status, 0, compared.stderr);
  assert.match(compared.stdout, /^\| `[^`]*<img src=x> \\\| wide\)` \|/m);
});

test('a file is no new model beside a folder that has the same', ({ folder }) => {
  mkdirSync(join(folder, 'before'));
  for (const path of ['before/net.spec', 'net.spec']) writeFileSync(join(folder, path), SPEC);
  for (const sides of [
    ['before', 'net.spec'],
    ['net.spec', 'before'],
  ]) {
    const { status, stdout, stderr } = specc(folder, 'diff', ...sides);
    assert.equal([status, stderr, stdout], [0, '', 'no difference\n'], sides.join(' '));
  }
});

test.run();
