/** Which blocks are computed again in the backward pass, and what a user should know of it. */
import type { Graph } from '../compiler/graph.ts';
import { matchBlocks } from '../compiler/variants/blocks.ts';
import type { TrainingPlan } from '../config/plan.ts';
import { counted } from '../data/data-error.ts';
import type { Engine } from '../engines/engine.ts';
import type { DataMessage } from './open-data.ts';

export interface RecomputedBlocks {
  readonly paths: readonly string[];
  readonly messages: readonly DataMessage[];
}

/** None on an engine that keeps all activations, which is said. */
export function chooseRecomputed(
  { recompute }: Pick<TrainingPlan, 'recompute'>,
  graph: Graph,
  { name, recomputes }: Pick<Engine, 'name' | 'recomputes'>,
): RecomputedBlocks {
  if (recompute === undefined) return { paths: [], messages: [] };
  if (recomputes !== true) {
    const text = `the engine ${name} keeps the activations of all blocks: training.recompute saves no memory here`;
    const help = '--engine native computes blocks again; training.micro_batch saves memory on every engine';
    return { paths: [], messages: [{ severity: 'warning', text, help }] };
  }
  const { paths } = matchBlocks(graph, recompute);
  const text = `memory: ${counted(paths.length, 'block')} computed again in the backward pass`;
  return { paths, messages: [{ severity: 'note', text }] };
}
