/** What is loaded before a command does its work: nothing heavy that it does not need. */
import { type BuildResult, build, type Metafile } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite<{ metafile: Metafile }>('lazy loading');
const HEAVY = [
  'ts-morph',
  'sharp',
  'onnxruntime-node',
  'webgpu',
  '@tensorflow/tfjs-core',
  'onnx-buf',
  'csv-parse/sync',
];

test.before(async (context) => {
  const result: BuildResult<{ metafile: true }> = await build({
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    splitting: true,
    write: false,
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    logLevel: 'silent',
  });
  context.metafile = result.metafile;
});

/** The packages that `file` and what it imports need before any of it runs. */
function packagesOf(metafile: Metafile, file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  for (const { path, external, kind } of metafile.inputs[file]?.imports ?? []) {
    if (kind !== 'import-statement' || path.startsWith('node:')) continue;
    if (external) found.add(path);
    else for (const each of packagesOf(metafile, path, seen)) found.add(each);
  }
  return found;
}

test('help needs the argument parser and colours only', ({ metafile }) => {
  assert.equal([...packagesOf(metafile, 'src/cli/main.ts')].sort(), ['commander', 'picocolors']);
});

for (const command of ['check', 'summary', 'fmt', 'explain', 'init']) {
  test(`${command} loads no engine, images or code generation`, ({ metafile }) => {
    const packages = packagesOf(metafile, `src/cli/commands/${command}.ts`);
    assert.equal(
      HEAVY.filter((each) => packages.has(each)),
      [],
    );
  });
}

test('export loads no engine and no images, but ONNX', ({ metafile }) => {
  const packages = packagesOf(metafile, 'src/cli/commands/export.ts');
  assert.equal(
    HEAVY.filter((each) => packages.has(each)),
    ['onnx-buf'],
  );
});

test('build and train do load what they need, so that the names above are right', ({ metafile }) => {
  assert.ok(packagesOf(metafile, 'src/cli/commands/build.ts').has('ts-morph'));
  assert.ok(packagesOf(metafile, 'src/cli/commands/train.ts').has('sharp'));
});

test.run();
