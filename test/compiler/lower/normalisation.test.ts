/** Normalisations by their formulas, on few enough numbers to read. */
import { test } from 'uvu';
import { handGraph } from '../../support/hand-graph.ts';
import { assertClose } from '../../support/onnxruntime.ts';
import { runForward } from './run.ts';

const epsilon = 1e-3;
const learned = { scale: true, offset: true };

/** Constants of a program are float32. */
function assertNumbers(actual: readonly number[] | undefined, expected: readonly number[]): void {
  assertClose({ y: Float64Array.from(actual!) }, { y: Float64Array.from(expected) }, 1e-7);
}

/** `(x − mean) / √(variance + ε)` over one list, with the biased variance. */
function standardised(numbers: readonly number[]): number[] {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  return numbers.map((x) => (x - mean) / Math.sqrt(variance + epsilon));
}

test('group_norm: groups are runs of channels, over all positions of one example', () => {
  const graph = handGraph({ x: [2, 1, 4] }, (g, { x }) =>
    g.op('group_norm', { groups: 2, epsilon, ...learned }, [x], undefined, 'n'),
  );
  const x = [1, 2, 30, 40, 5, 7, 10, 90];
  const [low, high] = [standardised([1, 2, 5, 7]), standardised([30, 40, 10, 90])];
  const gamma = [1, 2, 3, 4];
  const beta = [0.1, 0.2, 0.3, 0.4];
  const normal = [low[0]!, low[1]!, high[0]!, high[1]!, low[2]!, low[3]!, high[2]!, high[3]!];
  const { output } = runForward(graph, { x, 'n/gamma': gamma, 'n/beta': beta });
  assertNumbers(
    output,
    normal.map((each, at) => each * gamma[at % 4]! + beta[at % 4]!),
  );
});

test('group_norm does not mix examples', () => {
  const graph = handGraph({ x: [2, 1, 1] }, (g, { x }) =>
    g.op('group_norm', { groups: 1, epsilon, ...learned }, [x], undefined, 'n'),
  );
  const { output } = runForward(graph, { x: [1, 2, 50, 90], 'n/gamma': [1], 'n/beta': [0] }, { batch: 2 });
  assertNumbers(output, [...standardised([1, 2]), ...standardised([50, 90])]);
});

test('instance_norm: one channel of one example', () => {
  const graph = handGraph({ x: [2, 1, 2] }, (g, { x }) =>
    g.op('instance_norm', { epsilon, ...learned }, [x], undefined, 'n'),
  );
  const { output } = runForward(graph, { x: [1, 20, 3, 70], 'n/gamma': [2, 1], 'n/beta': [0, 5] });
  const [a, b] = [standardised([1, 3]), standardised([20, 70])];
  assertNumbers(output, [2 * a[0]!, b[0]! + 5, 2 * a[1]!, b[1]! + 5]);
});

test('layer_norm: the channels of one position', () => {
  const graph = handGraph({ x: [1, 2, 3] }, (g, { x }) =>
    g.op('layer_norm', { epsilon, ...learned }, [x], undefined, 'n'),
  );
  const { output } = runForward(graph, { x: [1, 2, 9, 4, 5, 0], 'n/gamma': [1, 2, 3], 'n/beta': [0, 0, 1] });
  const [a, b] = [standardised([1, 2, 9]), standardised([4, 5, 0])];
  assertNumbers(output, [a[0]!, 2 * a[1]!, 3 * a[2]! + 1, b[0]!, 2 * b[1]!, 3 * b[2]! + 1]);
});

test('batch_norm in training: batch statistics, and running ones moved by the biased variance', () => {
  const attributes = { epsilon, momentum: 0.9, ...learned };
  const graph = handGraph({ x: [1, 1, 2] }, (g, { x }) => g.op('batch_norm', attributes, [x], undefined, 'n'));
  const weights = { 'n/gamma': [1, 2], 'n/beta': [0, 1], 'n/moving_mean': [10, 20], 'n/moving_variance': [1, 2] };
  const results = runForward(graph, { x: [1, 20, 3, 70], ...weights }, { batch: 2, training: true });
  const [a, b] = [standardised([1, 3]), standardised([20, 70])];
  assertNumbers(results['output'], [a[0]!, 2 * b[0]! + 1, a[1]!, 2 * b[1]! + 1]);
  assertNumbers(results['next:n/moving_mean'], [9 + 0.2, 18 + 4.5]);
  assertNumbers(results['next:n/moving_variance'], [0.9 + 0.1, 1.8 + 62.5]);
});

test('batch_norm in inference: running statistics', () => {
  const attributes = { epsilon, momentum: 0.9, ...learned };
  const graph = handGraph({ x: [2] }, (g, { x }) => g.op('batch_norm', attributes, [x], undefined, 'n'));
  const weights = { 'n/gamma': [1, 2], 'n/beta': [0, 1], 'n/moving_mean': [10, 20], 'n/moving_variance': [1, 2] };
  const { output } = runForward(graph, { x: [1, 20, 3, 70], ...weights }, { batch: 2 });
  const [first, second] = [Math.sqrt(1.001), Math.sqrt(2.001)];
  assertNumbers(output, [-9 / first, 1, -7 / first, 100 / second + 1]);
});

test('what is not learned has no weight, and changes nothing', () => {
  const without = handGraph({ x: [1, 1, 2] }, (g, { x }) => {
    const attributes = { epsilon, momentum: 0.9, scale: false, offset: false };
    return g.op('batch_norm', attributes, [x], undefined, 'n');
  });
  const statistics = { 'n/moving_mean': [10, 20], 'n/moving_variance': [1, 2] };
  const { output } = runForward(without, { x: [1, 20, 3, 70], ...statistics }, { batch: 2 });
  assertNumbers(output, [-9 / Math.sqrt(1.001), 0, -7 / Math.sqrt(1.001), 50 / Math.sqrt(2.001)]);
  const scaled = handGraph({ x: [1, 2, 3] }, (g, { x }) =>
    g.op('layer_norm', { epsilon, scale: true, offset: false }, [x], undefined, 'n'),
  );
  const [a, b] = [standardised([1, 2, 9]), standardised([4, 5, 0])];
  const expected = [a, b].flatMap((row) => row.map((each, at) => each * (at + 1)));
  assertNumbers(runForward(scaled, { x: [1, 2, 9, 4, 5, 0], 'n/gamma': [1, 2, 3] })['output'], expected);
});

test('rms_norm: the channels of one position by their root mean square', () => {
  const attributes = { epsilon, scale: true };
  const graph = handGraph({ x: [2, 2] }, (g, { x }) => g.op('rms_norm', attributes, [x], undefined, 'n'));
  const { output } = runForward(graph, { x: [3, 4, 0, -2], 'n/gamma': [1, 2] });
  const [first, second] = [Math.sqrt(12.5 + epsilon), Math.sqrt(2 + epsilon)];
  assertNumbers(output, [3 / first, 8 / first, 0, -4 / second]);
});

test('l2_normalize: length 1 along the axis, and zeros stay zeros', () => {
  const attributes = { axis: 0, epsilon: 1e-12 };
  const graph = handGraph({ x: [2, 2] }, (g, { x }) => g.op('l2_normalize', attributes, [x], undefined, 'n'));
  assertNumbers(runForward(graph, { x: [3, 0, 4, 0] })['output'], [0.6, 0, 0.8, 0]);
});

test.run();
