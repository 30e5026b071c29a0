import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/compiler/graph.ts';
import { zeros } from '../../src/compiler/ops/initializer.ts';
import { allWeights } from '../../src/compiler/ops/weights/index.ts';
import type { OptimizerSettings } from '../../src/compiler/optimizer/index.ts';
import type { Program } from '../../src/compiler/program/program.ts';
import { verifyProgram } from '../../src/compiler/program/verify.ts';
import { gradientStep, trainingStep } from '../../src/compiler/training-step.ts';
import type { TrainingSetup } from '../../src/engines/engine.ts';
import { elementCount } from '../../src/shared/element-count.ts';
import { Random } from '../../src/shared/random.ts';
import { handGraph } from '../support/hand-graph.ts';
import { fromZeros } from '../support/initializers.ts';
import { interpret } from '../support/interpret.ts';
import { assertClose, runOnnx } from '../support/onnxruntime.ts';
import { smallNet } from '../support/small-net.ts';

const batch = 3;
const loss = { kind: 'cross_entropy', labelSmoothing: 0.1 } as const;
const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 } as const;

/** Random state, images and masks; the labels count up. Slots start at zero. */
function feedsFor(program: Program): Record<string, Float64Array> {
  const feeds: Record<string, Float64Array> = {};
  for (const { kernel, attributes, shape } of program.instructions) {
    if (kernel !== 'input') continue;
    const { name } = attributes;
    const random = Random.of(1, name);
    const number = (at: number): number => {
      if (name === 'step:labels') return at % 3 === Math.floor(at / 3) % 3 ? 1 : 0;
      if (name === 'step:learning_rate') return 0.05;
      if (name === 'step:number') return 1;
      if (name.startsWith('mask:')) return random.uniform() < 0.25 ? 0 : 4 / 3;
      if (name.includes(':')) return 0;
      return name.endsWith('gamma') || name.endsWith('variance') ? random.uniform(0.5, 1.5) : random.uniform(-1, 1);
    };
    feeds[name] = Float64Array.from({ length: elementCount(shape) }, (_, at) => number(at));
  }
  return feeds;
}

test('the gradient of a whole model matches finite differences in every weight', () => {
  const graph = smallNet();
  const { program } = gradientStep({ graph, batch, loss });
  verifyProgram(program);
  const feeds = feedsFor(program);
  const results = interpret(program, feeds);
  const lossAt = (path: string, index: number, by: number): number => {
    const moved = Float64Array.from(feeds[path]!);
    moved[index]! += by;
    return interpret(program, { ...feeds, [path]: moved })['loss']![0]!;
  };
  for (const { path } of allWeights(graph).filter(({ trainable }) => trainable)) {
    const gradient = results[`gradient:${path}`]!;
    const size = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-3);
    for (const index of Random.of(1, path)
      .shuffle([...gradient.keys()])
      .slice(0, 3)) {
      const expected = (lossAt(path, index, 1e-5) - lossAt(path, index, -1e-5)) / 2e-5;
      const error = Math.abs(expected - gradient[index]!) / size;
      assert.ok(error < 1e-6, `d ${path}[${index}] is ${expected}, not ${gradient[index]}`);
    }
  }
});

test('the program names what the engine feeds and reads', () => {
  const graph = smallNet();
  const setup: TrainingSetup = { graph, batch, loss, optimizer: adam, seed: 1 };
  const step = trainingStep(setup);
  verifyProgram(step.program);
  const inputs = step.program.instructions.flatMap((each) => (each.kernel === 'input' ? each.attributes.name : []));
  const weights = allWeights(graph);
  const trainable = weights.filter((weight) => weight.trainable).map(({ path }) => path);
  const names = [...weights.map(({ path }) => path), ...trainable.flatMap((path) => [`${path}:m`, `${path}:v`])];
  // training normalises by the batch, but the running values move from what they were
  assert.equal(
    inputs.sort(),
    ['image', 'step:labels', 'step:learning_rate', 'step:number', 'mask:dropout', ...names].sort(),
  );
  assert.equal(step.state.map(({ name }) => name).sort(), names.sort());
  assert.equal(
    step.program.outputs.map(({ name }) => name).sort(),
    ['loss', 'correct', ...names.map((name) => `next:${name}`)].sort(),
  );
  assert.equal(step.masks, [
    { input: 'mask:dropout', path: 'dropout', rate: 0.25, shape: [3, 3, 3, 4], perExample: true },
  ]);
});

