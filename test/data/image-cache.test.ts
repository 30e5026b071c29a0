import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../src/data/data-error.ts';
import { whyNotDecoded } from '../../src/data/decode-image.ts';
import { openImageCache, openImages, readCache, whyNotKept } from '../../src/data/image-cache.ts';
import { indexImageFolder } from '../../src/data/image-folder.ts';
import { RowReader } from '../../src/data/pixel-rows.ts';
import { randomPixels, temporaryFolder, writeFiles, writeImages } from './made-up-images.ts';

const SHAPE = { height: 8, width: 8, channels: 3 };
const FILES = ['a/1.png', 'a/2.png', 'a/3.png', 'b/1.png', 'b/2.png'];

/** A folder of five 8 × 8 images, and a cache directory beside it. */
async function folder() {
  const base = temporaryFolder();
  const root = await writeImages(join(base, 'images'), FILES);
  return { root, directory: join(base, 'cache') };
}

function names(directory: string): string[] {
  return readdirSync(directory)
    .map((name) => name.replace(/^.*\./, ''))
    .sort();
}

test('every image is decoded once, row i holding example i', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  const progress: number[] = [];
  const cache = await openImageCache(index, {
    directory,
    shape: SHAPE,
    onProgress: (done, total) => progress.push(done, total),
  });
  assert.equal([cache.count, cache.decoded, cache.corrupt.length], [5, 5, 0]);
  assert.equal(progress, [1, 5, 2, 5, 3, 5, 4, 5, 5, 5]);
  for (const limit of [undefined, 0]) {
    const rows = readCache(cache, limit);
    assert.is(rows.kind, limit === 0 ? 'file' : 'memory');
    const reader = new RowReader(rows);
    for (const [at, file] of FILES.entries()) assert.equal([...reader.row(at)], [...randomPixels(8, 8, 3, file)]);
    assert.throws(() => reader.row(5), /image 5 of 5/);
    reader.close();
  }
  assert.equal(names(directory), ['json', 'u8']);
  assert.is((await openImageCache(index, { directory, shape: SHAPE })).decoded, 0);
});

test('only what is new or changed is decoded again', async () => {
  const { root, directory } = await folder();
  await openImageCache(indexImageFolder(root), { directory, shape: SHAPE });
  await writeImages(root, ['a/2b.png']);
  await sharp(randomPixels(8, 8, 3, 'new'), { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toFile(join(root, 'b/1.png'));
  utimesSync(join(root, 'b/1.png'), 1000, 1000);
  rmSync(join(root, 'a/1.png'));
  const index = indexImageFolder(root);
  const cache = await openImageCache(index, { directory, shape: SHAPE });
  assert.is(cache.decoded, 2);
  const reader = new RowReader(readCache(cache));
  for (const [at, { file }] of index.examples.entries()) {
    assert.equal([...reader.row(at)], [...randomPixels(8, 8, 3, file === 'b/1.png' ? 'new' : file)]);
  }
  assert.equal(names(directory), ['json', 'u8']);
});

test('images are stretched to the shape, turned upright, and greyed on demand', async () => {
  const base = temporaryFolder();
  mkdirSync(join(base, 'images', 'a'), { recursive: true });
  // White on the left; orientation 6 says that the left column is the top row.
  const raw = { width: 200, height: 100, channels: 3 as const };
  const pixels = Uint8Array.from({ length: 200 * 100 * 3 }, (_, at) => (at % 600 < 300 ? 255 : 0));
  await sharp(pixels, { raw })
    .withMetadata({ orientation: 6 })
    .png()
    .toFile(join(base, 'images', 'a', '1.png'));
  const index = indexImageFolder(join(base, 'images'));
  const directory = join(base, 'cache');
  for (const channels of [1, 3]) {
    const cache = await openImageCache(index, { directory, shape: { height: 20, width: 30, channels } });
    const row = new RowReader(readCache(cache)).row(0);
    assert.is(row.length, 600 * channels);
    assert.ok(row.subarray(0, 240 * channels).every((value) => value > 250));
    assert.ok(row.subarray(360 * channels).every((value) => value < 5));
  }
});

test('corrupt images are reported together, after the others are safe', async () => {
  const { root, directory } = await folder();
  writeFiles(root, { 'a/0.png': 'no image', 'b/3.jpeg': '' });
  const index = indexImageFolder(root);
  try {
    await openImageCache(index, { directory, shape: SHAPE });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DataError);
    assert.match(
      (error as DataError).message,
      /^2 images of 7 in .* cannot be decoded:\n {2}a\/0\.png: .*\n {2}b\/3\.jpeg: /,
    );
  }
  const cache = await openImageCache(index, { directory, shape: SHAPE, corrupt: 'skip' });
  assert.is(cache.decoded, 0);
  assert.equal(
    cache.corrupt.map(({ example, file }) => [example, file]),
    [
      [0, 'a/0.png'],
      [6, 'b/3.jpeg'],
    ],
  );
  const reader = new RowReader(readCache(cache));
  assert.equal([...reader.row(6)], new Array(192).fill(0));
  assert.equal([...reader.row(1)], [...randomPixels(8, 8, 3, 'a/1.png')]);

  rmSync(join(root, 'b/3.jpeg'));
  await writeImages(root, ['a/0.png']);
  assert.is((await openImageCache(indexImageFolder(root), { directory, shape: SHAPE })).decoded, 1);
});

test('two builds at once do not disturb each other', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  const build = () => openImageCache(index, { directory, shape: SHAPE });
  const caches = await Promise.all([build(), build(), build()]);
  for (const cache of caches)
    assert.equal([...new RowReader(readCache(cache)).row(4)], [...randomPixels(8, 8, 3, 'b/2.png')]);
  assert.ok(names(directory).every((ending) => ending === 'json' || ending === 'u8'));
});

