/** How many images of a batch are computed at once, and what a user should know of it. */
import { hasBatchStatistics } from '../compiler/accumulated-step.ts';
import type { Graph } from '../compiler/graph.ts';
import { fittingMicroBatch, type MemoryEstimate } from '../compiler/memory.ts';
import type { TrainingPlan } from '../config/plan.ts';
import type { TrainingState } from './checkpoint.ts';
import type { DataMessage } from './open-data.ts';

export interface ChosenMicroBatch {
  readonly microBatch: number;
  readonly messages: readonly DataMessage[];
}

/** Of the memory that is available when training starts; the rest is for the process itself, data and validation. */
const SHARE = 0.75;

/** A run that is resumed keeps the size that `auto` chose at its start, so that it goes on bit for bit. */
export function chooseMicroBatch(
  training: TrainingPlan,
  graph: Graph,
  resumed: TrainingState | undefined,
  /** Paths of blocks that are computed again, which leaves memory for more images. */
  recompute: readonly string[] = [],
  available = process.availableMemory(),
): ChosenMicroBatch {
  const { batch, microBatch: asked, memory: limit = SHARE * available } = training;
  if (typeof asked === 'number') return { microBatch: asked, messages: statistics(graph, batch, asked) };
  if (asked === undefined) return { microBatch: batch, messages: [] };
  const kept = resumed?.microBatch;
  if (kept !== undefined) return { microBatch: kept, messages: statistics(graph, batch, kept) };

  const { optimizer, labelSmoothing, auxiliary } = training;
  const loss = { kind: 'cross_entropy', labelSmoothing, auxiliary } as const;
  const estimate = fittingMicroBatch({ graph, batch, optimizer, loss, recompute }, limit);
  const { microBatch } = estimate;
  return { microBatch, messages: [account(estimate, limit), ...statistics(graph, batch, microBatch)] };
}

function account({ batch, microBatch, bytes }: MemoryEstimate, limit: number): DataMessage {
  const estimated = `is estimated to take ${gigabytes(bytes)}`;
  if (bytes > limit) {
    return {
      severity: 'warning',
      text: `even one image at a time ${estimated}, more than the ${gigabytes(limit)} that it may`,
      help: 'give the model smaller images, or training.memory more',
    };
  }
  const what =
    microBatch === batch ? `a batch of ${batch} at once` : `${batch} images in micro-batches of ${microBatch}`;
  return { severity: 'note', text: `memory: training ${what} ${estimated} of ${gigabytes(limit)}` };
}

function statistics(graph: Graph, batch: number, microBatch: number): readonly DataMessage[] {
  if (microBatch === batch || !hasBatchStatistics(graph)) return [];
  return [
    {
      severity: 'warning',
      text: `batch normalisation sees ${microBatch} images at a time instead of ${batch}: its statistics are those of a micro-batch, so that training differs from that with whole batches`,
      help: 'group_norm and layer_norm do not depend on the batch',
    },
  ];
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
