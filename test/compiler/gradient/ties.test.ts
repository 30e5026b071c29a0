/** Where several elements attain a maximum, the first of them gets the whole gradient. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differentiate } from '../../../src/compiler/differentiate.ts';
import type { Graph, Shape } from '../../../src/compiler/graph.ts';
import { lowering } from '../../../src/compiler/lower/context.ts';
import { lower } from '../../../src/compiler/lower/index.ts';
import type { TrainingForm } from '../../../src/compiler/lower/training-form.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { interpret } from '../../support/interpret.ts';
import { window } from './case.ts';

/** d(Σ seed · output) / d x at batch 1. */
function gradientAt(
  graph: Graph,
  x: readonly number[],
  seed: readonly number[],
  withoutForms: readonly TrainingForm[] = [],
): number[] {
  const builder = createBuilder();
  const context = lowering(graph, builder, 1, true, 'channels-last', withoutForms);
  const forward = lower(graph, context);
  const { value } = graph.outputs[0]!;
  const shape: Shape = graph.values[value]!.shape;
  const placed = context.place(builder.input('seed', [1, ...shape]), 'channels-last', shape);
  const input = graph.inputs[0]!.value;
  const { values } = differentiate(graph, context, forward, new Map([[value, placed]]), new Set([input]));
  const program = builder.finish([{ name: 'dx', tensor: context.as(values.get(input)!, 'channels-last') }]);
  return [...interpret(program, { x, seed })['dx']!];
}

test('max_pool gives to the first tap in scan order', () => {
  const attributes = window({ kernel: [2, 2], stride: [1, 1] });
  const graph = handGraph({ x: [3, 3, 1] }, (g, { x }) => g.op('max_pool', attributes, [x], [2, 2, 1]));
  for (const without of [[], ['pool-places']] as const) {
    const at = (x: readonly number[]): number[] => gradientAt(graph, x, [1, 10, 100, 1000], without);
    assert.equal(at(Array(9).fill(7)), [1, 10, 0, 100, 1000, 0, 0, 0, 0]);
    assert.equal(at([0, 5, 0, 5, 5, 0, 0, 0, 5]), [0, 11, 0, 100, 1000, 0, 0, 0, 0]);
  }
});

test('max_pool with padding: what is padded never wins', () => {
  const padding = [
    [1, 1],
    [1, 1],
  ] as const;
  const attributes = window({ kernel: [3, 3], stride: [2, 2], padding });
  const graph = handGraph({ x: [2, 2, 1] }, (g, { x }) => g.op('max_pool', attributes, [x], [1, 1, 1]));
  for (const without of [[], ['pool-places']] as const) {
    assert.equal(gradientAt(graph, [-3, -3, -3, -3], [4], without), [4, 0, 0, 0]);
  }
});

test('global_max_pool, reduce_max, reduce_min and adaptive_max_pool', () => {
  const x = [1, 5, 5, 2, 5, 2];
  const pooled = handGraph({ x: [2, 3, 1] }, (g, { x }) => g.op('global_max_pool', {}, [x], [1]));
  assert.equal(gradientAt(pooled, x, [3]), [0, 3, 0, 0, 0, 0]);
  const attributes = { axes: [0], keepAxes: false };
  const reduced = handGraph({ x: [2, 3] }, (g, { x }) => g.op('reduce_max', attributes, [x], [3]));
  assert.equal(gradientAt(reduced, x, [1, 2, 4]), [0, 2, 4, 1, 0, 0]);
  const least = handGraph({ x: [2, 3] }, (g, { x }) => g.op('reduce_min', attributes, [x], [3]));
  assert.equal(gradientAt(least, x, [1, 2, 4]), [1, 2, 0, 0, 0, 4]);
  const adaptive = handGraph({ x: [2, 3, 1] }, (g, { x }) => {
    return g.op('adaptive_max_pool', { output: [1, 2] }, [x], [1, 2, 1]);
  });
  // the two cells share the middle column
  assert.equal(gradientAt(adaptive, x, [1, 2]), [0, 3, 0, 0, 0, 0]);
});

test('maximum and minimum give a tie to the first operand', () => {
  for (const op of ['maximum', 'minimum'] as const) {
    const graph = handGraph({ x: [2], y: [2] }, (g, { x, y }) => {
      return g.op(op, {}, [x, g.op('affine', { scale: 0, offset: 3 }, [y])]);
    });
    const builder = createBuilder();
    const context = lowering(graph, builder, 1, true);
    const forward = lower(graph, context);
    const seed = context.place(builder.constant(1, [1, 2]), 'channels-last', [2]);
    const input = graph.inputs[0]!.value;
    const seeds = new Map([[graph.outputs[0]!.value, seed]]);
    const { values } = differentiate(graph, context, forward, seeds, new Set([input]));
    const program = builder.finish([{ name: 'dx', tensor: values.get(input)!.tensor }]);
    assert.equal([...interpret(program, { x: [3, 3], y: [0, 0] })['dx']!], [1, 1]);
  }
});

test.run();
