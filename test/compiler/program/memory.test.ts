import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import { executionOrder, memoryOf } from '../../../src/compiler/program/memory.ts';

const KB = 1000;

test('what overwrites an operand or is a view of it takes nothing more', () => {
  const b = createBuilder();
  const x = b.transpose(b.input('x', [250, 1]), [1, 0]); // 1 kB
  const y = b.reshape(b.unary('exp', b.unary('neg', x)), [250]);
  const program = b.finish([{ name: 'y', tensor: b.reduce('sum', y, [0]) }]);
  assert.equal(memoryOf(program), { inputs: KB, constants: 0, outputs: 4, peak: KB, at: '' });
});

test('a tensor is held until its last use', () => {
  const b = createBuilder();
  const x = b.input('x', [250]);
  b.origin('first');
  const kept = b.unary('exp', x);
  const made = b.unary('neg', kept); // `kept` is read again: a second buffer
  b.origin('sum');
  const sum = b.reduce('sum', b.add(b.unary('sqrt', made), kept), [0]);
  assert.is(memoryOf(b.finish([{ name: 'sum', tensor: sum }])).peak, 2 * KB);
});

test('gradients are used up in turn, from the last result backwards', () => {
  const b = createBuilder();
  const x = b.input('x', [250]);
  const gradients = [b.unary('exp', x), b.unary('neg', x), b.unary('sqrt', x)];
  const updates = gradients.map((each) => b.reduce('sum', each, [0]));
  const program = b.finish(updates.map((tensor, at) => ({ name: `next:${at}`, tensor })));
  const kernels = executionOrder(program).map((id) => program.instructions[id]!.kernel);
  assert.equal(kernels, ['unary', 'reduce', 'unary', 'reduce', 'unary', 'reduce']);
  assert.is(memoryOf(program).peak, KB, 'one at a time');
});

test.run();
