/** The standard library against what PyTorch computes: `pytorch.py` writes the cases and says what they hold. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shapeOf } from '../../../src/compiler/graph.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { assertClose } from '../../support/onnxruntime.ts';
import { graphOf } from '../language/compile-text.ts';
import { runForward } from '../lower/run.ts';
import { modelOf } from './model.ts';
import { type Case, casesIn, recorded } from './pytorch.ts';

/** As `numbers` of pytorch.py. */
function numbers(of: number, shape: readonly number[]): Float64Array {
  const count = elementCount(shape);
  return Float64Array.from({ length: count }, (_, i) => ((i * 7919 + of * 37) % 101) / 50 - 1);
}

/** The first import that the use names: `Roll` of `x |> Roll(1, 0)`. */
function subjectOf({ use, imports }: Case): string {
  const names = Object.values(imports).flat();
  return names.sort((a, b) => use.indexOf(a) - use.indexOf(b))[0]!;
}

const cases = casesIn(recorded);

for (const subject of new Set(cases.map(subjectOf))) {
  test(subject, () => {
    for (const each of cases.filter((other) => subjectOf(other) === subject)) {
      const { inputs, output, data } = each;
      const text = modelOf(each);
      try {
        const graph = graphOf(text);
        assert.equal(shapeOf(graph, graph.outputs[0]!.value), output);
        const weights = allWeights(graph).map(({ path, shape }, index) => [path, numbers(100 + index, shape)] as const);
        const tensors = Object.entries(inputs).map(([name, shape], index) => [name, numbers(index, shape)] as const);
        const y = runForward(graph, Object.fromEntries([...tensors, ...weights]))['output']!;
        assertClose({ y: Float64Array.from(y) }, { y: Float64Array.from(data) }, 2e-6);
      } catch (error) {
        (error as Error).message += `\nin ${text}`;
        throw error;
      }
    }
  });
}

test.run();
