import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logitsOf } from '../../src/compiler/cross-entropy.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import { gradientStep } from '../../src/compiler/training-step.ts';
import { handGraph } from '../support/hand-graph.ts';
import { interpret } from '../support/interpret.ts';

/** The input itself as class scores. */
const scores = handGraph({ x: [3] }, (_, { x }) => x);
const probabilities = handGraph({ x: [3] }, (g, { x }) => g.op('softmax', { axis: 0 }, [x]));

function evaluate(graph: Graph, x: readonly number[], labels: readonly number[], labelSmoothing = 0) {
  const loss = { kind: 'cross_entropy', labelSmoothing } as const;
  const { program } = gradientStep({ graph, batch: x.length / 3, loss });
  const { loss: value, correct } = interpret(program, { x, 'step:labels': labels });
  return { loss: value![0]!, correct: correct![0]! };
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-7, `${actual} is not ${expected}`);
}

test('mean of −log softmax at the label', () => {
  const total = Math.exp(1) + Math.exp(2) + Math.exp(4);
  const expected = (-(4 - Math.log(total)) + Math.log(3)) / 2;
  const { loss, correct } = evaluate(scores, [1, 2, 4, 0, 0, 0], [0, 0, 1, 0, 1, 0]);
  assertNear(loss, expected);
  assert.is(correct, 1);
});

test('a final softmax over the last axis is folded into the loss', () => {
  const [x, labels] = [
    [1, 2, 4],
    [0, 1, 0],
  ];
  assertNear(evaluate(probabilities, x, labels).loss, evaluate(scores, x, labels).loss);
  assert.is(logitsOf(probabilities), probabilities.inputs[0]!.value);
  const large = evaluate(probabilities, [-1e4, 0, 1e4], [1, 0, 0]);
  assertNear(large.loss, 2e4);
});

test('label smoothing spreads a share of each label over all classes', () => {
  const x = [1, 2, 4];
  const logarithms = x.map((each) => each - Math.log(Math.exp(1) + Math.exp(2) + Math.exp(4)));
  const expected = -(0.1 * logarithms[0]! + 0.8 * logarithms[1]! + 0.1 * logarithms[2]!);
  assertNear(evaluate(scores, x, [0, 1, 0], 0.3).loss, expected);
});

test('the prediction is the first of the largest scores', () => {
  assert.is(evaluate(scores, [5, 5, 1], [1, 0, 0]).correct, 1);
  assert.is(evaluate(scores, [5, 5, 1], [0, 1, 0]).correct, 0);
  assert.is(evaluate(scores, [0, 0, 0, 0, 0, 7, 9, 1, 2], [1, 0, 0, 0, 0, 1, 0, 0, 1]).correct, 2);
});

test('scores that are not numbers are never correct', () => {
  const nan = Number.NaN;
  assert.is(evaluate(scores, [nan, nan, nan], [1, 0, 0]).correct, 0);
  assert.is(evaluate(scores, [nan, 1, 2], [1, 0, 0]).correct, 0);
});

test('an output that is no vector is refused', () => {
  const image = handGraph({ x: [2, 2, 3] }, (_, { x }) => x);
  const loss = { kind: 'cross_entropy', labelSmoothing: 0 } as const;
  assert.throws(() => gradientStep({ graph: image, batch: 1, loss }), /class scores/);
});

test.run();
