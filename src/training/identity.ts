/**
 * What must be the same for a run to be continued: everything that decides the numbers. Paths, the name, the number
 * of epochs, the patience and the memory may change between the parts of a run.
 */
import { createHash } from 'node:crypto';
import { type Graph, shapeOf } from '../compiler/graph.ts';
import type { Plan } from '../config/plan.ts';

/** Settings by dotted path, such as `training.batch`; what a reader is shown when two runs differ. */
export type Identity = Readonly<Record<string, string | number | boolean | null>>;

/** The images by side, each in the order in which the split lists them. */
export interface ImageNames {
  readonly classes: readonly string[];
  readonly train: readonly string[];
  readonly validation: readonly string[];
}

export function identityOf(plan: Plan, graph: Graph, images: ImageNames): Identity {
  const { augment, image, normalize, split } = plan.data;
  const { epochs: _, patience: __, memory: ___, ...training } = plan.training;
  return {
    ...flatten('model', { parameters: plan.model.parameters, graph: graphFingerprint(graph) }),
    ...flatten('data', { augment, image, normalize, splitSeed: split?.seed, validation: split?.validation }),
    ...flatten('training', training),
    ...flatten('images', {
      classes: images.classes.join(', '),
      train: images.train.length,
      validation: images.validation.length,
      names: sha256(JSON.stringify([images.train, images.validation])),
    }),
  };
}

/** A hash of all that a graph computes: operations, attributes, shapes and names, not where the source says so. */
export function graphFingerprint(graph: Graph): string {
  const nodes = graph.nodes.map(({ op, attributes, path, inputs, outputs }) => [
    op,
    sorted(attributes),
    path,
    inputs,
    outputs.map((value) => shapeOf(graph, value)),
  ]);
  return sha256(JSON.stringify([nodes, graph.inputs, graph.outputs]));
}

/** `training.batch: 16 → 32`, a line a setting. */
export function differences(before: Identity, after: Identity): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => {
      if (name === 'model.graph') return 'the model itself: its source was edited';
      if (name === 'images.names') return 'which images there are';
      return `${name}: ${before[name] ?? 'not set'} → ${after[name] ?? 'not set'}`;
    });
}

function flatten(prefix: string, value: unknown): Record<string, string | number | boolean | null> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) return { [prefix]: value as string | number | boolean | null };
  if (Array.isArray(value)) return { [prefix]: JSON.stringify(value) };
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flatten(`${prefix}.${key}`, inner)));
}

/** The same object with its keys in order, so that the hash does not depend on how it was made. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
