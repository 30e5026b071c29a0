/** An ablation that is killed at 20 moments and then finished has the tables of one that nobody touched. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../src/shared/random.ts';
import { bundleProgram, makeProject, tablesOf } from './tiny-ablation.ts';

const program = bundleProgram('program-to-kill');
const KILLS = 20;

/** Epochs enough that 20 attempts, each of which gets through some, do not finish it. */
const SIZE = { epochs: 30, seeds: [1, 2] };

interface Moment {
  /** Epochs to wait for, and then milliseconds. */
  readonly epochs: number;
  readonly delay: number;
  readonly args: readonly string[];
}

/** Runs it up to the moment, and kills it; whether it was still running then. */
async function killed(config: string, { epochs, delay, args }: Moment): Promise<boolean> {
  const command = [program, 'ablate', config, '--engine', 'native', ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  let text = '';
  const reached = new Promise<void>((resolve) => {
    child.stderr.on('data', (data) => {
      text += data;
      const planned = text.includes('trained before');
      if (planned && (text.match(/: epoch \d+/g)?.length ?? 0) >= epochs) resolve();
    });
  });
  await Promise.race([reached, closed]);
  await Promise.race([setTimeout(delay), closed]);
  const running = child.exitCode === null;
  child.kill('SIGKILL');
  await closed;
  return running;
}

async function finished(config: string): Promise<void> {
  const child = spawn(process.execPath, [program, 'ablate', config, '--engine', 'native'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (data) => {
    text += data;
  });
  const [code] = await once(child, 'close');
  assert.is(code, 0, text);
}

test(`killed ${KILLS} times at random moments, here and with processes, the tables are the same to the last byte`, async () => {
  const [whole, broken] = [makeProject(SIZE), makeProject(SIZE)];
  await finished(whole.config);
  const random = Random.of('moments', 1);
  let kills = 0;
  for (let attempt = 0; attempt < KILLS; attempt++) {
    const moment = {
      epochs: random.int(4),
      delay: random.int(60),
      args: attempt % 4 === 3 ? ['--jobs', '2'] : [],
    };
    if (await killed(broken.config, moment)) kills += 1;
  }
  console.log(`killed while it ran: ${kills} of ${KILLS}`);
  assert.is(kills, KILLS, 'it was to run longer than these kills take; make it larger');
  await finished(broken.config);
  assert.equal(tablesOf(broken), tablesOf(whole));
});

test.run();
