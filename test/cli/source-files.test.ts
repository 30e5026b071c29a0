import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WrongUse } from '../../src/cli/failure.ts';
import { fileLoader, findSources, readSource, sourceText, splitModel } from '../../src/cli/source-files.ts';

const test = suite<{ before: string; folder: string }>('source files');

test.before((context) => {
  context.before = process.cwd();
  context.folder = mkdtempSync(join(tmpdir(), 'specc-sources-'));
  for (const folder of ['specs/zoo', 'specs/node_modules', 'specs/.hidden', 'empty']) {
    mkdirSync(join(context.folder, folder), { recursive: true });
  }
  const files = ['specs/net.spec', 'specs/net.train.yaml', 'specs/other.yaml', 'specs/zoo/vgg.spec'];
  for (const file of [...files, 'specs/node_modules/x.spec', 'specs/.hidden/x.spec', 'junk.spec']) {
    writeFileSync(join(context.folder, file), file === 'junk.spec' ? '\0\x1b[31m' : '\uFEFFtext');
  }
  process.chdir(context.folder);
});
test.after(({ before, folder }) => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const pathsOf = (...given: string[]) => findSources(given).map((each) => `${each.kind} ${each.path}`);

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof WrongUse) return `${error.message} | ${error.help}`;
    throw error;
  }
  return 'nothing was refused';
}

test('folders are searched, without those that hold no sources, and specs/ is where to start', () => {
  const all = ['spec specs/net.spec', 'config specs/net.train.yaml', 'spec specs/zoo/vgg.spec'];
  assert.equal(pathsOf(), all);
  assert.equal(pathsOf('.', 'specs'), ['spec junk.spec', ...all]);
});

test('a path is the same however it is typed', ({ folder }) => {
  assert.equal(pathsOf('./specs/../specs/net.spec', 'specs//net.spec', join(folder, 'specs/net.spec')), [
    'spec specs/net.spec',
  ]);
  assert.equal(pathsOf('specs/other.yaml'), ['config specs/other.yaml']);
});

test('a path that is not there suggests the nearest', () => {
  const near = (path: string) => refusal(() => findSources([path])).split(' | ')[1];
  assert.is(near('specs/ent.spec'), 'did you mean `specs/net.spec`?');
  assert.is(near('net.train.yaml'), 'did you mean `specs/net.train.yaml`?');
  assert.is(near('vgg.spec'), 'did you mean `specs/zoo/vgg.spec`?');
  assert.is(near('specs/transformer.train.yaml'), 'undefined', 'a shared ending is no likeness');
});

test('other files and empty folders are refused', () => {
  writeFileSync('notes.md', '');
  assert.match(
    refusal(() => findSources(['notes.md'])),
    /neither a specification nor a training configuration/,
  );
  assert.match(
    refusal(() => findSources(['empty'])),
    /no specifications in 'empty'/,
  );
  assert.match(
    refusal(() => readSource('junk.spec')),
    /'junk.spec' is not a text file/,
  );
});

test('what is no UTF-8 is one refusal, named or imported, in the tree or in a revision', () => {
  for (const bytes of [
    Buffer.from('model N\xe9t', 'latin1'),
    Buffer.from('\uFEFFmodel', 'utf16le'),
    Buffer.from([0]),
  ]) {
    writeFileSync('empty/latin.spec', bytes);
    const said = /^'empty\/latin.spec' is not a text file \| specc reads text in UTF-8/;
    assert.match(
      refusal(() => readSource('empty/latin.spec')),
      said,
    );
    assert.match(
      refusal(() => fileLoader.read('empty/latin.spec')),
      said,
    );
    assert.match(
      refusal(() => sourceText(bytes, 'HEAD:a.spec')),
      /^'HEAD:a.spec' is not/,
    );
  }
  rmSync('empty/latin.spec');
});

test('a byte order mark is no part of the text', () => {
  assert.is(readSource('specs/net.spec').text, 'text');
});

test('a model after #', () => {
  assert.equal(splitModel('a/b.spec#Net'), { path: 'a/b.spec', model: 'Net' });
  assert.equal(splitModel('a#b/c.spec'), { path: 'a#b/c.spec', model: undefined });
  assert.equal(splitModel('b.spec'), { path: 'b.spec', model: undefined });
});

test.run();
