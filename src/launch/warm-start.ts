/** Warm starts: what a network shares with trained weights, by path and shape, starts from them; the rest is seeded. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../compiler/graph.ts';
import { allWeights } from '../compiler/ops/weights/index.ts';
import type { NamedTensors } from '../engines/engine.ts';
import { initialWeights } from '../engines/initialize.ts';
import { writeDurably } from '../training/durable-file.ts';
import { parseObject } from '../training/parse-json.ts';

/** What a run started from; its lists hold the paths of weights. */
export interface WarmStartAccount {
  readonly from: string;
  readonly loaded: readonly string[];
  /** Seeded: the trained weights have no such path, or another shape there. */
  readonly reset: readonly string[];
}

export function warmWeights(
  graph: Graph,
  seed: number,
  trained: NamedTensors,
  from: string,
): { readonly weights: NamedTensors; readonly account: WarmStartAccount } {
  const fits = ({ path, shape }: { readonly path: string; readonly shape: readonly number[] }): boolean =>
    trained.get(path)?.shape.join() === shape.join();
  const all = allWeights(graph);
  const loaded = all.filter(fits).map(({ path }) => path);
  const shared = loaded.map((path) => [path, trained.get(path)!] as const);
  return {
    weights: new Map([...initialWeights(graph, seed), ...shared]),
    account: { from, loaded, reset: all.filter((each) => !fits(each)).map(({ path }) => path) },
  };
}

export function recordWarmStart(folder: string, account: WarmStartAccount): void {
  writeDurably(join(folder, 'warm-start.json'), `${JSON.stringify(account, null, 2)}\n`);
}

/** Undefined, too, of one that is damaged: the report then does not say what the run started from. */
export function readWarmStart(folder: string): WarmStartAccount | undefined {
  const path = join(folder, 'warm-start.json');
  return existsSync(path) ? (parseObject<WarmStartAccount>(readFileSync(path, 'utf8')) as WarmStartAccount) : undefined;
}

/** `52 of 58 weights are those of the base; reset: csab/conv2d/kernel, …` */
export function warmStartText({ from, loaded, reset }: WarmStartAccount): string {
  const told = reset.slice(0, TOLD).join(', ') + (reset.length > TOLD ? ` and ${reset.length - TOLD} more` : '');
  const rest = reset.length === 0 ? '' : `; reset: ${told}`;
  return `${loaded.length} of ${loaded.length + reset.length} weights are those of ${from}${rest}`;
}

const TOLD = 6;