test('a build that is killed goes on where it stopped', async () => {
  const base = temporaryFolder();
  const files = Array.from({ length: 300 }, (_, at) => `a/${at}.png`);
  const root = await writeImages(join(base, 'images'), files);
  const directory = join(base, 'cache');
  const program = `
    import { openImageCache } from ${JSON.stringify(new URL('../../src/data/image-cache.ts', import.meta.url).href)};
    import { indexImageFolder } from ${JSON.stringify(new URL('../../src/data/image-folder.ts', import.meta.url).href)};
    await openImageCache(indexImageFolder(${JSON.stringify(root)}), {
      directory: ${JSON.stringify(directory)}, shape: ${JSON.stringify(SHAPE)},
      onProgress: (done) => { if (done === 200) process.kill(process.pid, 'SIGKILL'); },
    });`;
  const child = spawn(process.execPath, [
    '--import',
    import.meta.resolve('tsx'),
    '--input-type=module',
    '--eval',
    program,
  ]);
  const [, signal] = await once(child, 'exit');
  assert.is(signal, 'SIGKILL');
  assert.equal(names(directory), ['journal', 'part']);

  const index = indexImageFolder(root);
  const cache = await openImageCache(index, { directory, shape: SHAPE });
  assert.ok(cache.decoded <= 300 - 128, `${cache.decoded} decoded again`);
  const reader = new RowReader(readCache(cache));
  for (const [at, { file }] of index.examples.entries())
    assert.equal([...reader.row(at)], [...randomPixels(8, 8, 3, file)]);
  assert.equal(names(directory), ['json', 'u8']);
});

test('a cut or foreign cache file is not trusted', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  const { path } = await openImageCache(index, { directory, shape: SHAPE });
  writeFileSync(path, readFileSync(path).subarray(0, 500));
  assert.is((await openImageCache(index, { directory, shape: SHAPE })).decoded, 5);
  const json = readdirSync(directory).find((name) => name.endsWith('.json'))!;
  writeFileSync(join(directory, json), '{"data":');
  assert.is((await openImageCache(index, { directory, shape: SHAPE })).decoded, 5);
});

test('a cache that cannot be written says so', async () => {
  const { root } = await folder();
  const index = indexImageFolder(root);
  const directory = join(root, 'a', '1.png', 'cache');
  try {
    await openImageCache(index, { directory, shape: SHAPE });
    assert.unreachable();
  } catch (error) {
    assert.is((error as DataError).code, 'cache-unwritable');
  }
});

