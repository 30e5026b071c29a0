import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import { ProgramError } from '../../../src/compiler/program/shape-rules.ts';
import { verifyProgram } from '../../../src/compiler/program/verify.ts';

const plain = {
  strides: [1, 1],
  dilations: [1, 1],
  pads: [
    [1, 1],
    [1, 1],
  ] as const,
};

function refuses(build: () => unknown, message: string): void {
  try {
    build();
  } catch (error) {
    assert.instance(error, ProgramError);
    assert.is((error as Error).message, message);
    return;
  }
  assert.unreachable(`accepted what should read: ${message}`);
}

test('shapes of every window kernel follow ONNX', () => {
  const b = createBuilder();
  const x = b.input('x', [2, 4, 9, 8]);
  const filter = b.input('f', [6, 2, 3, 3]);
  const strided = { ...plain, strides: [2, 2], dilations: [2, 1] };
  assert.equal(b.conv(x, filter, undefined, { ...strided, groups: 2 }).shape, [2, 6, 4, 4]);
  const y = b.input('y', [2, 6, 4, 4]);
  assert.equal(
    b.convTranspose(y, filter, undefined, { ...strided, groups: 2, outputPads: [0, 1] }).shape,
    [2, 4, 9, 8],
  );
  assert.equal(b.maxPool(x, { ...strided, kernel: [3, 3] }).shape, [2, 4, 4, 4]);
  assert.equal(b.averagePool(x, { ...plain, kernel: [2, 3], countPadding: false }).shape, [2, 4, 10, 8]);
});

test('slices follow NumPy and equal slices are one instruction', () => {
  const b = createBuilder();
  const x = b.input('x', [5, 4]);
  assert.equal(b.slice(x, [-2, 0], [99, 4]).shape, [2, 4]);
  assert.equal(b.slice(x, [4, 0], [-6, 4], [-1, 1]).shape, [5, 4]);
  assert.equal(b.slice(x, [4, 0], [-99, 4], [-2, 3]).shape, [3, 2]);
  assert.is(b.slice(x, [-2, 0], [99, 4]).id, b.slice(x, [3, 0], [5, 4]).id);
  assert.is(b.slice(x, [0, 0], [5, 4]).id, x.id, 'the whole is no slice');
});

test('equal instructions are made once, and others not', () => {
  const b = createBuilder();
  const x = b.input('x', [3]);
  const y = b.input('y', [3]);
  assert.is(b.add(x, y).id, b.add(x, y).id);
  assert.is.not(b.add(x, y).id, b.add(y, x).id);
  assert.is.not(b.add(x, y).id, b.sub(x, y).id);
  assert.is(b.constant(2).id, b.constant(2).id);
  assert.is.not(b.constant(0).id, b.constant(-0).id);
  assert.is.not(b.constant(2).id, b.constant(2, [1]).id);
  assert.is.not(b.pad(x, [[1, 1]], Number.POSITIVE_INFINITY).id, b.pad(x, [[1, 1]], Number.NEGATIVE_INFINITY).id);
});

test('what changes nothing makes no instruction', () => {
  const b = createBuilder();
  const x = b.input('x', [2, 3]);
  for (const same of [
    b.reshape(x, [2, 3]),
    b.transpose(x, [0, 1]),
    b.expand(x, [2, 3]),
    b.cast(x, 'float32'),
    b.concat([x], 1),
    b.pad(x, [
      [0, 0],
      [0, 0],
    ]),
    b.reduce('sum', x, []),
    b.scale(x, 1),
    b.sumTo(x, [2, 3]),
  ]) {
    assert.is(same.id, x.id);
  }
});

test('sumTo undoes broadcasting', () => {
  const b = createBuilder();
  const x = b.input('x', [4, 2, 3]);
  assert.equal(b.sumTo(x, [3]).shape, [3]);
  assert.equal(b.sumTo(x, [2, 1]).shape, [2, 1]);
  assert.equal(b.sumTo(x, []).shape, []);
});

test('finish keeps what outputs need and makes a legal program', () => {
  const b = createBuilder();
  const x = b.input('x', [2, 3]);
  b.input('unused', [9]);
  b.unary('exp', x);
  b.origin('head');
  const y = b.reduce('sum', b.mul(x, x), [1]);
  const program = b.finish([{ name: 'y', tensor: y }]);
  verifyProgram(program);
  assert.equal(
    program.instructions.map(({ kernel, origin }) => `${kernel}@${origin}`),
    ['input@', 'binary@head', 'reduce@head'],
  );
});

test('errors name the origin and both shapes', () => {
  const b = createBuilder();
  const x = b.input('x', [2, 3]);
  b.origin('head/dense');
  refuses(() => b.matmul(x, x), 'head/dense: matmul: [2, 3] × [2, 3]: inner sizes differ');
  refuses(() => b.add(x, b.constant(0, [2])), 'head/dense: binary: [2, 3] and [2] do not broadcast');
  refuses(() => b.reshape(x, [5]), 'head/dense: reshape: [2, 3] has 6 elements and [5] has 5');
  refuses(() => b.slice(x, [2, 0], [2, 3]), 'head/dense: slice: the result would be [0, 3]');
  refuses(() => b.softmax(x, 2), 'head/dense: softmax: [2, 3] has no axis 2');
  refuses(() => b.unary('not', x), 'head/dense: unary: not of float32 where bool is needed');
  refuses(() => b.input('x', [1]), 'head/dense: a second input named x');
  refuses(() => b.sumTo(x, [2]), 'head/dense: [2, 3] does not sum to [2]');
});

test('verify refuses a program that a pass broke', () => {
  const b = createBuilder();
  const x = b.input('x', [2, 3]);
  const program = b.finish([{ name: 'y', tensor: b.neg(b.transpose(x, [1, 0])) }]);
  const [first, second, third] = program.instructions;
  const broken = (instructions: unknown): (() => void) => {
    return () => verifyProgram({ ...program, instructions: instructions as typeof program.instructions });
  };
  refuses(
    broken([first, { ...second, shape: [2, 3] }, third]),
    '%1 transpose (): states float32 [2, 3] but makes float32 [3, 2]',
  );
  refuses(broken([first, second, { ...third, operands: [2] }]), '%2 unary (): uses %2 before it is made');
  refuses(broken([first, second]), 'output y is %2, which does not exist');
  refuses(broken([first, first]), '%1 input (): is numbered 0');
});

test.run();
