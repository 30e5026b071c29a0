import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { traceBatch } from '../../../src/compiler/program/batch-axis.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../../src/compiler/program/builder.ts';

const N = 97;

/** Which outputs grow, or why the program holds for this many examples only. */
function traced(build: (b: Builder, x: Tensor, weight: Tensor) => Tensor[]): boolean[] | string {
  const b = createBuilder();
  const made = build(b, b.input('x', [N, 4, 6]), b.input('weight', [N, 6]));
  const program = b.finish(made.map((tensor, at) => ({ name: `${at}`, tensor })));
  const answer = traceBatch(program, new Set(['x']), N);
  return 'grows' in answer ? program.outputs.map(({ tensor }) => answer.grows.has(tensor)) : answer.why;
}

test('what follows the examples, and what does not', () => {
  assert.equal(
    traced((b, x, weight) => [
      b.unary('relu', x),
      b.reshape(x, [N * 4, 6]),
      b.matmul(b.reshape(x, [N * 2, 12]), b.constant(1, [12, 3])),
      b.reduce('sum', x, [1, 2]),
      b.transpose(x, [0, 2, 1]),
      b.concat([x, b.expand(b.constant(1), [N, 1, 6])], 1),
      b.scale(weight, 2),
    ]),
    [true, true, true, true, true, true, false],
  );
});

test('what needs the number of examples is refused with a reason', () => {
  const cases: [(b: Builder, x: Tensor, weight: Tensor) => Tensor, RegExp][] = [
    [(b, x) => b.reduce('mean', x, [0, 1]), /reduces over the examples/],
    [(b, x) => b.transpose(x, [1, 0, 2]), /moves the axis/],
    [(b, x) => b.slice(x, [0, 0, 0], [1, 4, 6]), /takes some of the examples/],
    [(b, x) => b.concat([x, x], 0), /joins examples/],
    [(b, x) => b.softmax(x, 0), /normalises over the examples/],
    [
      (b, x) =>
        b.pad(x, [
          [1, 0],
          [0, 0],
          [0, 0],
        ]),
      /pads the axis/,
    ],
    [(b, x) => b.reshape(x, [4, N, 6]), /spreads the examples/],
    [(b, x, weight) => b.add(b.reduce('max', x, [1]), b.reshape(weight, [N, 1, 6])), /combines the examples/],
    [(b, x, weight) => b.matmul(weight, b.transpose(b.reshape(x, [N * 4, 6]), [1, 0])), /moves the axis/],
    [(b, x) => b.matmul(b.constant(1, [2, N]), b.reshape(x, [N, 24])), /a matrix made of examples/],
  ];
  for (const [build, why] of cases) {
    const answer = traced((b, x, weight) => [build(b, x, weight)]);
    assert.type(answer, 'string', `${why}`);
    assert.match(answer as string, why);
  }
});

test('without an input, nobody knows for how many', () => {
  const answer = traced((b) => [b.expand(b.constant(1), [N, 2])]);
  assert.match(answer as string, /no input says how many/);
});

test.run();
