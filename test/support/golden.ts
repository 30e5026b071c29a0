/**
 * Golden tests: inputs with what is expected of them beside them.
 *
 *     test/golden/<corpus>/<construct>/<case>.spec        the input
 *     test/golden/<corpus>/<construct>/<case>.ast.txt     one expectation a suffix
 *
 * A missing expectation means that nothing is expected; one without an input, or of a suffix nobody makes, fails.
 * `UPDATE_GOLDEN=<glob>` (over paths below test/golden, `*` for all) rewrites what matches, and fails the run that does
 * so: a refresh has to be looked at, and never passes by itself.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { Source } from '../../src/dsl/source.ts';

const ROOT = fileURLToPath(new URL('../golden', import.meta.url));

/** One input file of a corpus. */
export interface GoldenCase {
  /** `<construct>/<case>`, without the suffix. */
  readonly name: string;
  readonly source: Source;
}

/** What is made of an input, for each suffix of an expectation file: `{ 'ast.txt': (input) => … }`. */
export type Producers = Readonly<Record<string, (input: GoldenCase) => string>>;

/** The inputs of a corpus, in order; their sources carry the path below the corpus. */
export function goldenCases(corpus: string, suffix = '.spec'): GoldenCase[] {
  return filesOf(corpus)
    .filter((file) => file.endsWith(suffix))
    .map((file) => ({
      name: file.slice(0, -suffix.length),
      source: new Source(file, readFileSync(path.join(ROOT, corpus, file), 'utf8')),
    }));
}

/** A suite with a test for each case of a corpus, and one that finds expectations without a case; run it. */
export function golden(corpus: string, producers: Producers, suffix = '.spec'): Test {
  const test = suite(`golden ${corpus}`);
  const cases = goldenCases(corpus, suffix);

  test('there are cases', () => assert.ok(cases.length > 0, `no ${suffix} file below test/golden/${corpus}`));

  test('every expectation has its input', () => {
    const known = new Set(cases.flatMap(({ name }) => Object.keys(producers).map((each) => `${name}.${each}`)));
    const orphans = filesOf(corpus).filter((file) => !file.endsWith(suffix) && !known.has(file));
    assert.equal(orphans, []);
  });

  for (const input of cases) {
    test(input.name, () => {
      const failures: string[] = [];
      for (const [expectation, produce] of Object.entries(producers)) {
        const failure = compare(`${corpus}/${input.name}.${expectation}`, produce(input));
        if (failure !== undefined) failures.push(failure);
      }
      if (failures.length === 0) return;
      const error = new Error(`\n${failures.join('\n')}`);
      // uvu would print the message a second time, as the head of the stack.
      error.stack = '';
      throw error;
    });
  }
  return test;
}

/** Compares with an expectation, or rewrites it; returns what to fail with. */
function compare(file: string, actual: string): string | undefined {
  const absolute = path.join(ROOT, file);
  const expected = existsSync(absolute) ? readFileSync(absolute, 'utf8') : '';
  if (actual === expected) return undefined;
  if (!updates(file)) return `${file} differs (- expected, + found):\n${difference(expected, actual)}`;
  mkdirSync(path.dirname(absolute), { recursive: true });
  if (actual === '') rmSync(absolute, { force: true });
  else writeFileSync(absolute, actual);
  return `${file} was rewritten`;
}

function updates(file: string): boolean {
  const glob = process.env['UPDATE_GOLDEN'];
  if (glob === undefined || glob === '') return false;
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`^${pattern}$`).test(file);
}

function filesOf(corpus: string): string[] {
  const folder = path.join(ROOT, corpus);
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

/** The lines that differ, with up to two equal lines around them. */
export function difference(expected: string, actual: string): string {
  const [a, b] = [expected.split('\n'), actual.split('\n')];
  const marked: string[] = [];
  let [i, j] = [0, 0];
  for (const [x, y] of [...commonLines(a, b), [a.length, b.length] as const]) {
    while (i < x) marked.push(`- ${a[i++]}`);
    while (j < y) marked.push(`+ ${b[j++]}`);
    if (x < a.length) marked.push(`  ${a[x]}`);
    [i, j] = [x + 1, y + 1];
  }
  const near = marked.map((_, at) => marked.slice(Math.max(0, at - 2), at + 3).some((line) => !line.startsWith('  ')));
  return marked.flatMap((line, at) => (near[at] ? [line] : near[at - 1] ? ['  …'] : [])).join('\n');
}

/** A longest common subsequence of lines, as pairs of indices. */
function commonLines(a: readonly string[], b: readonly string[]): [number, number][] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  let [m, n] = [a.length - head - tail, b.length - head - tail];
  if (m * n > 10_000_000) [m, n] = [0, 0];

  const lengths = Array.from({ length: m + 1 }, () => new Uint32Array(n + 1));
  for (let i = m - 1; i >= 0; i--) {
    for (let j = n - 1; j >= 0; j--) {
      const same = a[head + i] === b[head + j];
      lengths[i]![j] = same ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const pairs: [number, number][] = Array.from({ length: head }, (_, at) => [at, at]);
  for (let i = 0, j = 0; i < m && j < n; ) {
    if (a[head + i] === b[head + j]) pairs.push([head + i++, head + j++]);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  for (let at = tail; at > 0; at--) pairs.push([a.length - at, b.length - at]);
  return pairs;
}