test('no gradient of the image is computed', () => {
  const { program } = gradientStep({ graph: smallNet(), batch, loss });
  // two convolutions forward, and one backward to the input of the second
  assert.is(program.instructions.filter(({ kernel }) => kernel === 'conv').length, 3);
  assert.not.ok(program.instructions.some(({ origin }) => origin === 'gradient image'));
});

/** The optimizers again, in plain numbers, as PyTorch documents them. */
function updated(
  optimizer: OptimizerSettings,
  kernel: boolean,
  weight: number,
  gradient: number,
  slots: Record<string, number>,
  rate: number,
  t: number,
): number {
  const decay = kernel ? optimizer.decay : 0;
  if (optimizer.kind === 'adam') {
    slots['m'] = optimizer.beta1 * (slots['m'] ?? 0) + (1 - optimizer.beta1) * gradient;
    slots['v'] = optimizer.beta2 * (slots['v'] ?? 0) + (1 - optimizer.beta2) * gradient ** 2;
    const m = slots['m'] / (1 - optimizer.beta1 ** t);
    const v = slots['v'] / (1 - optimizer.beta2 ** t);
    return weight * (1 - rate * decay) - (rate * m) / (Math.sqrt(v) + optimizer.epsilon);
  }
  const decayed = gradient + decay * weight;
  if (optimizer.momentum === 0) return weight - rate * decayed;
  slots['velocity'] = optimizer.momentum * (slots['velocity'] ?? 0) + decayed;
  return weight - rate * (optimizer.nesterov ? decayed + optimizer.momentum * slots['velocity'] : slots['velocity']);
}

const optimizers: readonly OptimizerSettings[] = [
  adam,
  { ...adam, decay: 0, beta1: 0 },
  { kind: 'sgd', momentum: 0, nesterov: false, decay: 0 },
  { kind: 'sgd', momentum: 0.9, nesterov: false, decay: 0.1 },
  { kind: 'sgd', momentum: 0.9, nesterov: true, decay: 0.1 },
];

for (const optimizer of optimizers) {
  test(`three steps of ${JSON.stringify(optimizer)}`, () => {
    const graph = smallNet();
    const { program, state } = trainingStep({ graph, batch, loss, optimizer });
    const gradients = gradientStep({ graph, batch, loss }).program;
    verifyProgram(program);
    const feeds = feedsFor(program);
    const kept = new Map<string, Record<string, number>>();
    for (const t of [1, 2, 3]) {
      feeds['step:number'] = Float64Array.of(t);
      const gradient = interpret(gradients, feeds);
      const results = interpret(program, feeds);
      for (const { path, shape } of allWeights(graph).filter(({ trainable }) => trainable)) {
        for (const [index, weight] of feeds[path]!.entries()) {
          const slots = kept.get(`${path} ${index}`) ?? {};
          kept.set(`${path} ${index}`, slots);
          const g = gradient[`gradient:${path}`]![index]!;
          const expected = updated(optimizer, shape.length >= 2, weight, g, slots, 0.05, t);
          const actual = results[`next:${path}`]![index]!;
          // constants of the program are float32
          assert.ok(Math.abs(actual - expected) < 1e-6, `${path}[${index}] at ${t}: ${actual} is not ${expected}`);
        }
      }
      for (const { name, next } of state) feeds[name] = results[next!]!;
    }
  });
}

