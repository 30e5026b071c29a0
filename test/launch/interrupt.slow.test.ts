/** Ctrl-C of an ablation: what was trained is saved, nothing is left running, and the same command goes on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleProgram, makeProject, SPEC, type TinyProject, tablesOf } from './tiny-ablation.ts';

const program = bundleProgram('program-to-interrupt');
const SIZE = { epochs: 12, seeds: [1, 2] };
const WAYS: readonly (readonly string[])[] = [[], ['--jobs', '1'], ['--jobs', '2']];

class Started {
  text = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor({ config }: TinyProject, args: readonly string[]) {
    const command = [program, 'ablate', config, '--engine', 'native', ...args];
    this.#child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#closed = once(this.#child, 'close');
    this.#child.stderr!.on('data', (data) => {
      this.text += data;
    });
  }

  /** Waits for what it says, or its end. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text) && this.#child.exitCode === null) {
      await Promise.race([once(this.#child.stderr!, 'data'), this.#closed]);
    }
    assert.match(this.text, pattern);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Its exit code, or the signal that ended it. */
  async end(): Promise<number | string | null> {
    await this.#closed;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** Epochs that it told, such as `narrow, seed 2: epoch 3`. */
  epochs(): readonly string[] {
    return [...this.text.matchAll(/^(.+, seed \d+: epoch \d+)\//gm)].map(([, epoch]) => epoch!);
  }
}

/** The processes that claim runs of it, read while they train. */
function trainers({ ablation }: TinyProject): readonly number[] {
  const folder = join(ablation, 'claims');
  const files = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.json'));
  return files.map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number }).pid);
}

/** Not what was killed and waits for its parent to be told. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(status.slice(status.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

const untouched = makeProject(SIZE);

test('an ablation that nobody interrupts', async () => {
  const whole = new Started(untouched, []);
  assert.is(await whole.end(), 0, whole.text);
  assert.is(whole.epochs().length, 72);
});

for (const args of WAYS) {
  const way = args.join(' ') || 'in one process';

  test(`${way}: interrupted once, and then finished with the same tables`, async () => {
    const project = makeProject(SIZE);
    const first = new Started(project, args);
    await first.says(/: epoch 3\//);
    const pids = trainers(project);
    assert.ok(pids.length > 0);
    first.interrupt();
    assert.is(await first.end(), 130, first.text);
    assert.match(first.text, /finishing this step and saving a checkpoint; once more ends at once/);
    assert.match(first.text, /interrupted; what was trained is saved, and the same command goes on/);
    assert.equal(pids.filter(isRunning), []);
    assert.ok(first.epochs().length < 72, 'it was to be interrupted before its end; make it larger');

    const second = new Started(project, args);
    assert.is(await second.end(), 0, second.text);
    const again = second.epochs().filter((epoch) => first.epochs().includes(epoch));
    assert.equal(again, [], 'no epoch that was told is trained again');
    assert.equal(tablesOf(project), tablesOf(untouched));
  });

  test(`${way}: interrupted twice, it ends at once`, async () => {
    // Steps so long that the second signal comes within one.
    const spec = SPEC.replace('[16, 16, 3]', '[256, 256, 3]').replace('filters: int = 8', 'filters: int = 64');
    const project = makeProject({ epochs: 2, seeds: [1], spec });
    const started = new Started(project, args);
    await started.says(/trained before/);
    while (trainers(project).length === 0) await setTimeout(10);
    await setTimeout(500);
    const pids = trainers(project);
    started.interrupt();
    await started.says(/once more ends at once/);
    started.interrupt();
    assert.is(await started.end(), 'SIGINT', started.text);
    assert.not.match(started.text, /what was trained is saved|terminate called/);
    // a killed process takes a moment to give its memory back
    while (pids.some(isRunning)) await setTimeout(20);
  });
}

test.run();
