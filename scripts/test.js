// Runs the tests: uvu over test/**/*.test.ts through tsx, in two processes so that both cores work and the native
// modules of different engines stay apart.
//
//   npm test                 everything but the slow tests
//   npm test -- parser       only files whose path contains "parser"
//   npm run test:slow        only *.slow.test.ts
//
// uvu passes over two mistakes in silence: a file without `test.run()`, and a `before` hook that throws. Both fail here.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const PROCESSES = 2;
/** How long a process may stay alive after its last test before it counts as hanging, in milliseconds. */
const GRACE = 10_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const slow = process.argv.includes('--slow');
const filters = process.argv.slice(2).filter((argument) => argument !== '--slow');

const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((file) => String(file).replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.test.ts') && file.endsWith('.slow.test.ts') === slow)
  .filter((file) => filters.length === 0 || filters.some((each) => `test/${file}`.includes(each)));

const problems = files
  .filter((file) => !readFileSync(join(root, 'test', file), 'utf8').includes('.run()'))
  .map((file) => `test/${file} has no call of .run(), so none of its tests would run`);
const totals = { passed: 0, failed: 0, skipped: 0 };

await Promise.all(shares(files).map(runShare));

if (files.length === 0) problems.push(`no test file matches ${filters.join(' ') || 'test/**/*.test.ts'}`);
else if (totals.passed + totals.failed === 0) problems.push('no test ran');
for (const problem of problems) console.log(`✘ ${problem}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 || problems.length > 0 ? 1 : 0;

/** Deals the files out, largest first, each to the process that has the least text so far. */
function shares(all) {
  const dealt = Array.from({ length: PROCESSES }, () => ({ size: 0, files: [] }));
  const sized = all.map((file) => ({ file, size: statSync(join(root, 'test', file)).size }));
  for (const { file, size } of sized.sort((a, b) => b.size - a.size)) {
    const least = dealt.reduce((a, b) => (b.size < a.size ? b : a));
    least.size += size;
    least.files.push(file);
  }
  return dealt.map((each) => each.files).filter((each) => each.length > 0);
}

/** Has uvu run some files in one process, printing what it says of a file once that file is through. */
async function runShare(share) {
  const uvu = join(dirname(createRequire(import.meta.url).resolve('uvu')), '..', 'bin.js');
  const pattern = `^(${share.map((file) => file.replace(/[.+\\[\]()]/g, '\\$&').replaceAll('/', '[\\\\/]')).join('|')})$`;
  const plain = process.stdout.isTTY && !process.env.NO_COLOR ? [] : ['--no-color'];
  const child = spawn(process.execPath, ['--import', 'tsx', uvu, 'test', pattern, ...plain], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });

  const found = { total: undefined, passed: 0, skipped: 0 };
  let block = [];
  let watchdog;
  const flush = () => {
    const text = block.join('\n').trimEnd();
    if (text !== '') console.log(`${text}\n`);
    block = [];
  };
  const readLine = (line) => {
    const plain = stripVTControlCharacters(line);
    if (share.includes(plain.replaceAll('\\', '/'))) flush();
    const total = /^ {2}(Total|Passed|Skipped|Duration): +(\d*)/.exec(plain);
    if (total === null) {
      block.push(line);
      return;
    }
    if (total[1] === 'Duration') watchdog = setTimeout(hung, GRACE);
    else found[total[1].toLowerCase()] = Number(total[2]);
  };
  const hung = () => {
    problems.push(`something is still running after the last test of: ${share.join(', ')}`);
    child.kill('SIGKILL');
  };

  createInterface({ input: child.stdout }).on('line', readLine);
  createInterface({ input: child.stderr }).on('line', (line) => block.push(line));
  const [code, signal] = await new Promise((resolve) => child.on('close', (...ended) => resolve(ended)));
  clearTimeout(watchdog);
  flush();

  if (found.total === undefined) {
    // uvu imports every file before it runs the first: one that throws on import must not hide the others.
    if (share.length > 1) {
      for (const file of share) await runShare([file]);
      return;
    }
    totals.failed += 1;
    problems.push(`test/${share[0]} ended its process (${signal ?? `exit code ${code}`}) before its last test`);
    return;
  }
  totals.passed += found.passed;
  totals.skipped += found.skipped;
  totals.failed += found.total - found.passed;
  if (code !== 0 && found.total === found.passed) problems.push(`exit ${signal ?? code} after: ${share.join(', ')}`);
}
