/** Each pass on a small program: the whole program after it, as text. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createBuilder } from '../../../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../../../src/compiler/program/builder.ts';
import { dumpProgram } from '../../../../src/compiler/program/dump.ts';
import { optimise, type PassName, passNames } from '../../../../src/compiler/program/passes/index.ts';
import type { Kernel, Program } from '../../../../src/compiler/program/program.ts';
import { ProgramError } from '../../../../src/compiler/program/shape-rules.ts';
import { interpret } from '../../../support/interpret.ts';
import { assertClose, randomFeeds } from '../../../support/onnxruntime.ts';
import { everyKernel } from '../every-kernel.ts';

function programOf(build: (b: Builder) => Tensor[]): Program {
  const b = createBuilder();
  return b.finish(build(b).map((tensor, index) => ({ name: `result${index || ''}`, tensor })));
}

/** The program before and after one pass; both must compute the same. */
function becomes(pass: PassName, build: (b: Builder) => Tensor[], before: string, after: string): void {
  const program = programOf(build);
  const result = optimise(program, { disable: passNames.filter((name) => name !== pass) });
  const lines = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim());
  assert.equal(lines(dumpProgram(program)), lines(before));
  assert.equal(lines(dumpProgram(result)), lines(after));
  const feeds = randomFeeds(program);
  assertClose(interpret(result, feeds), interpret(program, feeds));
}

test('a transpose and its inverse around elementwise kernels vanish', () => {
  becomes(
    'transposes',
    (b) => {
      const x = b.transpose(b.input('x', [2, 3, 4, 5]), [0, 3, 1, 2]);
      const scaled = b.mul(b.unary('relu', x), b.input('scale', [5, 1, 1]));
      return [b.transpose(scaled, [0, 2, 3, 1])];
    },
    `%0 float32 [2, 3, 4, 5] input {name: "x"}
     %1 float32 [2, 5, 3, 4] transpose %0 {permutation: [0, 3, 1, 2]}
     %2 float32 [2, 5, 3, 4] relu %1
     %3 float32 [5, 1, 1] input {name: "scale"}
     %4 float32 [2, 5, 3, 4] mul %2 %3
     %5 float32 [2, 3, 4, 5] transpose %4 {permutation: [0, 2, 3, 1]}
     result = %5`,
    `%0 float32 [2, 3, 4, 5] input {name: "x"}
     %1 float32 [2, 3, 4, 5] relu %0
     %2 float32 [5, 1, 1] input {name: "scale"}
     %3 float32 [1, 1, 1, 5] reshape %2
     %4 float32 [2, 3, 4, 5] mul %1 %3
     result = %4`,
  );
});

test('two transposes into one kernel become one after it', () => {
  becomes(
    'transposes',
    (b) => [b.add(b.transpose(b.input('x', [2, 3]), [1, 0]), b.transpose(b.input('y', [2, 3]), [1, 0]))],
    `%0 float32 [2, 3] input {name: "x"}
     %1 float32 [3, 2] transpose %0 {permutation: [1, 0]}
     %2 float32 [2, 3] input {name: "y"}
     %3 float32 [3, 2] transpose %2 {permutation: [1, 0]}
     %4 float32 [3, 2] add %1 %3
     result = %4`,
    `%0 float32 [2, 3] input {name: "x"}
     %1 float32 [2, 3] input {name: "y"}
     %2 float32 [2, 3] add %0 %1
     %3 float32 [3, 2] transpose %2 {permutation: [1, 0]}
     result = %3`,
  );
});

test('a transpose that is read elsewhere as well, or meets no other, stays where it is', () => {
  const same = `%0 float32 [2, 3] input {name: "x"}
     %1 float32 [3, 2] transpose %0 {permutation: [1, 0]}
     %2 float32 [3, 2] exp %1
     %3 float32 [3, 2] add %1 %2
     result = %3`;
  becomes(
    'transposes',
    (b) => {
      const x = b.transpose(b.input('x', [2, 3]), [1, 0]);
      return [b.add(x, b.unary('exp', x))];
    },
    same,
    same,
  );
});

