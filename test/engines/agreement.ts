/** Holds two engines to each other on a small network: the whole gradient, and the losses of 20 Adam steps. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import type { Engine, NamedTensors, TrainingBatch, TrainingSetup } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { Random } from '../../src/shared/random.ts';

const BATCH = 4;
const STEPS = 20;
const TOLERANCE = 1e-3;

export interface Agreement {
  /** The largest difference of any gradient, relative to the largest entry of its tensor. */
  readonly gradient: number;
  /** The largest relative difference between the losses of a step. */
  readonly loss: number;
  readonly losses: readonly number[];
}

/** Asserts that both agree to 1e-3, and says how well they do. */
export async function assertAgreement(ours: Engine, theirs: Engine, graph: Graph): Promise<Agreement> {
  const setup: TrainingSetup = {
    graph,
    batch: BATCH,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 },
    loss: {
      kind: 'cross_entropy',
      labelSmoothing: 0,
      auxiliary: Object.fromEntries(graph.outputs.slice(1).map(({ name }) => [name, 0.3])),
    },
    seed: 7,
  };
  const initial = initialWeights(graph, 3);
  const [a, b] = [await ours.train(setup, initial), await theirs.train(setup, initial)];
  try {
    const [left, right] = [await a.gradients(batchOf(1), 1), await b.gradients(batchOf(1), 1)];
    const gradient = largestDifference(left.gradients, right.gradients);
    const losses: number[] = [];
    let loss = relative(left.loss, right.loss);
    for (let step = 1; step <= STEPS; step += 1) {
      const [x, y] = [await a.step(batchOf(step), step, 0.003), await b.step(batchOf(step), step, 0.003)];
      loss = Math.max(loss, relative(x.loss, y.loss));
      losses.push(x.loss);
    }
    const found = `gradients differ by ${gradient.toExponential(1)}, losses by ${loss.toExponential(1)}`;
    assert.ok(gradient < TOLERANCE && loss < TOLERANCE, `${ours.name} and ${theirs.name}: ${found}`);
    assert.ok(losses.at(-1)! < losses[0]!, `the loss fell from ${losses[0]} to ${losses.at(-1)}`);
    return { gradient, loss, losses };
  } finally {
    await a.close();
    await b.close();
  }
}

/** Every block of DDRNet, small. */
export function smallDdrnet(): Graph {
  return graphOf('small-ddrnet.spec', 'SmallDDRNet');
}

/** Learned tensors, constants, shared weights and stochastic depth. */
export function sharedTokens(): Graph {
  return graphOf('shared-tokens.spec', 'SharedTokens');
}

/** Blocks that take lists of tensors. */
export function fusedLevels(): Graph {
  return graphOf('fused-levels.spec', 'FusedLevels');
}

function graphOf(file: string, model: string): Graph {
  const read = (path: string): string => readFileSync(path, 'utf8');
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { value, diagnostics } = elaborate(compile(path, read(path), { read }), model);
  assert.ok(value, diagnostics.map((each) => each.message).join('\n'));
  return value;
}

/** Noise with a mean that tells the class, so that there is something to learn. */
function batchOf(step: number): TrainingBatch {
  const random = Random.of('agreement', step);
  const labels = Int32Array.from({ length: BATCH }, (_, index) => (index + step) % 4);
  const size = 16 * 16 * 3;
  const images = new Float32Array(BATCH * size);
  for (let index = 0; index < images.length; index += 1) {
    images[index] = random.normal() * 0.5 + labels[Math.floor(index / size)]! * 0.4;
  }
  return { images, labels };
}

function largestDifference(a: NamedTensors, b: NamedTensors): number {
  assert.equal([...a.keys()].sort(), [...b.keys()].sort());
  let largest = 0;
  for (const [path, { data }] of a) {
    const other = b.get(path)!.data;
    assert.is(data.length, other.length, path);
    const scale = data.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-4);
    for (const [index, each] of data.entries()) largest = Math.max(largest, Math.abs(each - other[index]!) / scale);
  }
  return largest;
}

function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-6);
}
