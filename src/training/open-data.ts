/**
 * Opens the images of a plan: index, decoded cache and split, with what a user should know about them before training
 * starts.
 */
import { join } from 'node:path';
import type { DataPlan, Plan } from '../config/plan.ts';
import type { ImageShape } from '../data/augmentation.ts';
import { BatchSource } from '../data/batches.ts';
import { counted, DataError, someOf } from '../data/data-error.ts';
import { readGroups } from '../data/groups.ts';
import { openImageCache, readCache } from '../data/image-cache.ts';
import { type ImageIndex, type IndexOptions, indexImageFolder } from '../data/image-folder.ts';
import { findLeaks } from '../data/leaks.ts';
import type { PixelRows } from '../data/pixel-rows.ts';
import { type Split, splitByGroup, splitRandomly, unevenClasses } from '../data/split.ts';
import { classBalance } from '../data/statistics.ts';
import { drawSyntheticSet } from '../data/synthetic.ts';
import type { ImageNames } from './identity.ts';

export interface DataMessage {
  readonly severity: 'note' | 'warning';
  readonly text: string;
  readonly help?: string;
}

/** Decoded images and which of them are meant. */
export interface ImageSet {
  readonly index: ImageIndex;
  /** Row i holds example i of the index. */
  readonly rows: PixelRows;
  readonly examples: readonly number[];
}

export interface TrainingImages {
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly validation: ImageSet | undefined;
  readonly names: ImageNames;
  /** The accuracy of always naming the largest class of the validation images. */
  readonly baseline: number;
  readonly messages: readonly DataMessage[];
}