test('reductions come before transposes', () => {
  becomes(
    'transposes',
    (b) => [b.reduce('sum', b.transpose(b.input('x', [2, 3, 4]), [0, 2, 1]), [2])],
    `%0 float32 [2, 3, 4] input {name: "x"}
     %1 float32 [2, 4, 3] transpose %0 {permutation: [0, 2, 1]}
     %2 float32 [2, 4, 1] reduce_sum %1 {axes: [2]}
     result = %2`,
    `%0 float32 [2, 3, 4] input {name: "x"}
     %1 float32 [2, 1, 4] reduce_sum %0 {axes: [1]}
     %2 float32 [2, 4, 1] reshape %1
     result = %2`,
  );
});

test('chains of reshapes are one, and a transpose of axes of size 1 is a reshape', () => {
  becomes(
    'reshapes',
    (b) => {
      const x = b.reshape(b.input('x', [2, 6]), [2, 1, 3, 2]);
      return [b.reshape(b.transpose(x, [1, 0, 2, 3]), [12])];
    },
    `%0 float32 [2, 6] input {name: "x"}
     %1 float32 [2, 1, 3, 2] reshape %0
     %2 float32 [1, 2, 3, 2] transpose %1 {permutation: [1, 0, 2, 3]}
     %3 float32 [12] reshape %2
     result = %3`,
    `%0 float32 [2, 6] input {name: "x"}
     %1 float32 [12] reshape %0
     result = %1`,
  );
});

test('an expand that broadcasting implies goes; one that gives the result its shape stays', () => {
  becomes(
    'broadcasts',
    (b) => {
      const mean = b.expand(b.input('mean', [1, 3]), [2, 3]);
      const wide = b.expand(b.input('scale', [1, 1]), [4, 1]);
      return [b.sub(b.input('x', [2, 3]), mean), b.mul(wide, b.input('row', [3]))];
    },
    `%0 float32 [1, 3] input {name: "mean"}
     %1 float32 [2, 3] expand %0
     %2 float32 [1, 1] input {name: "scale"}
     %3 float32 [4, 1] expand %2
     %4 float32 [2, 3] input {name: "x"}
     %5 float32 [2, 3] sub %4 %1
     %6 float32 [3] input {name: "row"}
     %7 float32 [4, 3] mul %3 %6
     result = %5
     result1 = %7`,
    `%0 float32 [1, 3] input {name: "mean"}
     %1 float32 [1, 1] input {name: "scale"}
     %2 float32 [4, 1] expand %1
     %3 float32 [2, 3] input {name: "x"}
     %4 float32 [2, 3] sub %3 %0
     %5 float32 [3] input {name: "row"}
     %6 float32 [4, 3] mul %2 %5
     result = %4
     result1 = %6`,
  );
});

test('arithmetic that changes nothing goes', () => {
  becomes(
    'algebra',
    (b) => {
      const x = b.input('x', [3]);
      const unchanged = b.neg(b.neg(b.sub(b.add(b.mul(x, b.constant(1, [1])), b.constant(0)), b.constant(0))));
      return [b.binary('pow', unchanged, b.constant(2)), b.sub(b.constant(0), x), b.mul(b.constant(1, [2, 1]), x)];
    },
    `%0 float32 [3] input {name: "x"}
     %1 float32 [1] constant {1}
     %2 float32 [3] mul %0 %1
     %3 float32 [] constant {0}
     %4 float32 [3] add %2 %3
     %5 float32 [3] sub %4 %3
     %6 float32 [3] neg %5
     %7 float32 [3] neg %6
     %8 float32 [] constant {2}
     %9 float32 [3] pow %7 %8
     %10 float32 [3] sub %3 %0
     %11 float32 [2, 1] constant {1, 1}
     %12 float32 [2, 3] mul %11 %0
     result = %9
     result1 = %10
     result2 = %12`,
    `%0 float32 [3] input {name: "x"}
     %1 float32 [] constant {0}
     %2 float32 [3] mul %0 %0
     %3 float32 [3] sub %1 %0
     %4 float32 [2, 1] constant {1, 1}
     %5 float32 [2, 3] mul %4 %0
     result = %2
     result1 = %3
     result2 = %5`,
  );
});

