/** The memory that training and inference of a model take, estimated from their programs before anything runs. */

import { divisors } from '../shared/divisors.ts';
import { elementCount } from '../shared/element-count.ts';
import { accumulatedStep } from './accumulated-step.ts';
import { type Graph, shapeOf } from './graph.ts';
import { inferenceProgram } from './inference.ts';
import { memoryOf } from './program/memory.ts';
import { optimise } from './program/passes/index.ts';
import type { Program } from './program/program.ts';
import { type StepSetup, trainingStep } from './training-step.ts';

export interface MemoryEstimate {
  /** Images in a step, or classified at once. */
  readonly batch: number;
  /** Images whose activations are held at once: fewer than the batch where gradients are added up. */
  readonly microBatch: number;
  /** All of the following together. */
  readonly bytes: number;
  /** Activations, their gradients and what is computed in between, at the moment when they are most. */
  readonly activations: number;
  /** Weights, running statistics, optimizer slots, sums of gradients; what a step changes counts twice. */
  readonly state: number;
  /** Images, labels and masks. */
  readonly batches: number;
  /** The computation during which it is most: a node's path, or `gradient PATH`. */
  readonly at: string;
}

/**
 * onnxruntime holds more than the lifetimes of the tensors ask for, mostly since its allocator leaves gaps: 1.1 to 1.6
 * times as much in steps of DDRNet from 64×64 to 224×224, 1.5 to 1.7 in those of ResNet, where the weights that come on
 * top are not multiplied. With this factor the whole was told within 21 % in all of them.
 */
const RUNTIME = 1.35;

export function trainingMemory(setup: StepSetup, microBatch = setup.batch): MemoryEstimate {
  const { graph, batch } = setup;
  if (microBatch === batch) return estimate(graph, batch, batch, [optimise(trainingStep(setup).program)]);
  const { accumulate, apply } = accumulatedStep({ ...setup, microBatch });
  return estimate(graph, batch, microBatch, [optimise(accumulate), optimise(apply)]);
}

export function inferenceMemory(graph: Graph, batch: number): MemoryEstimate {
  return estimate(graph, batch, batch, [optimise(inferenceProgram(graph, batch))]);
}

export interface MemoryEstimates {
  /** With Adam, which has two slots a weight; absent for a model whose first output is no vector of class scores. */
  readonly training?: MemoryEstimate;
  readonly inference: MemoryEstimate;
}

/** What `specc summary` tells: one number for each use of a model. `recompute` are paths of blocks. */
export function memoryEstimates(graph: Graph, batch: number, recompute: readonly string[] = []): MemoryEstimates {
  const inference = inferenceMemory(graph, batch);
  if (shapeOf(graph, graph.outputs[0]!.value).length !== 1) return { inference };
  const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 } as const;
  const loss = { kind: 'cross_entropy', labelSmoothing: 0 } as const;
  return { training: trainingMemory({ graph, batch, optimizer, loss, recompute }), inference };
}

/** The programs run one after the other on one state, each with memory of its own. */
function estimate(graph: Graph, batch: number, microBatch: number, programs: readonly Program[]): MemoryEstimate {
  const images = new Set(graph.inputs.map(({ name }) => name));
  const parts = programs.map(memoryOf);
  const fed = (program: Program): Map<string, number> =>
    new Map(
      program.instructions.flatMap(({ kernel, attributes, shape }) =>
        kernel === 'input' ? [[attributes.name, 4 * elementCount(shape)] as const] : [],
      ),
    );
  const inputs = new Map(programs.flatMap((program) => [...fed(program)]));
  const isFed = (name: string): boolean => images.has(name) || name.startsWith('step:') || name.startsWith('mask:');
  const changed = new Set(programs.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  let [state, batches] = [0, 0];
  for (const [name, bytes] of inputs) {
    if (changed.has(`next:${name}`)) state += 2 * bytes;
    else if (isFed(name)) batches += bytes;
    else state += bytes;
  }
  const largest = parts.reduce((most, part) => (part.peak > most.peak ? part : most));
  const activations = Math.round(RUNTIME * parts.reduce((sum, { peak }) => sum + peak, 0));
  return { batch, microBatch, bytes: activations + state + batches, activations, state, batches, at: largest.at };
}

/** The largest divisor of the batch with which a step is estimated to fit; 1 where none does. */
export function fittingMicroBatch(setup: StepSetup, limit: number): MemoryEstimate {
  // apart from the others: it needs no sums, so that it may take less than some of its parts
  const whole = trainingMemory(setup);
  if (whole.bytes <= limit || setup.batch === 1) return whole;
  const sizes = divisors(setup.batch).slice(0, -1);
  let [fits, over] = [0, sizes.length];
  let best = trainingMemory(setup, sizes[0]!);
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    const estimated = trainingMemory(setup, sizes[middle]!);
    if (estimated.bytes > limit) over = middle;
    else [fits, best] = [middle, estimated];
  }
  return best;
}
