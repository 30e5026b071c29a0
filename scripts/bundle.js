// Bundles the command line into dist/, a file for each lazily loaded part, so that `npx specc` starts fast. Packages in
// plain JavaScript go in (chevrotain alone would otherwise read hundreds of files); native and heavy ones stay outside.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const outside = ['onnxruntime-node', 'sharp', 'webgpu', '@tensorflow/*', 'ts-morph'];
const banner = [
  '#!/usr/bin/env node',
  "import { createRequire as specCreateRequire } from 'node:module';",
  'const require = specCreateRequire(import.meta.url);',
].join('\n');

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    specc: 'src/cli/main.ts',
    'image-worker': 'src/data/image-worker.ts',
    'onnx-worker': 'src/engines/native/onnx-worker.ts',
  },
  outdir: 'dist',
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
chmodSync('dist/specc.js', 0o755);