test('what depends on constants alone is computed', () => {
  becomes(
    'constants',
    (b) => {
      const table = b.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
      const weights = b.div(b.transpose(table, [1, 0]), b.constant(4));
      return [b.mul(b.input('x', [3, 2]), b.where(b.compare('less', weights, b.constant(1)), weights, b.constant(0)))];
    },
    `%0 float32 [2, 3] constant {1, 2, 3, 4, …}
     %1 float32 [3, 2] transpose %0 {permutation: [1, 0]}
     %2 float32 [] constant {4}
     %3 float32 [3, 2] div %1 %2
     %4 float32 [3, 2] input {name: "x"}
     %5 float32 [] constant {1}
     %6 bool [3, 2] less %3 %5
     %7 float32 [] constant {0}
     %8 float32 [3, 2] where %6 %3 %7
     %9 float32 [3, 2] mul %4 %8
     result = %9`,
    `%0 float32 [3, 2] input {name: "x"}
     %1 float32 [3, 2] constant {0.25, 0, 0.5, 0, …}
     %2 float32 [3, 2] mul %0 %1
     result = %2`,
  );
});

test('a large constant is not made larger programs of', () => {
  const program = programOf((b) => [b.add(b.constant(1, [300, 1]), b.constant(2, [300]))]);
  assert.equal(
    optimise(program).instructions.map(({ kernel }) => kernel),
    ['constant', 'constant', 'binary'],
  );
});

test('every pass keeps what every kernel computes', () => {
  for (const kernel of Object.keys(everyKernel) as Kernel[]) {
    const program = programOf(everyKernel[kernel]);
    const feeds = randomFeeds(program);
    const expected = interpret(program, feeds);
    optimise(program, { onPass: (_, after) => assertClose(interpret(after, feeds), expected) });
  }
});

test('a disabled pass does not run, and each other runs once in order', () => {
  const seen: PassName[] = [];
  optimise(
    programOf((b) => [b.input('x', [1])]),
    { disable: ['algebra'], onPass: (name) => seen.push(name) },
  );
  assert.equal(
    seen,
    passNames.filter((name) => name !== 'algebra'),
  );
});

test('an illegal program is refused', () => {
  const program = programOf((b) => [b.neg(b.input('x', [1]))]);
  assert.throws(
    () => optimise({ ...program, outputs: [{ name: 'y', tensor: 7 }] }),
    (error: unknown) => error instanceof ProgramError,
  );
});

test('the gradient of a ReLU is a product with a mask', () => {
  becomes(
    'masks',
    (b) => {
      const [x, dy] = [b.input('x', [2, 3]), b.input('dy', [2, 3])];
      return [b.where(b.compare('greater', x, b.constant(0)), dy, b.constant(0))];
    },
    `%0 float32 [2, 3] input {name: "x"}
     %1 float32 [2, 3] input {name: "dy"}
     %2 float32 [] constant {0}
     %3 bool [2, 3] greater %0 %2
     %4 float32 [2, 3] where %3 %1 %2
     result = %4`,
    `%0 float32 [2, 3] input {name: "x"}
     %1 float32 [2, 3] input {name: "dy"}
     %2 float32 [2, 3] step %0
     %3 float32 [2, 3] mul %1 %2
     result = %3`,
  );
});

