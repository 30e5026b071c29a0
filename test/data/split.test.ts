import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, type DataErrorCode } from '../../src/data/data-error.ts';
import { groupsFromCsv, groupsFromPattern } from '../../src/data/groups.ts';
import type { ImageIndex } from '../../src/data/image-folder.ts';
import { type Split, splitByGroup, splitRandomly } from '../../src/data/split.ts';
import { indexOf, temporaryFolder, writeFiles } from './made-up-images.ts';

function refused(code: DataErrorCode, action: () => unknown): DataError {
  try {
    action();
  } catch (error) {
    assert.instance(error, DataError);
    assert.is((error as DataError).code, code);
    return error as DataError;
  }
  throw new Error(`expected ${code}`);
}

function isPartition(index: ImageIndex, split: Split): boolean {
  const all = [...split.train, ...split.validation].sort((a, b) => a - b);
  return all.length === index.examples.length && all.every((at, position) => at === position);
}

const counts = fc.record({ a: fc.integer({ min: 2, max: 40 }), b: fc.integer({ min: 2, max: 40 }) });
const fractions = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);

test('a random split keeps every image once and each class in proportion', () => {
  fc.assert(
    fc.property(counts, fractions, fc.integer(), (perClass, fraction, seed) => {
      const index = indexOf(perClass);
      const split = splitRandomly(index, { fraction, seed });
      assert.ok(isPartition(index, split));
      for (const [label, name] of index.classes.entries()) {
        const total = perClass[name as 'a' | 'b'];
        const held = split.validation.filter((at) => index.examples[at]!.label === label).length;
        assert.ok(held >= 1 && held <= total - 1);
        assert.ok(Math.abs(held - fraction * total) <= 1);
      }
      assert.equal(splitRandomly(index, { fraction, seed }), split);
    }),
    { numRuns: 60 },
  );
});

test('different seeds hold out different images', () => {
  const index = indexOf({ a: 50 });
  assert.not.equal(splitRandomly(index, { fraction: 0.3, seed: 1 }), splitRandomly(index, { fraction: 0.3, seed: 2 }));
});

test('no group is ever divided', () => {
  const cases = fc.tuple(counts, fc.integer({ min: 4, max: 12 }), fractions, fc.integer());
  fc.assert(
    fc.property(cases, ([perClass, groupCount, fraction, seed]) => {
      const index = indexOf({ a: perClass.a + 10, b: perClass.b + 10 });
      const groups = index.examples.map((_, at) => `g${(at * 7919) % groupCount}`);
      const split = splitByGroup(index, groups, { fraction, seed });
      assert.ok(isPartition(index, split));
      const train = new Set(split.train.map((at) => groups[at]));
      assert.not.ok(split.validation.some((at) => train.has(groups[at]!)));
      assert.equal(splitByGroup(index, groups, { fraction, seed }), split);
    }),
    { numRuns: 40 },
  );
});

test('groups of uneven sizes still come near to the fraction in each class', () => {
  const index = indexOf({ a: 300, b: 200 });
  const groups = index.examples.map(({ label }, at) => `${label}-${Math.floor(Math.sqrt(at * 3))}`);
  const seen = new Set<string>();
  for (let seed = 0; seed < 5; seed++) {
    const { validation } = splitByGroup(index, groups, { fraction: 0.2, seed });
    for (const [label, total] of [300, 200].entries()) {
      const held = validation.filter((at) => index.examples[at]!.label === label).length;
      assert.ok(Math.abs(held / total - 0.2) < 0.01, `class ${label}, seed ${seed}: ${held} of ${total}`);
    }
    seen.add(validation.join());
  }
  assert.is(seen.size, 5);
});

