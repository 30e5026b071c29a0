/** PyTorch as one more engine: a Python that has it, and the weights, batches and dropout masks in its terms. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Graph, isOp, shapeOf } from '../../src/compiler/graph.ts';
import { Source } from '../../src/dsl/source.ts';
import type { NamedTensor, NamedTensors } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { hashSeed } from '../../src/shared/random.ts';
import { encodeSafetensors } from '../../src/training/safetensors.ts';
import { intoForeign } from '../../src/training/weights/convert-weights.ts';
import { readWeightMap } from '../../src/training/weights/weight-map.ts';
import { EngineProcess } from './engine-process.ts';
import type { Started } from './engine-worker.ts';
import type { Steps } from './measured.ts';
import {
  batchesOf,
  graphOf,
  inferenceWeights,
  LEARNING_RATE,
  MODELS,
  projectFile,
  SEED,
  setupOf,
  type Workload,
} from './workload.ts';

export const PYTORCH_SCRIPT = projectFile('bench/train/pytorch.py');

export type Precision = 'float32' | 'float64';

/** The first Python that has PyTorch and torchvision. */
export function findPython(): string | undefined {
  const probe = ['-c', 'import torch, torchvision, numpy'];
  return ['/usr/bin/python3', 'python3', 'python'].find((python) => spawnSync(python, probe).status === 0);
}

interface StartOptions {
  /** Of all computation; the weights and batches that it starts from are float32. */
  readonly precision?: Precision;
  readonly learningRate?: number;
  /** Training unless told; `frozen` is inference by frozen TorchScript, `optimized` that after `optimize_for_inference`. */
  readonly mode?: 'train' | 'inference' | 'frozen' | 'optimized';
  /** That of the workload unless told. */
  readonly graph?: Graph;
}

export async function startPyTorch(
  process: EngineProcess,
  workload: Workload,
  { precision = 'float32', learningRate = LEARNING_RATE, mode = 'train', graph = graphOf(workload) }: StartOptions = {},
): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'specc-bench-'));
  try {
    const weights = mode === 'train' ? initialWeights(graph, SEED) : inferenceWeights(graph);
    writeFileSync(join(folder, 'weights.safetensors'), encodeSafetensors(pytorchWeights(graph, weights, workload)));
    writeFileSync(join(folder, 'batches.safetensors'), encodeSafetensors(batchTensors(graph, workload.batch)));
    const { optimizer } = setupOf(graph, workload);
    const { model, threads } = workload;
    return await process.request({ kind: 'start', folder, model, threads, optimizer, learningRate, precision, mode });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function pytorchSteps(process: EngineProcess, graph: Graph, first: number, count: number): Promise<Steps> {
  // The two keys of specc's masks (src/engines/dropout-mask.ts), a pair a step.
  const masks = graph.nodes.flatMap((node) => {
    if (!isOp(node, 'dropout') || node.attributes.rate === 0) return [];
    const keys = Array.from({ length: count }, (_, step) =>
      hashSeed('dropout', SEED, node.path, first + step).slice(0, 2),
    );
    return [{ rate: node.attributes.rate, keys }];
  });
  if (masks.length > 1) throw new Error(`${graph.name} has several dropouts, and bench/train/pytorch.py knows one`);
  return process.request({ kind: 'steps', first, count, dropout: masks[0] ?? null });
}

/** Of each of the first steps. */
export async function pytorchLosses(
  python: string,
  workload: Workload,
  steps: number,
  options: StartOptions,
): Promise<readonly number[]> {
  const pytorch = new EngineProcess('pytorch', python, [PYTORCH_SCRIPT], { OMP_NUM_THREADS: `${workload.threads}` });
  try {
    await startPyTorch(pytorch, workload, options);
    return (await pytorchSteps(pytorch, graphOf(workload), 1, steps)).losses;
  } finally {
    pytorch.close();
  }
}

function pytorchWeights(graph: Graph, weights: NamedTensors, { model }: Workload): Map<string, NamedTensor> {
  const file = MODELS[model].weightMap;
  const { value: map, diagnostics } = readWeightMap(new Source(file, readFileSync(projectFile(file), 'utf8')));
  if (map === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { tensors, unnamed } = intoForeign(graph, weights, map);
  if (unnamed.length > 0) throw new Error(`${file} has no name for ${unnamed.join(', ')}`);
  return new Map(tensors);
}

/** `images.0` `[N, H, W, C]`, `labels.0` `[N]` and so on. */
function batchTensors(graph: Graph, batch: number): Map<string, NamedTensor> {
  const shape = shapeOf(graph, graph.inputs[0]!.value);
  return new Map(
    batchesOf(graph, batch).flatMap(({ images, labels }, index): [string, NamedTensor][] => [
      [`images.${index}`, { shape: [batch, ...shape], data: images }],
      [`labels.${index}`, { shape: [batch], data: Float32Array.from(labels) }],
    ]),
  );
}
