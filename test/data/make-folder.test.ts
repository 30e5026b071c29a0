import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeFolder } from '../../src/data/make-folder.ts';
import { temporaryFolder } from '../training/toy-run.ts';

const root = temporaryFolder();

test('folders are made with those around them, and one that is there stays', () => {
  const folder = join(root, 'a', 'b', 'c');
  makeFolder(folder);
  writeFileSync(join(folder, 'kept'), '');
  makeFolder(folder);
  assert.ok(statSync(join(folder, 'kept')).isFile());
});

test('a file in the way is told with its path', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  for (const [folder, code] of [
    [file, 'EEXIST'],
    [join(file, 'below'), 'ENOTDIR'],
  ]) {
    assert.throws(
      () => makeFolder(folder!),
      (error: NodeJS.ErrnoException) => error.code === code && error.path === folder,
    );
  }
});

// Node's own `recursive` goes round in circles there.
const { skip } = test;
const onLinux = existsSync('/proc/self') ? test : skip;
if (onLinux === skip) console.warn('SKIPPED: folders in /proc, which this system does not have');
onLinux('a file system that takes no folders is told with the first folder that it refuses', () => {
  assert.throws(
    () => makeFolder('/proc/specc/x/y'),
    (error: NodeJS.ErrnoException) => error.path === '/proc/specc' && ['ENOENT', 'EACCES'].includes(error.code!),
  );
});

test.after(() => rmSync(root, { recursive: true, force: true }));
test.run();
