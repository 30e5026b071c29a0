// Bundles the command line into dist/, a file for each lazily loaded part, so that `npx specc` starts fast. Packages in
// plain JavaScript go in (chevrotain alone would otherwise read hundreds of files); native and heavy ones stay outside.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const outside = ['onnxruntime-node', 'sharp', 'webgpu', '@tensorflow/*', 'ts-morph'];
const banner = [
  '#!/usr/bin/env node',
  "import { createRequire as specCreateRequire } from 'node:module';",
  'const require = specCreateRequire(import.meta.url);',
].join('\n');

// dist/ unless another folder is named, below the project, where packages are found from.
const outdir = process.argv[2] ?? 'dist';
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    specc: 'src/cli/main.ts',
    'image-worker': 'src/data/image-worker.ts',
    'onnx-worker': 'src/engines/native/onnx-worker.ts',
    'webgpu-probe': 'src/engines/webgpu-probe.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: outside,
  minifySyntax: true,
  sourcemap: 'linked',
  banner: { js: banner },
  logLevel: 'warning',
});
// The program of the page that `specc graph --format html` writes, to be put into it as text.
await build({
  entryPoints: { 'graph-page': 'src/cli/graph-page/browser/viewer.ts' },
  outdir,
  ...JSON.parse(readFileSync('src/cli/graph-page/esbuild.json', 'utf8')),
  logLevel: 'warning',
});
chmodSync(join(outdir, 'specc.js'), 0o755);
