/** What the benchmarks say to those who ask how they are called, and to those who do not know. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const scripts = Object.entries<string>(JSON.parse(readFileSync('package.json', 'utf8')).scripts).flatMap(
  ([name, command]) => {
    const file = name.startsWith('bench:') ? /bench\/\S+\.ts/.exec(command)?.[0] : undefined;
    return file === undefined ? [] : [{ file, called: `npm run ${name} -- ` }];
  },
);
const others = ['train/loss-curve', 'data/waiting', 'data/first-step', 'data/throughput'].map((name) => {
  const file = `bench/${name}.ts`;
  return { file, called: `npx tsx ${file} ` };
});

function run(file: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

for (const { file, called } of [...scripts, ...others]) {
  test(file, () => {
    const asked = run(file, '--help');
    assert.equal([asked.status, asked.stderr], [0, '']);
    assert.ok(asked.stdout.startsWith(`usage: ${called}`), asked.stdout);
    const wrong = run(file, '--no-such-option');
    assert.equal(wrong, { status: 2, stdout: '', stderr: `Unknown option '--no-such-option'\n${asked.stdout}` });
  });
}

test.run();
