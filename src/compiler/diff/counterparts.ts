/**
 * What corresponds to what in two models, by path, for pictures of both: which paths are one thing, and how deep each block
 * counts as being, so that two blocks that are the same are open or closed together.
 */
import type { Graph, ScopeId } from '../graph.ts';
import type { Matched } from './match.ts';
import { type Matching, NONE } from './matching.ts';
import type { Outline } from './outline.ts';

export interface Counterparts {
  /** By path of the old model that of the same layer or block in the new one; undefined where there is none. */
  readonly paths: ReadonlyMap<string, string | undefined>;
  /** By path of a block its level in its own model; the blocks right in the model have 1. */
  readonly levels: { readonly old: ReadonlyMap<string, number>; readonly new: ReadonlyMap<string, number> };
}

/**
 * A block that was put around layers, or taken away from them, is no level of its own: what is in it is as deep as without
 * it. The same block in two places is as deep as in the outer one.
 */
export function counterpartsOf({ matching, old, new: next }: Matched): Counterparts {
  const paths = new Map<string, string | undefined>();
  const note = (path: string, mate: string | undefined): void => {
    if (paths.get(path) === undefined) paths.set(path, mate);
  };
  for (const { id, path } of old.graph.scopes) note(path, pathOf(next.graph.scopes, matching.scopes.toNew[id]!));
  for (const { id, path } of old.graph.nodes) note(path, pathOf(next.graph.nodes, matching.nodes.toNew[id]!));
  const own = {
    old: ownLevels(old, isAround(old, matching.scopes.toNew, matching.nodes.toNew)),
    new: ownLevels(next, isAround(next, matching.scopes.toOld, matching.nodes.toOld)),
  };
  const levels = (graph: Graph, mine: readonly number[], theirs: readonly number[], mates: Int32Array) =>
    new Map(
      [...graph.scopes].reverse().map(({ id, path }): [string, number] => {
        const mate = mates[id]!;
        return [path, mate === NONE ? mine[id]! : Math.min(mine[id]!, theirs[mate]!)];
      }),
    );
  return {
    paths,
    levels: {
      old: levels(old.graph, own.old, own.new, matching.scopes.toNew),
      new: levels(next.graph, own.new, own.old, matching.scopes.toOld),
    },
  };
}

function pathOf(all: readonly { readonly path: string }[], id: number): string | undefined {
  return id === NONE ? undefined : all[id]!.path;
}

type Mates = Matching['nodes']['toNew'];

/** Whether only one of the models has a block, and both have something that is in it. */
function isAround({ members }: Outline, scopes: Mates, nodes: Mates): (scope: ScopeId) => boolean {
  return (scope) => scopes[scope] === NONE && members[scope]!.some((node) => nodes[node] !== NONE);
}

function ownLevels({ graph }: Outline, isNoLevel: (scope: ScopeId) => boolean): readonly number[] {
  const levels: (number | undefined)[] = graph.scopes.map(() => undefined);
  const levelOf = (scope: ScopeId): number => {
    const { parent, path } = graph.scopes[scope]!;
    if (parent === undefined) return 0;
    // A picture shows a block that is all of another as one with it.
    const isSame = path === graph.scopes[parent]!.path || isNoLevel(scope);
    levels[scope] ??= levelOf(parent) + (isSame ? 0 : 1);
    return levels[scope];
  };
  return graph.scopes.map(({ id }) => levelOf(id));
}
