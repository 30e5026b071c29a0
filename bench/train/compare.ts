/**
 * The same training in several engines, in turns. Every engine is a process of its own that trains the same model from
 * the same weights on the same batches. In each round each of them takes some steps while the others are stopped, so that
 * what else the machine does meets all alike.
 */
import type { EngineProcess } from './engine-process.ts';
import type { Started } from './engine-worker.ts';
import { compareLosses, median, type Steps } from './measured.ts';
import { say } from './options.ts';
import { pytorchSteps, startPyTorch } from './pytorch-engine.ts';
import { inTurns, processOf, speedRatio } from './turns.ts';
import { graphOf, REMOVABLE, type Removable, type Workload } from './workload.ts';

export const ENGINES = ['native', 'pytorch', 'tfjs-cpu', 'native-webgpu', 'tfjs-webgpu', 'tfjs-gpu'] as const;
type EngineKind = (typeof ENGINES)[number];

export interface BenchEngine {
  readonly kind: EngineKind;
  /** Of the native engine alone. */
  readonly without: readonly Removable[];
  /** `native`, or `native-without:masks+affine`. */
  readonly name: string;
}

export const WITHOUT = 'native-without:';

export function nativeWithout(without: readonly Removable[]): BenchEngine {
  return { kind: 'native', without, name: without.length === 0 ? 'native' : WITHOUT + without.join('+') };
}

/** Undefined for a text that names no engine. */
export function engineOf(text: string): BenchEngine | undefined {
  const kind = ENGINES.find((each) => each === text);
  if (kind !== undefined) return { kind, without: [], name: kind };
  const without = leftOutBy(text, REMOVABLE);
  return without && nativeWithout(without);
}

/** What `native-without:masks+affine` leaves out; undefined for a text of another form, or with a part that is unknown. */
export function leftOutBy(text: string, removable: readonly Removable[]): readonly Removable[] | undefined {
  if (!text.startsWith(WITHOUT)) return undefined;
  const names = text.slice(WITHOUT.length).split('+');
  const without = names.flatMap((name) => removable.find((each) => each === name) ?? []);
  return without.length === names.length ? without : undefined;
}

export interface Runner {
  readonly engine: BenchEngine;
  readonly process: EngineProcess;
  readonly device: string;
  readonly losses: number[];
  /** By round. */
  readonly milliseconds: number[][];
  peakMemoryMB: number;
  readonly steps: (first: number, count: number) => Promise<Steps>;
}

export interface Turns {
  readonly rounds: number;
  /** In each round. */
  readonly steps: number;
}

/** Steps before the measured ones. */
const WARM_UP = 2;

/** The TensorFlow.js cpu backend takes minutes for a step: one is all that it is asked for. */
export function isSlow({ kind }: BenchEngine): boolean {
  return kind === 'tfjs-cpu';
}

/** What each engine that is here took; throws when their first losses differ. */
export async function compare(
  workload: Workload,
  engines: readonly BenchEngine[],
  { rounds, steps }: Turns,
): Promise<readonly Runner[]> {
  const runners: Runner[] = [];
  try {
    for (const engine of engines) {
      const runner = await start(engine, workload);
      if (runner) runners.push(runner);
    }
    await warmUp(runners);
    for (let round = 0; round < rounds; round++) {
      for (const runner of inTurns(runners, round)) if (!isSlow(runner.engine)) await take(runner, steps, true);
    }
    return runners;
  } finally {
    for (const { process } of runners) process.close();
  }
}

/** Undefined, and told, when the engine is not here. */
async function start(engine: BenchEngine, workload: Workload): Promise<Runner | undefined> {
  const { kind, name, without } = engine;
  const graph = graphOf(workload);
  const process = processOf(name, kind === 'pytorch', workload.threads);
  if (process === undefined) return undefined;
  try {
    const own = { ...workload, without: [...(workload.without ?? []), ...without] };
    const started =
      kind === 'pytorch'
        ? await startPyTorch(process, workload)
        : await process.request<Started>({ kind: 'start', engine: kind, workload: own });
    if (started.missing !== undefined) {
      say(`SKIPPED ${name}: ${started.missing}`);
      process.close();
      return undefined;
    }
    const steps = (first: number, count: number): Promise<Steps> =>
      kind === 'pytorch'
        ? pytorchSteps(process, graph, first, count)
        : process.request({ kind: 'steps', first, count });
    return { engine, process, device: started.device, losses: [], milliseconds: [], peakMemoryMB: 0, steps };
  } catch (error) {
    process.close();
    throw error;
  }
}

/** The first steps, not measured but for the engines that take no others; the first losses have to agree. */
async function warmUp(runners: readonly Runner[]): Promise<void> {
  for (const runner of runners) {
    const slow = isSlow(runner.engine);
    if (slow) say(`${runner.engine.name}: a single step, which takes minutes for all but small images`);
    await take(runner, slow ? 1 : WARM_UP, slow);
  }
  for (const { engine, losses } of runners) {
    const reference = referenceOf(runners);
    const difference = compareLosses(losses.slice(0, 1), reference.losses);
    if (difference < 1e-4) continue;
    const found = `${losses[0]} after the first step, and ${reference.engine.name} has ${reference.losses[0]}`;
    throw new Error(`${engine.name} computes something else, a comparison would be worthless: its loss is ${found}`);
  }
}

async function take(runner: Runner, count: number, measured: boolean): Promise<void> {
  const { losses, milliseconds, peakMemoryMB } = await runner.steps(runner.losses.length + 1, count);
  runner.losses.push(...losses);
  if (measured) runner.milliseconds.push([...milliseconds]);
  runner.peakMemoryMB = peakMemoryMB;
}

/** PyTorch where it is here. */
export function referenceOf(runners: readonly Runner[]): Runner {
  return runners.find(({ engine }) => engine.kind === 'pytorch') ?? runners[0]!;
}

/** How many times as fast one is as another; one that takes a single step has no rounds to compare. */
export function speedOf({ engine, milliseconds }: Runner, reference: Runner): string {
  if (!isSlow(engine)) return speedRatio(milliseconds, reference.milliseconds);
  return (median(reference.milliseconds.map(median)) / median(milliseconds.flat())).toPrecision(2);
}