test('the bias correction of Adam keeps its precision in float32', async () => {
  const graph = handGraph({ x: [2] }, (g, { x }) =>
    g.op('dense', { units: 2, bias: false, ...fromZeros }, [x], [2], 'dense'),
  );
  const { program } = trainingStep({ graph, batch: 1, loss, optimizer: { ...adam, decay: 0 } });
  for (const step of [1, 2, 1000]) {
    const [m, v] = [0.3, 0.7];
    const feeds = {
      x: [0, 0],
      'step:labels': [1, 0],
      'step:learning_rate': [1],
      'step:number': [step],
      'dense/kernel': [0, 0, 0, 0],
      'dense/kernel:m': Array<number>(4).fill(m),
      'dense/kernel:v': Array<number>(4).fill(v),
    };
    const made = (await runOnnx(program, feeds))['next:dense/kernel']![0]!;
    // the gradient is zero here, so that the moments only decay
    const expected = (-0.9 * m) / (1 - 0.9 ** step) / Math.sqrt((0.999 * v) / (1 - 0.999 ** step));
    assert.ok(Math.abs(made / expected - 1) < 1e-6, `step ${step}: ${made} is not ${expected}`);
  }
});

test('weights on which the loss does not depend stay as they are', () => {
  const dense = { units: 2, bias: false, ...fromZeros } as const;
  const graph: Graph = handGraph({ x: [2] }, (g, { x }) => [
    g.op('dense', dense, [x], [2], 'used'),
    g.op('dense', dense, [x], [2], 'unused'),
  ]);
  const { program, state } = trainingStep({ graph, batch: 1, loss, optimizer: adam });
  assert.equal(
    state.map(({ name, next }) => [name, next]),
    [
      ['used/kernel', 'next:used/kernel'],
      ['used/kernel:m', 'next:used/kernel:m'],
      ['used/kernel:v', 'next:used/kernel:v'],
      ['unused/kernel', undefined],
    ],
  );
  assert.not.ok(program.outputs.some(({ name }) => name.includes('unused')));
  const gradients = interpret(gradientStep({ graph, batch: 1, loss }).program, {
    x: [1, 2],
    'step:labels': [1, 0],
    'used/kernel': [1, 2, 3, 4],
  });
  assert.equal([...gradients['gradient:unused/kernel']!], [0, 0, 0, 0]);
});

test('a whole training step on onnxruntime', async () => {
  const { program } = trainingStep({ graph: smallNet(), batch, loss, optimizer: adam });
  const feeds = feedsFor(program);
  // a first step of Adam divides each gradient by its own size; start from moments that are not zero
  for (const name of Object.keys(feeds)) {
    if (name.endsWith(':m')) feeds[name]!.fill(0.01);
    if (name.endsWith(':v')) feeds[name]!.fill(0.5);
  }
  assertClose(await runOnnx(program, feeds), interpret(program, feeds), 2e-5);
});

test('few of many positions are gathered: more than a call takes arguments', () => {
  const [length, found] = [200_000, 199_999];
  const graph = handGraph({ sound: [length] }, (g, { sound }) => {
    const moved = g.op('add', {}, [sound!, g.op('weight', { shape: [length], initializer: zeros }, [], [length], 'w')]);
    return g.op('gather', { axis: 0, indices: [1, found, 1], places: [3] }, [moved], [3]);
  });
  const { program } = gradientStep({ graph, batch: 1, loss });
  const feeds = {
    sound: new Float32Array(length),
    'w/value': new Float32Array(length),
    'step:labels': Float32Array.of(0, 1, 0),
  };
  const gradient = interpret(program, feeds)['gradient:w/value']!;
  const smoothed = 0.1 / 3;
  assert.ok(Math.abs(gradient[1]! - (2 / 3 - 2 * smoothed)) < 1e-6);
  assert.ok(Math.abs(gradient[found]! - (1 / 3 - 0.9 - smoothed)) < 1e-6);
  assert.is(gradient.filter((each) => each !== 0).length, 2);
});

test.run();
