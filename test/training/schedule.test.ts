import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { learningRateAt } from '../../src/training/schedule.ts';

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

test('constant', () => {
  assert.is(learningRateAt({ kind: 'constant', rate: 0.1 }, 99, 10, 10), 0.1);
});

test('step: the rate falls after every so many epochs', () => {
  const schedule = { kind: 'step', rate: 1, every: 2, factor: 0.1 } as const;
  const rates = [1, 10, 20, 21, 40, 41].map((step) => learningRateAt(schedule, step, 10, 6));
  for (const [at, rate] of [1, 1, 1, 0.1, 0.1, 0.01].entries()) near(rates[at]!, rate);
});

test('cosine: warm-up, the rate itself, half way, the final rate', () => {
  const schedule = { kind: 'cosine', rate: 1, final: 0.2, warmupEpochs: 1 } as const;
  const at = (step: number) => learningRateAt(schedule, step, 10, 3.1);
  near(at(1), 0.1);
  near(at(10), 1);
  near(at(11), 1);
  near(at(21), 0.6);
  near(at(31), 0.2);
  near(at(32), 0.2);
});

test('cosine without warm-up and a single step', () => {
  near(learningRateAt({ kind: 'cosine', rate: 1, final: 0, warmupEpochs: 0 }, 1, 1, 1), 1);
});

test.run();
