/** Layers against what PyTorch computes: `make.py` writes the cases and says what they hold. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shapeOf } from '../../../src/compiler/graph.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { assertClose } from '../../support/onnxruntime.ts';
import { graphOf } from '../language/compile-text.ts';
import { runForward } from '../lower/run.ts';

interface Case {
  readonly body: string;
  readonly input: readonly number[];
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** As `numbers` of make.py. */
function numbers(shape: readonly number[]): Float64Array {
  const count = elementCount(shape);
  return Float64Array.from({ length: count }, (_, i) => ((i * 7919) % 101) / 50 - 1);
}

const cases = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8')) as readonly Case[];

/** `max_pool` of `x |> max_pool(3)`. */
const layerOf = ({ body }: Case): string => /(\w+)\(/.exec(body)![1]!;

for (const layer of new Set(cases.map(layerOf))) {
  test(layer, () => {
    for (const each of cases.filter((other) => layerOf(other) === layer)) {
      const { body, input, shape, data } = each;
      try {
        const graph = graphOf(`model M(x: [${input.join(', ')}]) {\n  ${body}\n}\n`);
        assert.equal(shapeOf(graph, graph.outputs[0]!.value), shape);
        const weights = Object.fromEntries(allWeights(graph).map((weight) => [weight.path, numbers(weight.shape)]));
        const y = runForward(graph, { x: numbers(input), ...weights })['output']!;
        assertClose({ y: Float64Array.from(y) }, { y: Float64Array.from(data) }, 2e-6);
      } catch (error) {
        (error as Error).message += `\nin ${body} on [${input.join(', ')}]`;
        throw error;
      }
    }
  });
}

test.run();