test('images are read one at a time, and those that were are not decoded again', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  const pixelsOf = (file: string) => [...randomPixels(8, 8, 3, file)];
  const some = await openImages(index, { directory, shape: SHAPE, all: true });
  for (const row of [3, 0]) assert.equal([...(await some.pixels(row))], pixelsOf(FILES[row]!));
  assert.is(await some.close(), undefined, 'three are missing');
  const rest = await openImages(index, { directory, shape: SHAPE, all: true });
  for (const [row, file] of FILES.entries()) assert.equal([...(await rest.pixels(row))], pixelsOf(file));
  assert.is(rest.decoded, 3);
  assert.ok(await rest.close());
  assert.is((await openImageCache(index, { directory, shape: SHAPE })).decoded, 0);
});

test('images are read where nothing can be kept, or is to be', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  for (const [place, all] of [
    [join(root, FILES[0]!), true],
    [directory, false],
  ] as const) {
    const reader = await openImages(index, { directory: place, shape: SHAPE, all });
    for (const [row, file] of FILES.entries()) {
      assert.equal([...(await reader.pixels(row))], [...randomPixels(8, 8, 3, file)]);
    }
    assert.equal([reader.decoded, await reader.close()], [5, undefined]);
  }
  assert.not.ok(existsSync(directory));
});

test('why images are not kept is told once they are read', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  const readAll = async (place: string, all: boolean, meanwhile = () => {}) => {
    const reader = await openImages(index, { directory: place, shape: SHAPE, all });
    for (const row of FILES.keys()) await reader.pixels(row);
    meanwhile();
    await reader.close().catch(() => {});
    return whyNotKept(reader, place) ?? 'kept';
  };
  const inTheWay = join(root, FILES[0]!);
  assert.match(
    await readAll(inTheWay, true),
    /^cannot write decoded images to '.*1\.png' \(there is a file in its place\)/,
  );
  const removed = await readAll(directory, true, () => rmSync(directory, { recursive: true }));
  assert.match(removed, /^cannot write decoded images to '.*cache' \(ENOENT\); it needs 1 MB$/);
  assert.is(await readAll(directory, false), 'kept', 'it was not to be');
  assert.is(await readAll(directory, true), 'kept');
  assert.is(await readAll(directory, true), 'kept', 'they are kept already');
});

test('a build that is given up leaves no file without rows', async () => {
  const { root, directory } = await folder();
  const reader = await openImages(indexImageFolder(root), { directory, shape: SHAPE, all: true });
  await reader.close();
  assert.equal(readdirSync(directory), []);
});

test('what cannot be read is told in words, and nobody waits for a pipe', async () => {
  const { root, directory } = await folder();
  const inA = (name: string) => join(root, 'a', name);
  symlinkSync('loop.png', inA('loop.png'));
  mkdirSync(inA('folder.png'));
  writeFileSync(inA('nothing.png'), '');
  writeFileSync(inA('broken.png'), 'no image');
  writeFileSync(inA('huge.png'), pngHeader(100_000, 100_000));
  if (process.platform !== 'win32') execFileSync('mkfifo', [inA('pipe.png')]);
  const cache = await openImageCache(indexImageFolder(root), { directory, shape: SHAPE, corrupt: 'skip' });
  const reasons = Object.fromEntries(cache.corrupt.map(({ file, reason }) => [file, reason]));
  assert.equal(reasons, {
    'a/broken.png': 'it is not an image in a format that can be read',
    'a/folder.png': 'it is a folder, not an image',
    'a/huge.png': 'it has more pixels than are read, which are 268 million',
    'a/loop.png': 'its symbolic links lead in a circle',
    'a/nothing.png': 'the file is empty',
    ...(process.platform !== 'win32' && { 'a/pipe.png': 'it is not a file' }),
  });
  assert.is(whyNotDecoded(inA('b\ufffd.png'), new Error()), 'its name is not in UTF-8, so that it cannot be opened');
});

/** What a PNG of this size begins with. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Buffer.concat([size, Buffer.from([8, 2, 0, 0, 0])])),
    chunk('IDAT', deflateSync(Buffer.alloc(0))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('an aborted build keeps what it has', async () => {
  const { root, directory } = await folder();
  const index = indexImageFolder(root);
  const controller = new AbortController();
  const onProgress = (done: number) => done === 3 && controller.abort();
  const options = { directory, shape: SHAPE, parallel: 1, onProgress, signal: controller.signal };
  await openImageCache(index, options).then(
    () => assert.unreachable(),
    (error) => assert.is(error.name, 'AbortError'),
  );
  assert.is((await openImageCache(index, { directory, shape: SHAPE })).decoded, 2);
});

test.run();
