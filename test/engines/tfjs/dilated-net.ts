/** A small relative of DDRNet, through the whole compiler, smooth throughout, so that finite differences hold. */
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import type { Optimizer, TrainingBatch, TrainingSetup } from '../../../src/engines/engine.ts';
import { Random } from '../../../src/shared/random.ts';

const text = `
block Residual(dilation: int = 1)(x: [H, W, C]) -> [H, W, C] {
  change = x |> conv2d(C, 3, dilation: dilation, bias: false) |> group_norm(2) |> silu |> dropout(0.1)
  x + change
}

model Dilated(image: [8, 8, 2]) -> [3] {
  x = image |> conv2d(4, 3) |> avg_pool(3, 2, padding: 1)
  for dilation in [1, 2, 4] {
    x = x |> Residual(dilation)
  }
  x |> batch_norm |> dropout(0.25) |> global_avg_pool |> dense(3) |> softmax
}
`;

export function dilatedNet(): Graph {
  const { value, diagnostics } = elaborate(compile('dilated.spec', text, { read: () => undefined }), 'Dilated');
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

export const adam: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.01 };

export function setupOf(graph: Graph, optimizer: Optimizer = adam): TrainingSetup {
  return { graph, batch: 4, optimizer, loss: { kind: 'cross_entropy', labelSmoothing: 0.1 }, seed: 11 };
}

/** Four images of 8 × 8 × 2, whose class is the third of the brightness range that they lie in. */
export function batchOf(seed: number): TrainingBatch {
  const random = Random.of('batch', seed);
  const labels = Int32Array.from({ length: 4 }, () => random.int(3));
  const size = 8 * 8 * 2;
  const noise = (index: number): number => labels[Math.floor(index / size)]! - 1 + random.uniform(-1, 1);
  return { images: Float32Array.from({ length: 4 * size }, (_, index) => noise(index)), labels };
}
