import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gradientRules } from '../../../src/compiler/gradient/index.ts';
import type { OpKind } from '../../../src/compiler/ops/kind.ts';
import { type Arrangement, graphOf, type OpCase } from './case.ts';
import { cases } from './cases/index.ts';
import { checkGradients } from './finite-differences.ts';

for (const op of Object.keys(gradientRules) as OpKind[]) {
  test(`the gradient of ${op} matches finite differences`, () => {
    const uses = cases[op] as readonly OpCase<OpKind>[];
    assert.ok(uses.length > 0, `no case of ${op}`);
    for (const use of uses) {
      for (const channelsFirst of arrangementsOf(use)) {
        const graph = graphOf(op, use, channelsFirst);
        const { range = [-2, 2], training = true } = use;
        try {
          checkGradients(graph, { range, training });
        } catch (error) {
          (error as Error).message += `\nin ${JSON.stringify({ ...use, channelsFirst })}`;
          throw error;
        }
      }
    }
  });
}

/** Every mix of layouts that the inputs can come in. */
function arrangementsOf({ inputs }: OpCase<OpKind>): readonly Arrangement[] {
  if (inputs.every((shape) => shape.length !== 3)) return ['none'];
  return inputs.length === 1 ? ['none', 'all'] : ['none', 'first', 'all'];
}

test.run();
