import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRun, discardUnused, latestRun, openRun, type Run, sourceHash } from '../../src/training/run-folder.ts';
import { fails } from './fails.ts';
import { temporaryFolder, toyPlan } from './toy-run.ts';

const SOURCES = [
  { path: 'specs/toy.train.yaml', text: 'model: tiny.spec\n' },
  { path: 'specs/tiny.spec', text: 'import { A } from "../lib/tiny.spec"\n' },
  { path: 'lib/tiny.spec', text: 'block A(x: [C]) { x }\n' },
];

function make(output: string): Run {
  return createRun({
    plan: { ...toyPlan(), output },
    config: 'specs/toy.train.yaml',
    overrides: ['training.epochs=3'],
    classes: ['a', 'b'],
    engine: { name: 'native', device: 'CPU' },
    sources: SOURCES,
  });
}

test('what was made is opened, by its path or its name', () => {
  const output = temporaryFolder();
  const { folder, record } = make(output);
  assert.is(folder, join(output, 'toy'));
  for (const opened of [openRun(folder), openRun('toy', output)]) {
    assert.equal(JSON.parse(JSON.stringify(opened.record)), JSON.parse(JSON.stringify(record)));
    assert.equal(opened.sources, SOURCES);
  }
  assert.is(readFileSync(join(folder, 'sources/tiny-2.spec'), 'utf8'), SOURCES[2]!.text);
});

test('a folder is never written twice', () => {
  const output = temporaryFolder();
  const names = [make(output), make(output), make(output)].map(({ folder }) => folder.slice(output.length + 1));
  assert.equal(names, ['toy', 'toy-2', 'toy-3']);
});

test('the hash follows texts, paths and settings', () => {
  const hash = sourceHash(SOURCES, []);
  assert.is(sourceHash([...SOURCES], []), hash);
  assert.is.not(sourceHash(SOURCES, ['training.epochs=3']), hash);
  assert.is.not(sourceHash([{ ...SOURCES[0]!, text: 'model: other.spec\n' }, ...SOURCES.slice(1)], []), hash);
});

test('the latest run is the one that was saved last', () => {
  const output = temporaryFolder();
  assert.is(latestRun(output, 'toy'), undefined);
  const [first, second, third] = [make(output), make(output), make(output)];
  assert.is(latestRun(output, 'toy'), undefined);
  for (const [at, { folder }] of [second, first].entries()) {
    mkdirSync(join(folder, 'checkpoints'));
    writeFileSync(join(folder, 'checkpoints/last.json'), '{}');
    utimesSync(join(folder, 'checkpoints/last.json'), 1000 + at, 1000 + at);
  }
  assert.is(latestRun(output, 'toy'), first.folder);
  assert.is(latestRun(output, 'to'), undefined);
  discardUnused(third);
  assert.not(existsSync(third.folder));
});

test('a run in which something was trained is not discarded', () => {
  const run = make(temporaryFolder());
  writeFileSync(join(run.folder, 'metrics.jsonl'), '{}\n');
  discardUnused(run);
  assert.ok(existsSync(run.folder));
});

test('what is wrong with a run is told', () => {
  const output = temporaryFolder();
  fails(() => openRun('toy', output), /'toy' does not exist/, /no runs in .* yet: specc train/);
  const { folder } = make(output);
  fails(() => openRun(join(output, 'tox')), /tox' does not exist/, /did you mean '.*toy'\? The runs are toy/);
  fails(() => openRun(output), /is not a run: it has no plan\.json/, /runs/);
  writeFileSync(join(folder, 'sources/tiny.spec'), 'edited');
  fails(() => openRun(folder), /sources\/tiny\.spec' was edited after the run was made/, /restore it/);
  writeFileSync(join(folder, 'plan.json'), '{"version": 1');
  fails(() => openRun(folder), /plan\.json' cannot be read/, /train again/);
});

test.run();
