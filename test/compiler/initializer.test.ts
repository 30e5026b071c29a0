/** The text of initializers, and the distributions that they draw from. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  fansOf,
  fill,
  type Initializer,
  type InitializerProblem,
  initializers,
  parseInitializer,
  printInitializer,
} from '../../src/compiler/ops/initializer.ts';
import { Random } from '../../src/shared/random.ts';

function parsed(text: string): Initializer {
  const initializer = parseInitializer(text);
  if ('problem' in initializer) throw new Error(`${text} is no initializer`);
  return initializer;
}

const COUNT = 20_000;
const fans = { in: 50, out: 200 };

function drawn(text: string): Float32Array {
  return fill(new Float32Array(COUNT), parsed(text), fans, Random.of(5, text));
}

const near = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual / expected - 1) < 0.02, `${what}: ${actual} is not ${expected}`);
const largest = (data: Float32Array): number => data.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
const deviation = (data: Float32Array): number => Math.sqrt(data.reduce((sum, each) => sum + each * each, 0) / COUNT);

test('every form of the reference is read, and what is read prints as itself', () => {
  for (const { form } of Object.values(initializers)) {
    for (const text of form.split(' or ')) assert.is(printInitializer(parsed(text)), text);
  }
  assert.equal(parsed('he_normal(fan_in)'), parsed('he_normal'));
  assert.equal(parsed(' normal( 2e-2 ) '), { kind: 'normal', deviation: 0.02 });
});

/** Of float32. */
const GREATEST = (2 - 2 ** -23) * 2 ** 127;

test('any number that float32 holds survives printing', () => {
  fc.assert(
    fc.property(fc.double({ min: -GREATEST, max: GREATEST, noNaN: true }), (value) => {
      assert.is((parsed(printInitializer({ kind: 'constant', value })) as { value: number }).value, value + 0);
    }),
  );
});

test('what is no initializer says why', () => {
  const cases: readonly (readonly [string, InitializerProblem])[] = [
    ['kaiming_uniform', { problem: 'name', near: 'he_uniform' }],
    ['xavier_normal_(0.1)', { problem: 'name', near: 'glorot_normal' }],
    ['trunc_normal_', { problem: 'name', near: 'truncated_normal(0.02)' }],
    ['orthogonal', { problem: 'name', near: undefined }],
    ['', { problem: 'name', near: undefined }],
    ['constructor', { problem: 'name', near: undefined }],
    ['normal()', { problem: 'argument', form: 'normal(0.02)' }],
    ['normal(-0.1)', { problem: 'argument', form: 'normal(0.02)' }],
    ['constant(1e39)', { problem: 'argument', form: 'constant(0.1)' }],
    ['constant(1e999)', { problem: 'argument', form: 'constant(0.1)' }],
    ['ones()', { problem: 'argument', form: 'ones' }],
  ];
  for (const [text, problem] of cases) assert.equal(parseInitializer(text), problem, text);
});

test('uniform distributions reach their limits and no further', () => {
  const limits = {
    'uniform(0.05)': 0.05,
    glorot_uniform: Math.sqrt(6 / 250),
    he_uniform: Math.sqrt(6 / 50),
    'he_uniform(fan_out)': Math.sqrt(6 / 200),
    lecun_uniform: Math.sqrt(3 / 50),
    'lecun_uniform(fan_out)': Math.sqrt(3 / 200),
  };
  for (const [text, limit] of Object.entries(limits)) {
    const data = drawn(text);
    assert.ok(largest(data) <= limit, text);
    near(largest(data), limit, text);
    near(deviation(data), limit / Math.sqrt(3), text);
  }
});

test('normal distributions have their deviations', () => {
  const deviations = {
    'normal(0.02)': 0.02,
    glorot_normal: Math.sqrt(2 / 250),
    he_normal: Math.sqrt(2 / 50),
    'he_normal(fan_out)': Math.sqrt(2 / 200),
    lecun_normal: Math.sqrt(1 / 50),
    'lecun_normal(fan_out)': Math.sqrt(1 / 200),
  };
  for (const [text, expected] of Object.entries(deviations)) {
    const data = drawn(text);
    near(deviation(data), expected, text);
    assert.ok(largest(data) > 3 * expected, `${text} is not cut`);
  }
});

test('a truncated normal ends at two deviations, with 0.8796 of the deviation', () => {
  const data = drawn('truncated_normal(0.02)');
  assert.ok(largest(data) <= 0.04);
  near(largest(data), 0.04, 'the largest');
  near(deviation(data), 0.02 * 0.87962566, 'the deviation');
});

test('constants', () => {
  assert.ok(drawn('constant(-0.25)').every((each) => each === -0.25));
  assert.ok(drawn('zeros').every((each) => each === 0));
  assert.ok(drawn('ones').every((each) => each === 1));
});

test('the fans of a weight are its last two axes times the window before them', () => {
  assert.equal(fansOf([3, 5, 8, 16]), { in: 120, out: 240 });
  assert.equal(fansOf([8, 16]), { in: 8, out: 16 });
  assert.equal(fansOf([7]), { in: 7, out: 7 });
  assert.equal(fansOf([]), { in: 1, out: 1 });
});

test.run();