test('what may be infinite for single elements is selected, not multiplied', () => {
  const gradientOf = (dy: (b: Builder, x: Tensor) => Tensor): string => {
    const program = programOf((b) => {
      const x = b.input('x', [2, 3]);
      return [b.where(b.compare('greater', x, b.constant(0)), dy(b, x), b.constant(0))];
    });
    return dumpProgram(optimise(program));
  };
  assert.match(
    gradientOf((b, x) => b.div(b.constant(0.5), b.unary('sqrt', b.unary('relu', x)))),
    / where /,
  );
  // an infinite factor that all elements share leaves nothing to select
  assert.match(
    gradientOf((b, x) => b.mul(x, b.unary('reciprocal', b.reduce('sum', x, [1])))),
    / step /,
  );
});

test('a factor and an offset for each channel are one normalisation', () => {
  becomes(
    'affine',
    (b) => {
      const x = b.input('x', [2, 8, 16, 16]);
      return [b.add(b.mul(x, b.input('scale', [2, 8, 1, 1])), b.input('offset', [8, 1, 1]))];
    },
    `%0 float32 [2, 8, 16, 16] input {name: "x"}
     %1 float32 [2, 8, 1, 1] input {name: "scale"}
     %2 float32 [2, 8, 16, 16] mul %0 %1
     %3 float32 [8, 1, 1] input {name: "offset"}
     %4 float32 [2, 8, 16, 16] add %2 %3
     result = %4`,
    `%0 float32 [2, 8, 16, 16] input {name: "x"}
     %1 float32 [2, 8, 1, 1] input {name: "scale"}
     %2 float32 [8, 1, 1] input {name: "offset"}
     %3 float32 [1, 16, 256] reshape %0
     %4 float32 [16] constant {0, 0, 0, 0, …}
     %5 float32 [16] constant {1, 1, 1, 1, …}
     %6 float32 [16] reshape %1
     %7 float32 [2, 8, 1, 1] expand %2
     %8 float32 [16] reshape %7
     %9 float32 [1, 16, 256] batch_norm %3 %6 %8 %4 %5 {epsilon: 0}
     %10 float32 [2, 8, 16, 16] reshape %9
     result = %10`,
  );
});

test('a number gets all axes of a tensor whose last one has size 1', () => {
  becomes(
    'scalars',
    (b) => {
      const [filter, image, rate] = [b.input('filter', [3, 2, 1, 1]), b.input('image', [2, 3]), b.input('rate', [])];
      return [b.mul(b.scale(filter, 2), rate), b.mul(image, rate)];
    },
    `%0 float32 [3, 2, 1, 1] input {name: "filter"}
     %1 float32 [2, 3] input {name: "image"}
     %2 float32 [] input {name: "rate"}
     %3 float32 [] constant {2}
     %4 float32 [3, 2, 1, 1] mul %0 %3
     %5 float32 [3, 2, 1, 1] mul %4 %2
     %6 float32 [2, 3] mul %1 %2
     result = %5
     result1 = %6`,
    `%0 float32 [3, 2, 1, 1] input {name: "filter"}
     %1 float32 [2, 3] input {name: "image"}
     %2 float32 [] input {name: "rate"}
     %3 float32 [1, 1, 1, 1] constant {2}
     %4 float32 [3, 2, 1, 1] mul %0 %3
     %5 float32 [1, 1, 1, 1] reshape %2
     %6 float32 [3, 2, 1, 1] mul %4 %5
     %7 float32 [2, 3] mul %1 %2
     result = %6
     result1 = %7`,
  );
});

test('a program eight times as long takes about eight times as long', () => {
  const timeOf = (length: number): number => {
    const program = programOf((b) => {
      let x = b.input('x', [2, 3]);
      for (let at = 0; at < length; at++) x = b.transpose(b.add(x, x), [1, 0]);
      return [x];
    });
    const begin = process.cpuUsage().user;
    optimise(program);
    return process.cpuUsage().user - begin;
  };
  timeOf(1000);
  const [short, long] = [Math.min(timeOf(1000), timeOf(1000)), timeOf(8000)];
  // what is quadratic takes 64 times as long
  assert.ok(long < 32 * short, `${short} µs and ${long} µs`);
});

test.run();
