/** The gradient programs of all cases on onnxruntime, in float32, against the interpreter. */
import { test } from 'uvu';
import type { OpKind } from '../../../src/compiler/ops/kind.ts';
import { interpret } from '../../support/interpret.ts';
import { assertClose, randomFeeds, runOnnx } from '../../support/onnxruntime.ts';
import { graphOf, type OpCase } from './case.ts';
import { cases } from './cases/index.ts';
import { programsOf } from './finite-differences.ts';

for (const op of Object.keys(cases) as OpKind[]) {
  test(`the gradient of ${op} on onnxruntime`, async () => {
    for (const use of cases[op] as readonly OpCase<OpKind>[]) {
      const { gradients } = programsOf(graphOf(op, use, 'all'), 2, use.training ?? true);
      const [low] = use.range ?? [-2];
      // what has to be positive is kept well away from zero
      const inRange = (name: string, x: number): number =>
        low > 0 || name.endsWith('moving_variance') ? Math.abs(x) + 0.3 : x;
      const feeds = Object.fromEntries(
        Object.entries(randomFeeds(gradients)).map(([name, data]) => [name, data.map((x) => inRange(name, x))]),
      );
      assertClose(await runOnnx(gradients, feeds), interpret(gradients, feeds), 2e-5);
    }
  });
}

test.run();
