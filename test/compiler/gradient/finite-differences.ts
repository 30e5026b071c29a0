/** The gradients of one graph against central differences, in float64 by the reference interpreter. */
import * as assert from 'uvu/assert';
import { differentiate } from '../../../src/compiler/differentiate.ts';
import type { Graph, Shape, ValueId } from '../../../src/compiler/graph.ts';
import { lowering } from '../../../src/compiler/lower/context.ts';
import { lower } from '../../../src/compiler/lower/index.ts';
import type { Placed } from '../../../src/compiler/lower/rule.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Program } from '../../../src/compiler/program/program.ts';
import { verifyProgram } from '../../../src/compiler/program/verify.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { Random } from '../../../src/shared/random.ts';
import { interpret } from '../../support/interpret.ts';

export interface CheckSettings {
  readonly batch?: number;
  readonly training?: boolean;
  readonly range?: readonly [number, number];
  readonly seed?: number;
  /** How many elements of each tensor to move; all of a smaller one. */
  readonly elements?: number;
}

type Numbers = Record<string, Float64Array>;

const step = 1e-5;
const tolerance = 1e-6;

/**
 * `f = Σ sₖ · outputₖ` with random `s`: its gradient in every input and every trainable weight, by the rules and by
 * differences. Errors are relative to the largest element of each gradient.
 */
export function checkGradients(graph: Graph, settings: CheckSettings = {}): void {
  const { batch = 2, training = true, range = [-2, 2], seed = 1, elements = 12 } = settings;
  const { values, gradients, wanted } = programsOf(graph, batch, training);
  const feeds = feedsOf([values, gradients], range, seed);
  const output = (at: Numbers): number => {
    const made = interpret(values, at);
    return Object.entries(made).reduce((sum, [name, y]) => sum + dot(y, feeds[`seed:${name}`]!), 0);
  };
  const analytic = interpret(gradients, feeds);
  for (const name of wanted) {
    const gradient = analytic[`gradient:${name}`]!;
    const size = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-3);
    for (const index of sample(gradient.length, elements, seed)) {
      const moved = (by: number): number => {
        const data = Float64Array.from(feeds[name]!);
        data[index]! += by;
        return output({ ...feeds, [name]: data });
      };
      const expected = (moved(step) - moved(-step)) / (2 * step);
      const error = Math.abs(gradient[index]! - expected) / size;
      assert.ok(error <= tolerance, `d ${name}[${index}] is ${expected}, not ${gradient[index]}`);
    }
  }
}

/** The outputs by name, and the gradients of all inputs and trainable weights by name, as two programs of one lowering. */
export function programsOf(
  graph: Graph,
  batch: number,
  training: boolean,
): { values: Program; gradients: Program; wanted: readonly string[] } {
  const builder = createBuilder();
  const context = lowering(graph, builder, batch, training);
  const forward = lower(graph, context);
  const canonical = (placed: Placed) => context.as(placed, 'channels-last');
  const values = builder.finish(
    graph.outputs.map(({ name, value }) => ({ name, tensor: canonical(forward.values.get(value)!) })),
  );
  const seeds = new Map<ValueId, Placed>();
  for (const { name, value } of graph.outputs) {
    const shape: Shape = graph.values[value]!.shape;
    const seed = builder.input(`seed:${name}`, [batch, ...shape]);
    seeds.set(value, context.place(seed, 'channels-last', shape));
  }
  const inputs = new Set(graph.inputs.map(({ value }) => value));
  const made = differentiate(graph, context, forward, seeds, inputs);
  // what no gradient reaches does not move the outputs
  const gradientOf = (value: ValueId) => {
    const gradient = made.values.get(value);
    return gradient ? canonical(gradient) : builder.expand(builder.constant(0), [batch, ...graph.values[value]!.shape]);
  };
  const trainable = allWeights(graph).filter((weight) => weight.trainable);
  const gradients = builder.finish([
    ...graph.inputs.map(({ name, value }) => ({
      name: `gradient:${name}`,
      tensor: gradientOf(value),
    })),
    ...trainable.map(({ path }) => ({ name: `gradient:${path}`, tensor: made.weights.get(path)! })),
  ]);
  for (const program of [values, gradients]) verifyProgram(program);
  return { values, gradients, wanted: [...graph.inputs.map(({ name }) => name), ...trainable.map(({ path }) => path)] };
}

/** Distinct numbers for every input: evenly spaced, in random order, so that no two are within a step of each other. */
function feedsOf(programs: readonly Program[], [low, high]: readonly [number, number], seed: number): Numbers {
  const feeds: Numbers = {};
  for (const { kernel, attributes, shape } of programs.flatMap(({ instructions }) => instructions)) {
    if (kernel !== 'input') continue;
    const { name } = attributes;
    const random = Random.of(seed, name);
    const count = elementCount(shape);
    if (name.startsWith('mask:')) {
      feeds[name] = Float64Array.from({ length: count }, () => (random.uniform() < 0.5 ? 0 : 2));
    } else if (name.endsWith('moving_variance')) {
      feeds[name] = Float64Array.from({ length: count }, () => random.uniform(0.5, 2));
    } else {
      // where in its interval each number lies keeps clear of the ends, and apart from those of other inputs
      const offset = random.uniform(0.2, 0.8);
      const grid = Float64Array.from({ length: count }, (_, at) => low + ((at + offset) * (high - low)) / count);
      feeds[name] = random.shuffle(grid);
    }
  }
  return feeds;
}

function sample(length: number, count: number, seed: number): readonly number[] {
  const all = Array.from({ length }, (_, index) => index);
  return length <= count ? all : Random.of(seed, 'elements').shuffle(all).slice(0, count);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, index) => sum + each * b[index]!, 0);
}
