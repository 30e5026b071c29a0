/**
 * Every case of every operation, as generated code on one backend, against the reference interpreter of its program:
 * values and gradients of all inputs and weights. (That the reference's gradients match finite differences is the test
 * of the gradient rules.)
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import type { Graph } from '../../../src/compiler/graph.ts';
import { shapeOf } from '../../../src/compiler/graph.ts';
import type { OpKind } from '../../../src/compiler/ops/kind.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import type { Backend } from '../../../src/engines/tfjs/backend.ts';
import { loadGenerated, type Mode } from '../../../src/engines/tfjs/generated-module.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { graphOf, type OpCase } from '../../compiler/gradient/case.ts';
import { cases } from '../../compiler/gradient/cases/index.ts';
import { programsOf } from '../../compiler/gradient/finite-differences.ts';
import { interpret } from '../../support/interpret.ts';
import { assertClose, randomFeeds } from '../../support/onnxruntime.ts';

const BATCH = 2;

export function testEveryOp(load: () => Promise<Backend>, tolerance: number): void {
  for (const op of Object.keys(cases) as OpKind[]) {
    test(`${op} and its gradient`, async () => {
      const backend = await load();
      for (const use of cases[op] as readonly OpCase<OpKind>[]) {
        const graph = graphOf(op, use, 'none');
        const training = use.training ?? true;
        const { values, gradients } = programsOf(graph, BATCH, training);
        const feeds = Object.fromEntries(
          Object.entries({ ...randomFeeds(values), ...randomFeeds(gradients) }).map(([name, data]) => [
            name,
            data.map((x) => inRange(name, x, use)),
          ]),
        );
        for (const { path, shape } of allWeights(graph))
          feeds[path] ??= new Float32Array(elementCount(shape)).fill(0.5);
        const expected = { ...interpret(values, feeds), ...interpret(gradients, feeds) };
        try {
          assertClose(await run(backend, graph, feeds, training), expected, tolerance);
        } catch (error) {
          (error as Error).message += `\nin ${JSON.stringify(use)}`;
          throw error;
        }
      }
    });
  }
}

/** What has to be positive is kept well away from zero. */
function inRange(name: string, x: number, { range = [-2, 2] }: OpCase<OpKind>): number {
  return range[0] > 0 || name.endsWith('moving_variance') ? Math.abs(x) + 0.3 : x;
}

async function run(
  { tf, use }: Backend,
  graph: Graph,
  feeds: Record<string, Float32Array>,
  training: boolean,
): Promise<Record<string, Float64Array>> {
  await use();
  const model = loadGenerated(tf, graph);
  const shapes = [
    ...graph.inputs.map(({ name, value }) => ({
      name,
      shape: [BATCH, ...shapeOf(graph, value)],
      differentiated: true,
    })),
    ...allWeights(graph).map(({ path, shape, trainable }) => ({ name: path, shape, differentiated: trainable })),
  ];
  const fixed = shapes.filter(({ differentiated }) => !differentiated);
  const moved = shapes.filter(({ differentiated }) => differentiated);
  const tensor = ({ name, shape }: { name: string; shape: readonly number[] }): tfjs.Tensor =>
    tf.tensor(feeds[name]!, [...shape]);
  const mode: Mode = { training, mask: (path, shape) => tf.tensor(feeds[`mask:${path}`]!, shape) };

  const made: (readonly [string, tfjs.Tensor])[] = [];
  tf.tidy(() => {
    const constants = fixed.map(tensor);
    let values: tfjs.Tensor[] = [];
    const objective = (...given: tfjs.Tensor[]): tfjs.Scalar => {
      const all = new Map([
        ...moved.map(({ name }, at) => [name, given[at]!] as const),
        ...fixed.map(({ name }, at) => [name, constants[at]!] as const),
      ]);
      const inputs = graph.inputs.map(({ name }) => all.get(name)!);
      const results = model.run(inputs, model.bindWeights(all), mode);
      values = (Array.isArray(results) ? results : [results]).map((each) => tf.keep(each));
      const parts = values.map((value, at) => {
        const seed = tf.tensor(feeds[`seed:${graph.outputs[at]!.name}`]!, value.shape);
        return tf.sum(tf.mul(value, seed));
      });
      return parts.reduce((sum, part) => tf.add(sum, part)) as tfjs.Scalar;
    };
    const gradients = tf.grads(objective)(moved.map(tensor));
    made.push(
      ...values.map((value, at) => [graph.outputs[at]!.name, value] as const),
      ...gradients.map((gradient, at) => [`gradient:${moved[at]!.name}`, tf.keep(gradient)] as const),
    );
  });
  const read = async (each: tfjs.Tensor): Promise<Float64Array> => Float64Array.from(await each.data());
  const results = await Promise.all(made.map(async ([name, each]) => [name, await read(each)] as const));
  for (const [, each] of made) each.dispose();
  return Object.fromEntries(results);
}
