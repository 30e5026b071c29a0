/** Files of an ablation that are not what they should be: read as absent, told, and no harm to other runs. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failed } from '../../src/launch/execute.ts';
import { recordResult, stateOf } from '../../src/launch/outcome.ts';
import { readPlan } from '../../src/launch/plan.ts';
import { temporaryFolder } from '../training/toy-run.ts';

const METRICS = { accuracy: 0.5, mcc: 0, f1: 0.5, precision: 0.5, recall: 0.5, loss: 1 };

test('a result without its metrics is none, so that the run is evaluated again', () => {
  const folder = temporaryFolder();
  const common = { reason: 'finished', epochs: 1, bestEpoch: 1, images: 4, engine: 'native', seconds: 1 } as const;
  recordResult(folder, { id: 'a', ...common, metrics: METRICS });
  assert.is(stateOf(folder, 'a').kind, 'finished');
  const { loss: _, ...withoutLoss } = METRICS;
  for (const found of [
    { id: 'a' },
    { id: 'a', ...common, metrics: null },
    { id: 'a', ...common, metrics: withoutLoss },
    { id: 'b', ...common, metrics: METRICS },
  ]) {
    writeFileSync(join(folder, 'result.json'), JSON.stringify(found));
    assert.is(stateOf(folder, 'a').kind, 'begun', JSON.stringify(found));
  }
  rmSync(folder, { recursive: true });
});

test('a plan with parts missing is told as damaged', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'ablation.json');
  const whole = { version: 1, seeds: [1], sources: [], overrides: [], images: { classes: ['a'] } };
  const variant = { name: 'a', slug: 'a', changes: [], runs: [] };
  writeFileSync(path, JSON.stringify({ ...whole, variants: [variant] }));
  assert.is(readPlan(path).variants.length, 1);
  for (const variants of [null, [null], [{}], [{ ...variant, runs: [null] }], [{ ...variant, runs: [{ id: 'b' }] }]]) {
    writeFileSync(path, JSON.stringify({ ...whole, variants }));
    assert.throws(() => readPlan(path), /is damaged/, JSON.stringify(variants));
  }
  const { images: _, ...withoutImages } = { ...whole, variants: [variant] };
  writeFileSync(path, JSON.stringify(withoutImages));
  assert.throws(() => readPlan(path), /is damaged/);
  rmSync(folder, { recursive: true });
});

test('the failure of a run whose folder is a file is told, and thrown at nobody', () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run'), '');
  const end = failed(join(folder, 'run'), 'a', new Error('it diverged'));
  assert.is(end.kind, 'failed');
  assert.match(end.kind === 'failed' ? end.message : '', /^it diverged \(not written down: /);
  rmSync(folder, { recursive: true });
});

test.run();
