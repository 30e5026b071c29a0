/**
 * The estimate against what a process really holds, beside the process itself and the onnxruntime session, which are
 * measured before the first step: where activations are most of it, and where weights are, as in ResNet-18 on small
 * images.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

interface Case {
  readonly spec: string;
  readonly model: string;
  readonly size: number;
  readonly batch: number;
  readonly microBatch: number;
  /** Patterns of blocks that are computed again. */
  readonly recompute?: readonly string[];
}

const cases: readonly Case[] = [
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 64, batch: 16, microBatch: 16 },
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 128, batch: 8, microBatch: 8 },
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 64, batch: 32, microBatch: 8 },
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 128, batch: 16, microBatch: 16, recompute: ['local'] },
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 128, batch: 16, microBatch: 16, recompute: ['**'] },
  { spec: 'specs/resnet.spec', model: 'ResNet18', size: 64, batch: 32, microBatch: 32 },
];

/** As a share of what was measured. */
const TOLERANCE = 0.25;

for (const each of cases) {
  const name = `${each.model}, ${each.size}×${each.size}, ${each.batch} in ${each.microBatch}s, ${each.recompute ?? 'nothing'} recomputed`;
  test(`${name}: the estimate is what a process takes`, () => {
    if (process.platform !== 'linux') {
      console.log('skipped: the peak of a process is read from /proc, which only Linux has');
      return;
    }
    const script = fileURLToPath(new URL('measure-memory.ts', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script, JSON.stringify(each)], {
      encoding: 'utf8',
    });
    assert.is(status, 0, stderr);
    const { estimated, measured } = JSON.parse(stdout) as { estimated: number; measured: number };
    const found = `${Math.round(estimated / 1e6)} MB estimated, ${Math.round(measured / 1e6)} MB measured`;
    assert.ok(Math.abs(estimated / measured - 1) < TOLERANCE, found);
  });
}

test.run();
