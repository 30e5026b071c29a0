/** The process of one of specc's engines: `{kind: 'start', engine, workload}`, then `{kind: 'steps', first, count}`. */
import { readFileSync } from 'node:fs';
import type { Graph } from '../../src/compiler/graph.ts';
import { inferenceForms } from '../../src/compiler/lower/inference-form.ts';
import { passNames } from '../../src/compiler/program/passes/index.ts';
import { engineLoaders } from '../../src/engines/choose.ts';
import type { Engine, EngineName, InferenceSession, TrainingBatch, TrainingSession } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { NativeInferenceSession } from '../../src/engines/native/inference.ts';
import { answerRequests } from './engine-process.ts';
import type { Predictions, Steps } from './measured.ts';
import {
  batchesOf,
  graphOf,
  inferenceGraphOf,
  inferenceWeights,
  LEARNING_RATE,
  SEED,
  setupOf,
  type Workload,
} from './workload.ts';

export type EngineRequest =
  | {
      readonly kind: 'start';
      readonly engine: EngineName;
      readonly workload: Workload;
      /** Training unless told. */
      readonly mode?: 'inference';
    }
  | { readonly kind: 'predict'; readonly budget: number }
  | { readonly kind: 'steps'; readonly first: number; readonly count: number };

/** To the start: `missing` says why the engine cannot run here. */
export interface Started {
  readonly device: string;
  readonly missing?: string;
}

let session: TrainingSession | undefined;
let inference: InferenceSession | undefined;
let batches: readonly TrainingBatch[] = [];

async function start(name: EngineName, workload: Workload, mode?: 'inference'): Promise<Started> {
  const engine = await engineLoaders[name]();
  const { available, device, reason } = await engine.availability();
  if (!available) return { device, missing: reason };
  if (mode === 'inference') {
    const model = inferenceGraphOf(workload);
    batches = batchesOf(model, workload.batch);
    inference = await inferenceSession(engine, model, workload);
    return { device };
  }
  const graph = graphOf(workload);
  batches = batchesOf(graph, workload.batch);
  session = await engine.train(setupOf(graph, workload), initialWeights(graph, SEED));
  return { device };
}

function inferenceSession(engine: Engine, model: Graph, workload: Workload): Promise<InferenceSession> {
  const { batch, threads, without } = workload;
  const weights = inferenceWeights(model);
  if (without === undefined) return engine.infer(model, weights, batch, threads);
  return NativeInferenceSession.start(
    model,
    weights,
    batch,
    { provider: 'cpu', threads },
    {
      passes: passNames.filter((name) => without.includes(name)),
      forms: inferenceForms.filter((name) => without.includes(name)),
    },
  );
}

async function steps(first: number, count: number): Promise<Steps> {
  const losses: number[] = [];
  const milliseconds: number[] = [];
  for (let step = first; step < first + count; step++) {
    const begun = performance.now();
    const { loss } = await session!.step(batches[step % batches.length]!, step, LEARNING_RATE);
    milliseconds.push(performance.now() - begun);
    losses.push(loss);
  }
  return { losses, milliseconds, peakMemoryMB: peakMemoryMB() };
}

/** Batches for `budget` milliseconds, and three at least. */
async function predict(budget: number): Promise<Predictions> {
  const milliseconds: number[] = [];
  let [scores, spent] = [new Float32Array(0), 0];
  while (milliseconds.length < 3 || spent < budget) {
    const begun = performance.now();
    scores = (await inference!.predict(batches[0]!.images)) as Float32Array<ArrayBuffer>;
    milliseconds.push(performance.now() - begun);
    spent += milliseconds.at(-1)!;
  }
  return { scores: [...scores], milliseconds, peakMemoryMB: peakMemoryMB() };
}

function peakMemoryMB(): number {
  // Linux counts in `maxRSS` what the process held before it became this program.
  const kilobytes =
    process.platform === 'linux'
      ? Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))![1])
      : process.resourceUsage().maxRSS;
  return (kilobytes * 1024) / 1e6;
}

answerRequests((request: EngineRequest) => {
  switch (request.kind) {
    case 'start':
      return start(request.engine, request.workload, request.mode);
    case 'predict':
      return predict(request.budget);
    case 'steps':
      return steps(request.first, request.count);
  }
});
