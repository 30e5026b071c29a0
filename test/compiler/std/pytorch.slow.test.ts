/**
 * `pytorch.json` is what PyTorch computes, here and now. Skipped, loudly, where there is no Python with PyTorch, unless
 * SPECC_REQUIRE_PYTORCH is set; SPECC_PYTHON is the Python to ask.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { casesIn, recorded } from './pytorch.ts';

const python = process.env['SPECC_PYTHON'] ?? '/usr/bin/python3';

test('what is recorded is what PyTorch computes', () => {
  const found = spawnSync(python, ['-c', 'import torch, torchvision'], { encoding: 'utf8' });
  if (found.status !== 0) {
    const why = found.error?.message ?? found.stderr.trim().split('\n').at(-1);
    assert.not(process.env['SPECC_REQUIRE_PYTORCH'], `${python} has no PyTorch: ${why}`);
    console.warn(`SKIPPED: ${python} has no PyTorch (${why}); nothing was compared`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'specc-pytorch-'));
  try {
    const file = join(folder, 'pytorch.json');
    const run = spawnSync(python, [fileURLToPath(new URL('pytorch.py', import.meta.url)), file], { encoding: 'utf8' });
    assert.is(run.status, 0, run.stderr);
    const [now, before] = [casesIn(file), casesIn(recorded)];
    assert.is(now.length, before.length);
    for (const [index, { data, ...rest }] of now.entries()) {
      const { data: expected, ...asked } = before[index]!;
      assert.equal(rest, asked);
      for (const [at, value] of data.entries()) assert.ok(Math.abs(value - expected[at]!) < 2e-6, `${rest.use}[${at}]`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
