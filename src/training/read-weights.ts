/** The weights of a model from wherever they are kept: a run, one of its checkpoints, or a safetensors file. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Graph } from '../compiler/graph.ts';
import { allWeights } from '../compiler/ops/weights/index.ts';
import type { NamedTensor, NamedTensors } from '../engines/engine.ts';
import { suggest } from '../shared/suggest.ts';
import { type CheckpointName, CheckpointStore, weightsOnly } from './checkpoint.ts';
import { openRun } from './run-folder.ts';
import { decodeSafetensors } from './safetensors.ts';
import { TrainingError } from './training-error.ts';

/** Names told in one message; the others are counted. */
const NAMES_TOLD = 5;

/**
 * Weights and running statistics by path, without the optimizer's slots. `given` is a run folder or its name below
 * `runs/`, the JSON file of a checkpoint, or a safetensors file; `checkpoint` chooses among those of a run.
 *
 * @throws TrainingError if there is nothing there, or it is none of these, or it is damaged
 */
export function readWeights(given: string, checkpoint: CheckpointName = 'best'): NamedTensors {
  const file = statSync(given, { throwIfNoEntry: false })?.isFile() === true;
  if (file && /^(best|last)\.json$/.test(basename(given))) {
    const name = basename(given, '.json') as CheckpointName;
    return weightsOnly(new CheckpointStore(dirname(given)).load(name).tensors);
  }
  if (file && given.endsWith('.safetensors')) return weightsOnly(decodeSafetensors(readFileSync(given), given).tensors);
  if (file) {
    throw new TrainingError(
      `'${given}' holds no weights that specc reads`,
      'name a run folder, a checkpoint (checkpoints/best.json) or a .safetensors file',
    );
  }
  if (given.endsWith('.safetensors') && !existsSync(given)) {
    throw new TrainingError(`there is no file '${given}'`, 'name a run folder or a .safetensors file');
  }
  return weightsOnly(openRun(given).checkpoints.load(checkpoint).tensors);
}

/**
 * The weights of this model, exactly: none missing, none besides, each of the shape that the model gives it.
 *
 * @param from where they are from, for messages
 * @throws TrainingError that names what does not fit
 */
export function fitWeights(graph: Graph, tensors: NamedTensors, from: string): NamedTensors {
  const wanted = allWeights(graph);
  const missing = wanted.filter(({ path }) => !tensors.has(path)).map(({ path }) => path);
  const known = new Set(wanted.map(({ path }) => path));
  const unknown = [...tensors.keys()].filter((path) => !known.has(path));
  if (missing.length > 0) {
    const near = suggest(missing[0]!, unknown);
    const meant = near === undefined ? '' : `; '${near}' is there instead of '${missing[0]}'`;
    throw new TrainingError(
      `'${from}' lacks ${counted(missing.length, wanted.length)} of ${graph.name}: ${listed(missing)}`,
      `it was made by another model, or by the same one with other parameters (--set)${meant}`,
    );
  }
  if (unknown.length > 0) {
    throw new TrainingError(
      `'${from}' has weights that ${graph.name} does not: ${listed(unknown)}`,
      'it was made by another model, or by the same one with other parameters (--set)',
    );
  }
  return new Map(
    wanted.map(({ path, shape }): [string, NamedTensor] => {
      const tensor = tensors.get(path)!;
      if (tensor.shape.length === shape.length && tensor.shape.every((size, axis) => size === shape[axis])) {
        return [path, tensor];
      }
      throw new TrainingError(
        `'${path}' of '${from}' is [${tensor.shape.join(', ')}], and ${graph.name} has [${shape.join(', ')}] there`,
        'it was made by the model with other parameters; give the same ones with --set',
      );
    }),
  );
}

function counted(count: number, total: number): string {
  return count === total ? 'every weight' : `${count} of ${total} weights`;
}

function listed(paths: readonly string[]): string {
  const told = paths.slice(0, NAMES_TOLD).join(', ');
  return paths.length > NAMES_TOLD ? `${told} and ${paths.length - NAMES_TOLD} more` : told;
}
