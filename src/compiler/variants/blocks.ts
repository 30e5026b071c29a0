/** Which blocks of a model path patterns mean that are no part of a specification: those that say what is recomputed. */
import type { Graph } from '../graph.ts';
import { matchPlaces, nearPaths, segmentsOf } from './match.ts';

export interface MatchedBlocks {
  /** Of the uses of blocks, each once, in the order of the model. */
  readonly paths: readonly string[];
  readonly unmatched: readonly UnmatchedPattern[];
}

export interface UnmatchedPattern {
  readonly pattern: string;
  /** A layer or a group of them that the pattern matches, although it is no block. */
  readonly other: string | undefined;
  /** Blocks that may have been meant. */
  readonly near: readonly string[];
}

/** `patterns` are well-formed, as `PATH_PATTERN` says. */
export function matchBlocks({ scopes, nodes }: Graph, patterns: readonly string[]): MatchedBlocks {
  const blocks = scopes.filter(({ id, block }) => id !== 0 && block !== undefined);
  const places = [...scopes.slice(1), ...nodes];
  const found = new Set<string>();
  const unmatched: UnmatchedPattern[] = [];
  for (const pattern of patterns) {
    const read = { segments: segmentsOf(pattern) };
    const matched = matchPlaces(read, blocks);
    for (const { path } of matched) found.add(path);
    if (matched.length > 0) continue;
    const [other] = matchPlaces(read, places);
    unmatched.push({ pattern, other: other?.path, near: other === undefined ? nearPaths(read, blocks) : [] });
  }
  return { paths: [...new Set(blocks.map(({ path }) => path))].filter((path) => found.has(path)), unmatched };
}
