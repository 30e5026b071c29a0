/**
 * Divides examples into a training and a validation part: at random within each class, or by group.
 *
 * A random split is honest only if the images are independent. Where several show the same thing (augmented copies,
 * frames of a film, one patient's cells), the copies land on both sides and the score measures memory; such images
 * share a group, and a group is never divided.
 */
import { Random } from '../shared/random.ts';
import { counted, DataError, someOf } from './data-error.ts';
import type { ImageIndex } from './image-folder.ts';

/** Indices into `ImageIndex.examples`, ascending; together every example once. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

export interface SplitOptions {
  /** The share of images to hold out for validation, in [0, 1). */
  readonly fraction: number;
  readonly seed: number;
}

/**
 * Holds out `fraction` of each class, drawn by `seed`; at least one image of each class stays on each side.
 *
 * @throws DataError if a class has a single image, or the fraction is not in [0, 1)
 */
export function splitRandomly(index: ImageIndex, { fraction, seed }: SplitOptions): Split {
  checkFraction(fraction);
  if (fraction === 0) return { train: index.examples.map((_, at) => at), validation: [] };
  const validation: number[] = [];
  for (const [label, members] of byLabel(index).entries()) {
    if (members.length === 0) continue;
    if (members.length === 1) {
      throw new DataError(
        'too-few-images',
        `the class ${index.classes[label]} has a single image, which cannot be on both sides of a split`,
        'add images of this class, or remove the class',
      );
    }
    // Seeded by the class's name, so that a class added later leaves the others' split as it was.
    Random.of('split', seed, index.classes[label] ?? '').shuffle(members);
    const held = Math.min(members.length - 1, Math.max(1, Math.round(members.length * fraction)));
    for (const example of members.slice(0, held)) validation.push(example);
  }
  return partition(index, new Set(validation));
}

/**
 * Holds out whole groups, so that each class comes as near to `fraction` as the groups allow.
 *
 * @param groups each example's group, in the order of `index.examples`
 * @throws DataError if a class comes from a single group, or the fraction is not in [0, 1)
 */
export function splitByGroup(index: ImageIndex, groups: readonly string[], { fraction, seed }: SplitOptions): Split {
  checkFraction(fraction);
  if (fraction === 0) return { train: index.examples.map((_, at) => at), validation: [] };

  const members = new Map<string, number[]>();
  for (const [at, group] of groups.entries()) {
    const known = members.get(group);
    if (known === undefined) members.set(group, [at]);
    else known.push(at);
  }
  const random = Random.of('split by group', seed);
  const names = random.shuffle([...members.keys()].sort());
  const counts = names.map((name) => {
    const perClass = new Array<number>(index.classes.length).fill(0);
    for (const at of members.get(name) ?? []) perClass[index.examples[at]!.label]! += 1;
    return perClass;
  });
  const held = chooseGroups(counts, fraction, random);

  const validation = new Set(names.flatMap((name, at) => (held[at] ? (members.get(name) ?? []) : [])));
  const split = partition(index, validation);
  checkBothSides(index, groups, split);
  return split;
}

/** Swaps that are tried for a better balance; each costs one pass over the classes. */
const SWAPS = 20_000;

/**
 * Which groups to hold out. The cost is Σ over classes of (share held out − fraction)²; groups are taken in random
 * order while that lowers the cost, then single moves and random swaps improve it. The random start keeps different
 * seeds different, which always taking the largest group first would not.
 */
function chooseGroups(counts: readonly (readonly number[])[], fraction: number, random: Random): boolean[] {
  const classes = counts[0]?.length ?? 0;
  const totals = Array.from({ length: classes }, (_, label) => counts.reduce((sum, each) => sum + each[label]!, 0));
  const shares = new Array<number>(classes).fill(0);
  const held = counts.map(() => false);

  const costAfter = (add: readonly number[] | undefined, remove: readonly number[] | undefined): number => {
    let cost = 0;
    for (let label = 0; label < classes; label++) {
      const total = totals[label]!;
      if (total === 0) continue;
      const share = (shares[label]! + (add?.[label] ?? 0) - (remove?.[label] ?? 0)) / total;
      // Holding out none or all of a class makes the split useless: worse than any imbalance.
      cost += (share - fraction) ** 2 + (share === 0 || share === 1 ? 10 : 0);
    }
    return cost;
  };
  const exchange = (add: number | undefined, remove: number | undefined): void => {
    for (let label = 0; label < classes; label++) {
      shares[label]! +=
        (add === undefined ? 0 : counts[add]![label]!) - (remove === undefined ? 0 : counts[remove]![label]!);
    }
    if (add !== undefined) held[add] = true;
    if (remove !== undefined) held[remove] = false;
  };

  let cost = costAfter(undefined, undefined);
  const moveWhatHelps = (): boolean => {
    let moved = false;
    for (let at = 0; at < counts.length; at++) {
      const after = held[at] ? costAfter(undefined, counts[at]) : costAfter(counts[at], undefined);
      if (after >= cost) continue;
      cost = after;
      moved = true;
      if (held[at]) exchange(undefined, at);
      else exchange(at, undefined);
    }
    return moved;
  };

  while (moveWhatHelps());
  for (let tried = 0; tried < SWAPS && counts.length > 1; tried++) {
    const one = random.int(counts.length);
    const other = random.int(counts.length);
    if (held[one] || !held[other]) continue;
    const after = costAfter(counts[one], counts[other]);
    if (after >= cost) continue;
    cost = after;
    exchange(one, other);
  }
  while (moveWhatHelps());
  return held;
}

function checkBothSides(index: ImageIndex, groups: readonly string[], split: Split): void {
  const present = (side: readonly number[]) => new Set(side.map((at) => index.examples[at]!.label));
  const train = present(split.train);
  const validation = present(split.validation);
  for (const [label, members] of byLabel(index).entries()) {
    if (members.length === 0 || (train.has(label) && validation.has(label))) continue;
    const own = new Set(members.map((at) => groups[at]));
    throw new DataError(
      'too-few-groups',
      `the ${counted(members.length, 'image')} of the class ${index.classes[label]} come from ${counted(own.size, 'group')}, so that no split has the class on both sides`,
      'a group is never divided: add images of this class from another source, or check that the groups are read from the right column',
    );
  }
}

function checkFraction(fraction: number): void {
  if (fraction >= 0 && fraction < 1) return;
  throw new DataError(
    'fraction-out-of-range',
    `cannot hold out ${fraction} of the images for validation`,
    'the fraction is at least 0 and less than 1; 0.2 holds out a fifth',
  );
}

function byLabel(index: ImageIndex): number[][] {
  const members = index.classes.map((): number[] => []);
  for (const [at, example] of index.examples.entries()) members[example.label]!.push(at);
  return members;
}

function partition(index: ImageIndex, validation: ReadonlySet<number>): Split {
  const all = index.examples.map((_, at) => at);
  return { train: all.filter((at) => !validation.has(at)), validation: all.filter((at) => validation.has(at)) };
}

/** The classes whose held-out share is farther than `tolerance` from `fraction`, for a warning about balance. */
export function unevenClasses(index: ImageIndex, split: Split, fraction: number, tolerance = 0.05): string {
  const uneven: string[] = [];
  const held = new Set(split.validation);
  for (const [label, members] of byLabel(index).entries()) {
    if (members.length === 0) continue;
    const share = members.filter((at) => held.has(at)).length / members.length;
    if (Math.abs(share - fraction) > tolerance) uneven.push(`${index.classes[label]} (${Math.round(share * 100)}%)`);
  }
  return someOf(uneven);
}
