// Bundles the command line into dist/, one file a lazily loaded part, so that `npx specc` starts fast.
// Packages from npm stay outside: they are installed beside it.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

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
  packages: 'external',
  sourcemap: 'linked',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync('dist/specc.js', 0o755);
