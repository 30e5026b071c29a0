/** The benchmarks run, and their JSON has its form; what they measure on tiny sizes tells nothing. */
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findPython } from '../../bench/train/pytorch-engine.ts';

const withPyTorch = findPython() !== undefined;

type Figures = Readonly<Record<string, unknown>>;

function run(script: string, options: Readonly<Record<string, string>>): { figures: Figures[]; said: string } {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const made = spawnSync(process.execPath, ['--import', 'tsx', script, ...args, '--format', 'json'], {
    encoding: 'utf8',
  });
  assert.is(made.status, 0, made.stderr);
  return { figures: JSON.parse(made.stdout) as Figures[], said: made.stderr };
}

test('bench:train', () => {
  if (!withPyTorch) {
    assert.is.not(process.env.SPECC_REQUIRE_PYTORCH, '1', 'no Python has torch, torchvision and numpy');
    console.log('SKIPPED: no Python has torch, torchvision and numpy, so nothing is compared with PyTorch');
  }
  const sizes = { batch: '2', size: '16', threads: '1', rounds: '1', steps: '1' };
  const { figures, said } = run('bench/train/train.ts', { ...sizes, models: 'ddrnet' });
  const engines = ['native', ...(withPyTorch ? ['pytorch'] : []), 'tfjs-cpu'];
  assert.equal(
    figures.map(({ engine }) => engine),
    engines,
  );
  if (!withPyTorch) assert.match(said, 'SKIPPED pytorch');
  for (const { imagesPerSecond, msPerStep, peakMemoryMB, ...rest } of figures) {
    assert.equal(rest, { model: 'ddrnet', batch: 2, size: 16, engine: rest['engine'], threads: 1 });
    for (const number of [imagesPerSecond, msPerStep, peakMemoryMB]) assert.ok(Number(number) > 0, `${number}`);
    assert.ok(Math.abs((Number(imagesPerSecond) * Number(msPerStep)) / 2000 - 1) < 1e-9);
  }
});

test('bench:train on ResNet-18', () => {
  const sizes = { batch: '2', size: '64', threads: '1', rounds: '1', steps: '1' };
  const { figures } = run('bench/train/train.ts', { ...sizes, models: 'resnet18', engines: 'native,pytorch' });
  assert.is(figures.length, withPyTorch ? 2 : 1);
});

test('bench:train with and without passes, side by side', () => {
  const sizes = { batch: '2', size: '16', threads: '1', rounds: '1', steps: '1' };
  const engines = 'native,native-without:masks+channel-blocks';
  const { figures } = run('bench/train/train.ts', { ...sizes, models: 'ddrnet', engines });
  assert.is(figures.map(({ engine }) => engine).join(), engines);
});

test('bench:passes', () => {
  const args = [
    '--workloads',
    'ddrnet-16',
    '--parts',
    'masks,channel-blocks,columns',
    '--rounds',
    '1',
    '--steps',
    '1',
    '--threads',
    '1',
  ];
  const made = spawnSync(process.execPath, ['--import', 'tsx', 'bench/train/passes.ts', ...args], { encoding: 'utf8' });
  assert.is(made.status, 0, made.stderr);
  const ratio = /\d+\.\d\d \(\d+\.\d\d–\d+\.\d\d\)/g;
  assert.equal(made.stdout.replaceAll(ratio, 'R').split('\n'), [
    '| with : without | ddrnet, 64×64, batch 16 |',
    '| --- | --- |',
    '| nothing | R |',
    '| `masks` | R |',
    '| `channel-blocks` | R |',
    // its images are too large for columns
    '| `columns` | the same step |',
    '',
  ]);
});

test('bench:ops', () => {
  const sizes = { batch: '2', size: '32', threads: '1', rounds: '1', budget: '1' };
  const { figures } = run('bench/train/ops/ops.ts', { ...sizes, models: 'ddrnet' });
  for (const { model, op, part, count, native, pytorch, lost } of figures) {
    const row = `${model} ${op} ${part}`;
    assert.ok(Number(count) >= 1 && Number(native) >= 0, row);
    if (withPyTorch) assert.ok(Number(pytorch) > 0 && typeof lost === 'number', row);
    else assert.equal([pytorch, lost], [null, null], row);
  }
  const convolutions = figures.filter(({ op }) => String(op).startsWith('conv2d 3×3 dilation 2'));
  assert.equal(convolutions.map(({ part }) => part).sort(), ['d(filter)', 'd(input)', 'forward']);
});

test.run();
