/**
 * The identity of a run, from the content of all that decides its numbers: two runs of one identity are one. The names
 * of variants and models, formatting, comments, paths and the place of the images do not count.
 */
import { createHash } from 'node:crypto';
import type { Graph } from '../compiler/graph.ts';
import { fingerprint } from '../compiler/variants/index.ts';
import type { Plan } from '../config/plan.ts';
import { RowReader } from '../data/pixel-rows.ts';
import type { NamedTensors } from '../engines/engine.ts';
import { graphFingerprint } from '../training/identity.ts';
import type { ImageSet, TrainingImages } from '../training/open-data.ts';

/** What the weights that training starts from follow from, beside the seed. */
export type StartIdentity =
  | { readonly kind: 'seeded' }
  | { readonly kind: 'weights'; readonly digest: string }
  /** Of the base's run; weights are shared by their paths, which then count. */
  | { readonly kind: 'base'; readonly run: string };

export function runIdentity(plan: Plan, graph: Graph, images: TrainingImages, start: StartIdentity): string {
  const { augment, image, normalize } = plan.data;
  const decisive = {
    network: fingerprint(graph),
    data: { augment, image, normalize },
    training: plan.training,
    classes: images.classes,
    images: digestOfImages(images),
    start,
    ...(start.kind !== 'seeded' && { paths: graphFingerprint(graph) }),
  };
  return digest(JSON.stringify(inOrder(decisive)));
}

export function digestOfWeights(weights: NamedTensors): string {
  const hash = createHash('sha256');
  for (const [path, { shape, data }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([path, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, ID_LENGTH);
}

const digests = new WeakMap<TrainingImages, string>();

/** Of names, labels and pixels on both sides. */
function digestOfImages(images: TrainingImages): string {
  const known = digests.get(images);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const set of [images.train, images.validation]) if (set !== undefined) addSet(hash, set);
  const made = hash.digest('hex').slice(0, ID_LENGTH);
  digests.set(images, made);
  return made;
}

function addSet(hash: ReturnType<typeof createHash>, { index, rows, examples }: ImageSet): void {
  const reader = new RowReader(rows);
  try {
    for (const at of examples) {
      const { file, label } = index.examples[at]!;
      hash.update(JSON.stringify([file, label]));
      hash.update(reader.row(at));
    }
    hash.update('end of the set');
  } finally {
    reader.close();
  }
}

const ID_LENGTH = 12;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, ID_LENGTH);
}

/** With all keys in order, so that it does not matter how the value was made. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, inOrder(each)]));
}
