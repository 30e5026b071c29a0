/**
 * The plan of an ablation: every variant and seed as a run with an identity of its own.
 *
 * It holds the texts that it was made from, so that runs that start later, on another machine or after the files were
 * edited, are still the runs that were planned.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../data/make-folder.ts';
import { writeDurably } from '../training/durable-file.ts';
import { parseObject } from '../training/parse-json.ts';
import type { SourceText } from '../training/run-folder.ts';
import { TrainingError } from '../training/training-error.ts';

export interface AblationPlan {
  readonly version: 1;
  /** Of the configuration. */
  readonly name: string;
  /** As the specification names it, and what it says of it. */
  readonly ablation: string;
  readonly doc: string;
  readonly model: string;
  /** The configuration's path, and the `--set` arguments that were given with it. */
  readonly config: string;
  readonly overrides: readonly string[];
  readonly sources: readonly SourceText[];
  readonly images: { readonly classes: readonly string[]; readonly train: number; readonly validation: number };
  readonly epochs: number;
  readonly seeds: readonly number[];
  /** Null: every run starts from seeded weights. */
  readonly warmStart: WarmStart | null;
  /** The base first. */
  readonly variants: readonly PlannedVariant[];
}

/** Where runs take the weights from that they share with it by path and shape. */
export type WarmStart = { readonly kind: 'base' } | { readonly kind: 'run'; readonly path: string };

export interface PlannedVariant {
  readonly name: string;
  readonly slug: string;
  readonly isBase: boolean;
  /** Each of what it changes, in words. */
  readonly changes: readonly string[];
  /** Trainable numbers, and multiply-accumulates of one image; null where `problem` says why there is no network. */
  readonly parameters: number | null;
  readonly macs: number | null;
  readonly problem: string | null;
  /** One a seed, in the order of `seeds`; none where there is no network. */
  readonly runs: readonly PlannedRun[];
}

export interface PlannedRun {
  readonly id: string;
  readonly variant: string;
  readonly seed: number;
  /** All `--set` arguments that make the run's experiment of the plan's sources. */
  readonly overrides: readonly string[];
}

/** Seed by seed, the base first, so that comparisons are there early. */
export function runsInOrder({ variants, seeds }: AblationPlan): PlannedRun[] {
  return seeds.flatMap((_, at) => variants.flatMap(({ runs }) => runs[at] ?? []));
}

export function variantOf({ variants }: AblationPlan, run: PlannedRun): PlannedVariant {
  return variants.find(({ name }) => name === run.variant)!;
}

/** The base's run of the same seed; undefined for the base itself. */
export function baseRunOf({ variants }: AblationPlan, { variant, seed }: PlannedRun): PlannedRun | undefined {
  const base = variants.find(({ isBase }) => isBase);
  return base === undefined || base.name === variant ? undefined : base.runs.find((run) => run.seed === seed);
}

/** `conv-drdb-seed2-3f2a…`: the folder that the run has, or would get. Its end alone identifies it. */
export function runFolderOf(folder: string, plan: AblationPlan, run: PlannedRun): string {
  const found = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith(`-${run.id}`)) : undefined;
  return join(folder, found ?? folderName(variantOf(plan, run).slug, run.seed, run.id));
}

/** The folders of all runs by their identities, with the ablation's folder read once. */
export function runFolders(folder: string, plan: AblationPlan): ReadonlyMap<string, string> {
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const found = new Map(there.map((name) => [name.slice(name.lastIndexOf('-') + 1), name]));
  return new Map(
    plan.variants.flatMap(({ slug, runs }) =>
      runs.map(({ id, seed }) => [id, join(folder, found.get(id) ?? folderName(slug, seed, id))] as const),
    ),
  );
}

function folderName(slug: string, seed: number, id: string): string {
  return `${slug}-seed${seed}-${id}`;
}

export function claimsFolder(folder: string): string {
  return join(folder, 'claims');
}

/** Keeps the plan as the latest of its folder, and under its own name for what starts later; returns that path. */
export function savePlan(folder: string, plan: AblationPlan): string {
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  const kept = join(folder, 'plans', `${createHash('sha256').update(text).digest('hex').slice(0, 12)}.json`);
  makeFolder(join(folder, 'plans'));
  if (!existsSync(kept)) writeDurably(kept, text);
  writeDurably(latestPlanPath(folder), text);
  return kept;
}

/** @throws TrainingError if it is none */
export function readPlan(path: string): AblationPlan {
  const plan = parseObject<AblationPlan>(readFileSync(path, 'utf8'));
  if (plan !== undefined && isWhole(plan)) return plan;
  throw new TrainingError(
    `'${path}' is damaged, or not the plan of an ablation of this version`,
    'call `specc ablate CONFIG` without --status and --collect: it plans anew, and keeps what was trained',
  );
}

function isWhole(plan: Partial<AblationPlan>): plan is AblationPlan {
  const { version, variants, seeds, sources, images, overrides } = plan;
  if (version !== 1 || ![variants, seeds, sources, overrides, images?.classes].every(Array.isArray)) return false;
  const runsAreWhole = (runs: readonly Partial<PlannedRun>[] | undefined): boolean =>
    Array.isArray(runs) && runs.every((run) => typeof run?.id === 'string' && Array.isArray(run.overrides));
  return variants!.every(
    (variant: Partial<PlannedVariant> | null) =>
      typeof variant?.name === 'string' &&
      typeof variant.slug === 'string' &&
      Array.isArray(variant.changes) &&
      runsAreWhole(variant.runs),
  );
}

export function latestPlanPath(folder: string): string {
  return join(folder, 'ablation.json');
}

/** The ablations' folder, beside the runs of the same name. */
export function ablationFolder(output: string, name: string): string {
  return join(output, `${name}.ablation`);
}
