import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CommandFailure } from '../../src/cli/failure.ts';
import { applyDifference, compareGenerated, GENERATED_MARK } from '../../src/cli/generated-files.ts';

const test = suite<{ folder: string }>('generated files');
const text = (body: string) => `${GENERATED_MARK} from x.\n${body}\n`;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'specc-generated-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function build(folder: string, files: Record<string, string>, complete = true) {
  const expected = new Map(Object.entries(files));
  const difference = compareGenerated(folder, expected, complete);
  applyDifference(folder, expected, difference);
  return difference;
}

test('writes what is missing or stale, and leaves the rest untouched', ({ folder }) => {
  assert.equal(build(folder, { 'a.ts': text('1'), 'layers/b.ts': text('2') }).missing, ['a.ts', 'layers/b.ts']);
  const past = new Date(1e12);
  utimesSync(join(folder, 'a.ts'), past, past);
  const second = build(folder, { 'a.ts': text('1'), 'layers/b.ts': text('3') });
  assert.equal([second.unchanged, second.stale], [['a.ts'], ['layers/b.ts']]);
  assert.is(statSync(join(folder, 'a.ts')).mtimeMs, past.getTime());
  assert.is(readFileSync(join(folder, 'layers/b.ts'), 'utf8'), text('3'));
  assert.equal(readdirSync(folder).sort(), ['a.ts', 'layers'], 'no drafts stay behind');
});

test('removes what it generated once and no longer does, and nothing else', ({ folder }) => {
  build(folder, { 'old.ts': text('1'), 'layers/old.ts': text('2') });
  writeFileSync(join(folder, 'mine.ts'), 'export const mine = 1;\n');
  writeFileSync(join(folder, 'notes.md'), text('not TypeScript'));
  assert.equal(compareGenerated(folder, new Map(), false).leftOver, [], 'a build of some files says nothing of others');
  assert.equal(build(folder, {}).leftOver, ['layers/old.ts', 'old.ts']);
  assert.equal(readdirSync(folder).sort(), ['layers', 'mine.ts', 'notes.md']);
});

test('does not overwrite a file of the user', ({ folder }) => {
  writeFileSync(join(folder, 'Net.ts'), 'export const mine = 1;\n');
  assert.throws(
    () => build(folder, { 'Net.ts': text('1'), 'Other.ts': text('2') }),
    (error: unknown) => error instanceof CommandFailure && error.message.includes('Net.ts'),
  );
  assert.is(readFileSync(join(folder, 'Net.ts'), 'utf8'), 'export const mine = 1;\n');
  assert.not(existsSync(join(folder, 'Other.ts')), 'nothing is written when something cannot be');
});

test.run();
