/**
 * The estimate against what a process really holds, beside the process itself and the onnxruntime session, which are
 * measured before the first step: within a quarter where activations are most of it. Where weights are, as in ResNet-18
 * on small images, the copies of weights that the runtime makes are missing, and it is within a half.
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
  readonly tolerance: number;
}

const cases: readonly Case[] = [
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 64, batch: 16, microBatch: 16, tolerance: 0.25 },
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 128, batch: 8, microBatch: 8, tolerance: 0.25 },
  { spec: 'specs/ddrnet.spec', model: 'DDRNet', size: 64, batch: 32, microBatch: 8, tolerance: 0.25 },
  { spec: 'specs/resnet.spec', model: 'ResNet18', size: 64, batch: 32, microBatch: 32, tolerance: 0.5 },
];

for (const each of cases) {
  const name = `${each.model}, ${each.size}×${each.size}, ${each.batch} in ${each.microBatch}s`;
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
    assert.ok(Math.abs(estimated / measured - 1) < each.tolerance, found);
  });
}

test.run();