export interface OpenOptions {
  /** Images drawn or decoded so far. */
  readonly onProgress?: ((what: 'drawing' | 'decoding', done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The folder of a plan's images. A synthetic set is drawn there first, unless it is there already.
 *
 * @throws DataError if something else is in its place
 */
export async function imageFolderOf({ data }: Plan, { onProgress }: OpenOptions): Promise<string> {
  if (data.synthetic === undefined) return data.train!;
  const { perClass, size, seed } = data.synthetic;
  const directory = join(data.cache, `synthetic-${perClass}x${size}-seed${seed}`);
  const drawn = onProgress && ((done: number, total: number) => onProgress('drawing', done, total));
  await drawSyntheticSet({ directory, perClass, size, seed, ...(drawn && { onProgress: drawn }) });
  return directory;
}

/**
 * @param folder the images' folder, of `imageFolderOf`
 * @throws DataError if the images are not laid out or decodable, or cannot be split
 */
export async function openTrainingImages(plan: Plan, folder: string, options: OpenOptions): Promise<TrainingImages> {
  const data = withOwnGroups(plan.data, folder);
  const index = indexImageFolder(folder, data.classes && { classes: data.classes });
  const rows = await openRows(index, data, options);
  const { split, messages } = divide(index, data);
  const leaks = data.split?.groups === undefined ? leakMessages(index, rows, split) : [];
  const train = { index, rows, examples: split.train };
  const validation = await openValidation(index, rows, split, data, options);
  const named = (set: ImageSet | undefined) => set?.examples.map((at) => set.index.examples[at]!.file) ?? [];
  return {
    classes: index.classes,
    train,
    validation,
    names: { classes: index.classes, train: named(train), validation: named(validation) },
    baseline: classBalance((validation ?? train).index, (validation ?? train).examples).baseline,
    messages: [
      ...countMessages(train, validation),
      ...leftOutMessages(index),
      ...(validation === undefined || validation.index === index ? [] : leftOutMessages(validation.index)),
      ...messages,
      ...leaks,
    ],
  };
}

/** A drawn set has several pictures of each cell and says which: it is split by cell. */
function withOwnGroups(data: DataPlan, folder: string): DataPlan {
  if (data.synthetic === undefined || data.split === undefined || data.split.groups !== undefined) return data;
  const groups = { kind: 'csv', file: join(folder, 'sources.csv'), column: 'source', key: 'file' } as const;
  return { ...data, split: { ...data.split, groups } };
}

async function openValidation(
  index: ImageIndex,
  rows: PixelRows,
  split: Split,
  data: DataPlan,
  options: OpenOptions,
): Promise<ImageSet | undefined> {
  if (data.validation !== undefined) {
    const all = everyImage(indexFolder(data.validation, index.classes));
    return { ...all, rows: await openRows(all.index, data, options) };
  }
  return split.validation.length === 0 ? undefined : { index, rows, examples: split.validation };
}

/** Images by name, and which of them are meant. */
export type ChosenImages = Pick<ImageSet, 'index' | 'examples'>;

/**
 * All images of a folder, to measure a model on, none of them opened. Those in formats that cannot be decoded are among
 * them.
 *
 * @param classes in label order; classes without a folder or images there are allowed
 * @throws DataError if the folder is not laid out by class, or is empty
 */
export function imagesOfFolder(folder: string, classes: readonly string[]): ChosenImages {
  return everyImage(indexFolder(folder, classes, { listUndecodable: true }));
}

/**
 * The part of a plan's images that it holds out for validation, none of them opened; undefined if there is none.
 *
 * @param folder the images' folder, of `imageFolderOf`
 * @throws DataError if the images are not laid out as they were, or cannot be split
 */
export function validationPart(plan: Plan, folder: string): ChosenImages | undefined {
  const data = withOwnGroups(plan.data, folder);
  const index = indexImageFolder(folder, data.classes && { classes: data.classes });
  const { validation } = divide(index, data).split;
  return validation.length === 0 ? undefined : { index, examples: validation };
}

function everyImage(index: ImageIndex): ChosenImages {
  return { index, examples: index.examples.map((_, at) => at) };
}

function indexFolder(folder: string, classes: readonly string[], options: IndexOptions = {}): ImageIndex {
  const index = indexImageFolder(folder, { ...options, classes, allowEmptyClasses: true });
  if (index.examples.length > 0) return index;
  throw new DataError(
    'class-empty',
    `'${folder}' has no images`,
    `put images into its folders ${someOf(classes)}, one folder a class`,
  );
}

async function openRows(index: ImageIndex, data: DataPlan, { onProgress, signal }: OpenOptions): Promise<PixelRows> {
  const cache = await openImageCache(index, {
    directory: data.cache,
    shape: shapeOf(data),
    ...(onProgress && { onProgress: (done: number, total: number) => onProgress('decoding', done, total) }),
    ...(signal && { signal }),
  });
  return readCache(cache);
}

export function shapeOf({ image }: DataPlan): ImageShape {
  const [height, width, channels] = image;
  return { height, width, channels };
}

/** Shuffled and distorted batches of the plan's training images. */
export function trainingBatches({ index, rows, examples }: ImageSet, { data, training }: Plan): BatchSource {
  return new BatchSource({
    rows,
    labels: index.examples.map(({ label }) => label),
    examples,
    batch: training.batch,
    normalisation: data.normalize,
    training: {
      seed: training.seed,
      dropLast: training.dropLast,
      augmentation: data.augment,
      names: index.examples.map(({ file }) => file),
    },
  });
}

/** Undistorted batches in the images' order. */
export function evaluationBatches({ index, rows, examples }: ImageSet, data: DataPlan, batch: number): BatchSource {
  const labels = index.examples.map(({ label }) => label);
  // Filled in this thread: without distortions a batch takes a hundredth of what the model takes for it.
  return new BatchSource({ rows, labels, examples, batch, normalisation: data.normalize, workers: 0 });
}

function divide(index: ImageIndex, data: DataPlan): { split: Split; messages: DataMessage[] } {
  const { split: plan } = data;
  if (plan === undefined) return { split: splitRandomly(index, { fraction: 0, seed: 0 }), messages: [] };
  const options = { fraction: plan.validation, seed: plan.seed };
  if (plan.groups === undefined) return { split: splitRandomly(index, options), messages: [] };
  const groups = readGroups(index, plan.groups);
  const split = splitByGroup(index, groups, options);
  const count = new Set(groups).size;
  const held = new Set(split.validation.map((at) => groups[at])).size;
  const messages: DataMessage[] = [
    { severity: 'note', text: `split by group: ${held} of ${counted(count, 'group')} are held out for validation` },
  ];
  const uneven = unevenClasses(index, split, plan.validation);
  if (uneven !== '') {
    messages.push({
      severity: 'warning',
      text: `groups cannot be divided, so that validation has more or less than ${percent(plan.validation)} of ${uneven}`,
    });
  }
  return { split, messages };
}

function leakMessages(index: ImageIndex, rows: PixelRows, split: Split): DataMessage[] {
  if (split.validation.length === 0) return [];
  const { checked, found } = findLeaks(rows, split);
  const [nearest] = found;
  if (nearest === undefined) return [];
  const name = (row: number) => `'${index.examples[row]!.file}'`;
  return [
    {
      severity: 'warning',
      text: `${found.length} of ${checked} validation images that were checked look like a training image (${name(nearest.validation)} like ${name(nearest.train)}): validation will measure memory`,
      help: 'if several images show one source, split by it: data.split.by_group',
    },
  ];
}

/** Images that would be missed in silence. */
export function leftOutMessages({ root, leftOut }: ImageIndex): DataMessage[] {
  if (leftOut.length === 0) return [];
  const folders = leftOut.length === 1 ? 'the folder' : 'the folders';
  return [
    {
      severity: 'warning',
      text: `the images in ${folders} ${someOf(leftOut)} of '${root}' are left out: those of a class lie directly in its folder`,
    },
  ];
}

/** How many images there are, and whether one class outweighs another. */
function countMessages(train: ImageSet, validation: ImageSet | undefined): DataMessage[] {
  const balance = classBalance(train.index, train.examples);
  const counts = balance.classes.map(({ name, images }) => `${name} ${images}`).join(', ');
  const held = validation === undefined ? 'no validation images' : `${validation.examples.length} for validation`;
  const messages: DataMessage[] = [
    { severity: 'note', text: `${counted(train.examples.length, 'image')} for training (${counts}), ${held}` },
  ];
  if (balance.imbalance > IMBALANCED) {
    messages.push({
      severity: 'warning',
      text: `the largest class has ${Number.isFinite(balance.imbalance) ? `${Math.round(balance.imbalance)} times` : 'all'} the images of the smallest: accuracy alone will flatter the model`,
      help: 'read the per-class recall and the MCC of the report',
    });
  }
  return messages;
}

const IMBALANCED = 4;

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}
