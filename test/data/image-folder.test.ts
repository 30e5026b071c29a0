import { rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, type DataErrorCode } from '../../src/data/data-error.ts';
import { type IndexOptions, imagesOf, indexImageFolder } from '../../src/data/image-folder.ts';
import { temporaryFolder, writeFiles } from './made-up-images.ts';

function refused(root: string, code: DataErrorCode, options: IndexOptions = {}): DataError {
  try {
    indexImageFolder(root, options);
  } catch (error) {
    assert.instance(error, DataError);
    assert.is((error as DataError).code, code);
    return error as DataError;
  }
  throw new Error(`expected ${code}`);
}

test('classes and images are sorted by name, other files are left out', () => {
  const root = writeFiles(temporaryFolder(), [
    'b/2.PNG',
    'b/10.jpeg',
    'a/x.webp',
    'a/notes.txt',
    '.git/x.png',
    'sources.csv',
  ]);
  assert.equal(indexImageFolder(root), {
    root,
    classes: ['a', 'b'],
    examples: [
      { file: 'a/x.webp', label: 0 },
      { file: 'b/10.jpeg', label: 1 },
      { file: 'b/2.PNG', label: 1 },
    ],
    leftOut: [],
  });
});

test('a given order of classes decides the labels', () => {
  const root = writeFiles(temporaryFolder(), ['b/1.png', 'a/1.png']);
  const { classes, examples } = indexImageFolder(root, { classes: ['b', 'a'] });
  assert.equal(classes, ['b', 'a']);
  assert.equal(examples[0], { file: 'b/1.png', label: 0 });
});

test('a missing folder names the nearest one that exists, and what is in it', () => {
  const root = writeFiles(temporaryFolder(), ['TRAIN/a/1.png', 'TEST/a/1.png']);
  const error = refused(join(root, 'TRIAN', 'deep'), 'folder-missing');
  assert.is(error.message, `there is no folder '${join(root, 'TRIAN', 'deep')}'`);
  assert.is(error.help, `'${root}' exists and has the sub-folders TEST and TRAIN; did you mean 'TRAIN'?`);
});

test('a flat folder, an empty one and a file are told apart', () => {
  const flat = refused(writeFiles(temporaryFolder(), ['1.png', '2.bmp']), 'flat-folder');
  assert.match(flat.message, /the 2 images in .* are not sorted into classes: 1\.png and 2\.bmp/);
  refused(temporaryFolder(), 'no-class-folders');
  refused(join(writeFiles(temporaryFolder(), ['a/1.png']), 'a', '1.png'), 'not-a-folder');
});

test('a folder one level too high is recognised', () => {
  const root = writeFiles(temporaryFolder(), ['TRAIN/a/1.png', 'TRAIN/b/1.png']);
  assert.match(refused(root, 'nested-classes').help, /use '.*TRAIN' as the folder/);
});

test('images below the folder of a class are not left out in silence', () => {
  const root = writeFiles(temporaryFolder(), ['a/1.png', 'a/more/2.png', 'a/notes/x.txt', 'b/1.png']);
  symlinkSync('.', join(root, 'b/again'));
  const { examples, leftOut } = indexImageFolder(root);
  assert.equal([examples.length, leftOut], [2, ['a/more']]);
  rmSync(join(root, 'a/1.png'));
  for (const allowEmptyClasses of [false, true]) {
    assert.match(refused(root, 'nested-classes', { allowEmptyClasses }).message, /holds the folders more/);
  }
});

test('links that lead in a circle are gone through once, and into no folder', () => {
  const root = writeFiles(temporaryFolder(), ['a/1.png', 'b/2.png']);
  symlinkSync('.', join(root, 'a/again'));
  symlinkSync('..', join(root, 'a/up'));
  symlinkSync('loop', join(root, 'b/loop'));
  const found = imagesOf([root]).map((path) => basename(path));
  assert.equal(found, ['1.png', '2.png']);
  assert.is(indexImageFolder(root).examples.length, 2);
});

test('an empty class is refused unless that is accepted', () => {
  const root = writeFiles(temporaryFolder(), ['a/1.png', 'b/readme.txt']);
  assert.match(refused(root, 'class-empty').message, /the class folder b in .* has no images/);
  const index = indexImageFolder(root, { classes: ['a', 'b', 'c'], allowEmptyClasses: true });
  assert.equal([index.classes.length, index.examples.length], [3, 1]);
});

test('folders must be the classes that were asked for', () => {
  const root = writeFiles(temporaryFolder(), ['a/1.png', 'B/1.png']);
  assert.match(refused(root, 'class-missing', { classes: ['a', 'b'] }).help, /not used is B; names must match exactly/);
  assert.match(
    refused(root, 'class-unexpected', { classes: ['a'] }).message,
    /a folder B that is not among the classes a/,
  );
});

test('images that cannot be decoded in their format are not left out in silence', () => {
  const root = writeFiles(temporaryFolder(), ['a/1.png', 'a/2.bmp', 'a/3.HEIC']);
  assert.match(refused(root, 'image-format-unsupported').message, /2 images .*: a\/2\.bmp and a\/3\.HEIC/);
});

test.run();
