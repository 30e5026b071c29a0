import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosSin, portableLog } from '../../src/shared/portable-math.ts';
import { hashSeed, murmur3, Random } from '../../src/shared/random.ts';

test('murmur3 gives the published values', () => {
  assert.is(murmur3([], 1), 0x514e28b7);
  assert.is(murmur3([0xffffffff], 0), 0x76293b50);
  assert.is(murmur3([0x87654321], 0), 0xf55b516b);
});

test('the generator is xoshiro128** 1.1', () => {
  const random = new Random([1, 2, 3, 4]);
  assert.equal(
    Array.from({ length: 4 }, () => random.uint32()),
    [11520, 0, 5927040, 70819200],
  );
});

test('seeds of different parts differ', () => {
  const states = [hashSeed('ab', 'c'), hashSeed('a', 'bc'), hashSeed(1), hashSeed('1'), hashSeed(1, 0), hashSeed(0, 1)];
  assert.is(new Set(states.map(String)).size, states.length);
  assert.equal(hashSeed(-0), hashSeed(0));
});

test('values that other machines must reproduce', () => {
  const random = Random.of('weights', 7);
  assert.equal(
    [random.uint32(), random.uniform(), random.normal(), random.int(1000)],
    [3258826139, 0.9752533846972617, 0.1451940296641102, 509],
  );
});

test('a saved state continues the stream', () => {
  const random = Random.of(3);
  random.normal();
  const resumed = new Random(JSON.parse(JSON.stringify(random.state)));
  assert.equal([random.uint32(), random.normal()], [resumed.uint32(), resumed.normal()]);
});

test('uniform, normal and int have the right moments', () => {
  const random = Random.of('moments');
  const count = 100_000;
  let sum = 0;
  let normalSum = 0;
  let normalSquares = 0;
  let fourth = 0;
  const dice = new Array<number>(6).fill(0);
  for (let at = 0; at < count; at++) {
    sum += random.uniform(2, 4);
    const drawn = random.normal(1, 3);
    normalSum += drawn;
    normalSquares += ((drawn - 1) / 3) ** 2;
    fourth += ((drawn - 1) / 3) ** 4;
    const face = random.int(6);
    dice[face]! += 1;
  }
  assert.ok(Math.abs(sum / count - 3) < 0.01);
  assert.ok(Math.abs(normalSum / count - 1) < 0.04);
  assert.ok(Math.abs(normalSquares / count - 1) < 0.02);
  assert.ok(Math.abs(fourth / count - 3) < 0.12);
  for (const face of dice) assert.ok(Math.abs(face / count - 1 / 6) < 0.005);
});

test('shuffling is a permutation and hits every order evenly', () => {
  const random = Random.of('orders');
  const seen = new Map<string, number>();
  for (let at = 0; at < 24_000; at++) {
    const order = random.shuffle([0, 1, 2, 3]).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assert.is(seen.size, 24);
  for (const times of seen.values()) assert.ok(Math.abs(times - 1000) < 150);
});

test('the portable functions agree with Math', () => {
  for (const x of [1e-300, 1e-9, 0.3, 0.7, 1, 1.4, 1.5, 2, 10, 1e200]) {
    assert.ok(Math.abs(portableLog(x) - Math.log(x)) <= 4e-16 * Math.max(1, Math.abs(Math.log(x))), String(x));
  }
  for (let degrees = -400; degrees <= 400; degrees += 0.7) {
    const { cos, sin } = cosSin(degrees);
    assert.ok(Math.abs(cos - Math.cos((degrees * Math.PI) / 180)) < 3e-15);
    assert.ok(Math.abs(sin - Math.sin((degrees * Math.PI) / 180)) < 3e-15);
  }
  assert.equal([cosSin(0), cosSin(180).cos, cosSin(-90).sin], [{ cos: 1, sin: 0 }, -1, -1]);
});

test.run();