test('a class from a single group cannot be split', () => {
  const index = indexOf({ a: 4, b: 4 });
  const error = refused('too-few-groups', () =>
    splitByGroup(index, [...'1122', ...'3333'], { fraction: 0.5, seed: 1 }),
  );
  assert.match(error.message, /the 4 images of the class b come from 1 group/);
  refused('too-few-images', () => splitRandomly(indexOf({ a: 1, b: 4 }), { fraction: 0.5, seed: 1 }));
});

test('the fraction must leave images to train on; 0 holds out nothing', () => {
  refused('fraction-out-of-range', () => splitRandomly(indexOf({ a: 4 }), { fraction: 1, seed: 1 }));
  refused('fraction-out-of-range', () => splitRandomly(indexOf({ a: 4 }), { fraction: Number.NaN, seed: 1 }));
  assert.equal(splitRandomly(indexOf({ a: 2 }), { fraction: 0, seed: 1 }), { train: [0, 1], validation: [] });
});

const sources = { column: 'source', key: 'file' };

test('groups are read from a CSV file by class and file name, or by path', () => {
  const index = indexOf({ a: 2, b: 1 });
  const root = writeFiles(temporaryFolder(), {
    'by-class.csv': '\ufeffclass,file,source\na,0.png,7\na,1.png,8\nb,0.png,7\n',
    'by-path.csv': 'file,source,extra\na\\0.png,x,\na/1.png,x,\n./b/0.png,y,\n"a/unused.png",z,\n',
  });
  assert.equal(groupsFromCsv(index, { file: `${root}/by-class.csv`, ...sources }), ['7', '8', '7']);
  assert.equal(groupsFromCsv(index, { file: `${root}/by-path.csv`, ...sources }), ['x', 'x', 'y']);
});

test('what a CSV file lacks is said with numbers and names', () => {
  const index = indexOf({ a: 3, b: 1 });
  const root = writeFiles(temporaryFolder(), {
    'short.csv': 'class,file,source\na,0.png,7\nb,0.png,8\n',
    'other.csv': 'class,file,sauce\na,0.png,7\n',
    'names.csv': 'file,source\n0.png,1\n1.png,2\n2.png,3\n',
    'twice.csv': 'class,file,source\na,0.png,1\na,0.png,2\n',
    'ragged.csv': 'file,source\n0.png\n',
  });
  const missing = refused('group-rows-missing', () => groupsFromCsv(index, { file: `${root}/short.csv`, ...sources }));
  assert.match(missing.message, /gives no source for 2 of 4 images: a\/1\.png and a\/2\.png/);
  const column = refused('group-column-missing', () => groupsFromCsv(index, { file: `${root}/other.csv`, ...sources }));
  assert.match(column.help, /its columns are class, file and sauce — did you mean 'sauce'\?/);
  const names = refused('group-key-ambiguous', () => groupsFromCsv(index, { file: `${root}/names.csv`, ...sources }));
  assert.match(names.message, /a\/0\.png and b\/0\.png/);
  refused('group-key-ambiguous', () => groupsFromCsv(index, { file: `${root}/twice.csv`, ...sources }));
  refused('group-file-malformed', () => groupsFromCsv(index, { file: `${root}/ragged.csv`, ...sources }));
  refused('group-file-missing', () => groupsFromCsv(index, { file: `${root}/none.csv`, ...sources }));
});

test('groups are read from file names by the first capture group, or the whole match', () => {
  const index = indexOf({ a: 2, b: 1 });
  assert.equal(groupsFromPattern(index, '(\\d+)\\.png$'), ['0', '1', '0']);
  assert.equal(groupsFromPattern(index, '^\\w'), ['a', 'a', 'b']);
  assert.match(
    refused('group-pattern-unmatched', () => groupsFromPattern(index, 'x(.)')).message,
    /matches none of the 3/,
  );
  assert.match(
    refused('group-pattern-unmatched', () => groupsFromPattern(index, '(1)')).message,
    /matches 1 of the 3 images/,
  );
  refused('group-pattern-invalid', () => groupsFromPattern(index, '('));
});

test.run();
