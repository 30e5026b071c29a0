import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DataError } from '../../src/data/data-error.ts';
import { readGroups } from '../../src/data/groups.ts';
import { indexImageFolder } from '../../src/data/image-folder.ts';
import { splitByGroup } from '../../src/data/split.ts';
import { drawSyntheticSet } from '../../src/data/synthetic.ts';
import { temporaryFolder } from './made-up-images.ts';

const OPTIONS = { perClass: 7, size: 48, seed: 5 };

function bytesOf(directory: string): string {
  const hash = createHash('sha256');
  for (const { file } of indexImageFolder(directory).examples)
    hash.update(file).update(readFileSync(join(directory, file)));
  return hash.digest('hex');
}

test('a set has the classes, the sizes and the groups that it says', async () => {
  const directory = join(temporaryFolder(), 'cells');
  const progress: number[] = [];
  assert.is(await drawSyntheticSet({ ...OPTIONS, directory, onProgress: (done) => progress.push(done) }), true);
  const index = indexImageFolder(directory);
  assert.equal(index.classes, ['EOSINOPHIL', 'LYMPHOCYTE', 'MONOCYTE', 'NEUTROPHIL']);
  assert.is(index.examples.length, 28);
  assert.is(progress.at(-1), 28);
  const { width, height, channels, format } = await sharp(join(directory, index.examples[0]!.file)).metadata();
  assert.equal([width, height, channels, format], [48, 48, 3, 'jpeg']);
  assert.match(readFileSync(join(directory, 'README.txt'), 'utf8'), /drawn by a program/);

  const groups = readGroups(index, {
    kind: 'csv',
    file: join(directory, 'sources.csv'),
    column: 'source',
    key: 'file',
  });
  assert.is(new Set(groups).size, 12);
  assert.equal(
    groups.slice(0, 7).map((group) => group === groups[0]),
    [true, true, true, false, false, false, false],
  );
  assert.is(splitByGroup(index, groups, { fraction: 0.3, seed: 1 }).validation.length % 4, 0);
});

test('the same seed draws the same bytes, another one others', async () => {
  const base = temporaryFolder();
  const draw = async (name: string, options: Partial<typeof OPTIONS>) => {
    await drawSyntheticSet({ ...OPTIONS, perClass: 2, ...options, directory: join(base, name) });
    return bytesOf(join(base, name));
  };
  const first = await draw('a', {});
  assert.is(await draw('b', {}), first);
  assert.is.not(await draw('c', { seed: 6 }), first);
  await draw('d', { perClass: 4 });
  const picture = join('MONOCYTE', 'cell-0001-2.jpeg');
  assert.ok(readFileSync(join(base, 'a', picture)).equals(readFileSync(join(base, 'd', picture))));
});

test('a set that is there is left alone, and so is any other folder', async () => {
  const directory = join(temporaryFolder(), 'cells');
  const options = { ...OPTIONS, perClass: 1, directory };
  await drawSyntheticSet(options);
  assert.is(await drawSyntheticSet(options), false);
  for (const other of [
    { ...options, seed: 1 },
    { ...options, directory: dirname(directory) },
  ]) {
    await drawSyntheticSet(other).then(
      () => assert.unreachable(),
      (error) => assert.is((error as DataError).code, 'folder-not-empty'),
    );
  }
  assert.is(indexImageFolder(directory).examples.length, 4);
});

test('an interrupted set does not appear under its name', async () => {
  const directory = join(temporaryFolder(), 'cells');
  const onProgress = (done: number) => {
    if (done === 2) throw new Error('stopped');
  };
  await drawSyntheticSet({ ...OPTIONS, directory, onProgress }).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'stopped'),
  );
  assert.not.ok(existsSync(directory));
  assert.equal(readdirSync(dirname(directory)), []);
});

test('every picture shows a violet nucleus, the monocyte’s the largest', async () => {
  const directory = join(temporaryFolder(), 'cells');
  await drawSyntheticSet({ perClass: 6, size: 64, seed: 2, directory });
  const violet = async (kind: string) => {
    let pixels = 0;
    for (const file of readdirSync(join(directory, kind))) {
      const data = await sharp(join(directory, kind, file))
        .raw()
        .toBuffer();
      for (let at = 0; at < data.length; at += 3) if (data[at + 2]! > data[at + 1]! + 45) pixels += 1;
    }
    return pixels / (6 * 64 * 64);
  };
  const [monocyte, neutrophil] = [await violet('MONOCYTE'), await violet('NEUTROPHIL')];
  assert.ok(neutrophil > 0.004 && monocyte > 1.2 * neutrophil, `${neutrophil} and ${monocyte}`);
});

test.run();
