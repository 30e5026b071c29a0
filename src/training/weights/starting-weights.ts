/** The weights that a training starts from: seeded ones, or those of a file for as much of the model as it has. */
import type { Graph } from '../../compiler/graph.ts';
import type { NamedTensors } from '../../engines/engine.ts';
import { initialWeights } from '../../engines/initialize.ts';
import { readWeights } from '../read-weights.ts';
import { TrainingError } from '../training-error.ts';
import { misfits } from './conversion-text.ts';
import { fromForeign } from './convert-weights.ts';

export interface StartingWeights {
  readonly weights: NamedTensors;
  /** What comes from the file and what does not, in one sentence. */
  readonly account: string;
}

/** Weights that are told by their paths. */
const TOLD = 6;

/**
 * Weights that the file lacks are seeded; what it has must be the model's, name and shape.
 *
 * @param from a run, a checkpoint or a safetensors file with specc's paths
 * @throws TrainingError if the file has what the model does not, or nothing of it
 */
export function startingWeights(graph: Graph, seed: number, from: string): StartingWeights {
  const conversion = fromForeign(graph, readWeights(from), undefined);
  const { weights, missing, left } = conversion;
  if (left.length > 0 || weights.size === 0) {
    const lines = misfits(left.length > 0 ? { ...conversion, missing: [] } : conversion);
    throw new TrainingError(
      `the weights of '${from}' are not those of ${graph.name}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
      '`specc weights load MODEL FILE -o OUT` takes them over: with --map those of another program, with --partial those that fit',
    );
  }
  const seeded = missing.map(({ spec }) => spec.path);
  const told = seeded.slice(0, TOLD).join(', ') + (seeded.length > TOLD ? `, and ${seeded.length - TOLD} more` : '');
  const rest = seeded.length === 0 ? '' : `; ${seeded.length} not in it start at random: ${told}`;
  return {
    weights: new Map([...initialWeights(graph, seed), ...weights]),
    account: `${weights.size} of ${weights.size + seeded.length} weights are those of '${from}'${rest}`,
  };
}
