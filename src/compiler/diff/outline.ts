/** The hierarchy of a graph, for going through it from the model down: what each scope holds, in order. */
import type { Graph, NodeId, ScopeId } from '../graph.ts';
import type { LayerKind, LayerKinds } from './layers.ts';

/** What stands right in a scope: a node by its id, or a scope by the complement of its id (`~id`, which is negative). */
export type Part = number;

export interface Outline {
  readonly graph: Graph;
  /** By scope: what stands right in it, in the order in which it first computes something. */
  readonly parts: readonly (readonly Part[])[];
  /** By scope: all nodes in it and in its scopes, in topological order. */
  readonly members: readonly (readonly NodeId[])[];
  /** By scope: how many scopes are around it. */
  readonly depths: readonly number[];
  /** By node: what it has in common with others of its kind. */
  readonly kinds: readonly LayerKind[];
}

export function outlineOf(graph: Graph, kinds: LayerKinds): Outline {
  const parts: Part[][] = graph.scopes.map(() => []);
  const members: NodeId[][] = graph.scopes.map(() => []);
  const depths: number[] = graph.scopes.map(({ parent }) => (parent === undefined ? 0 : -1));
  const depthOf = (scope: ScopeId): number => {
    if (depths[scope]! < 0) depths[scope] = depthOf(graph.scopes[scope]!.parent!) + 1;
    return depths[scope]!;
  };
  for (const { id } of graph.scopes) depthOf(id);
  const placed = graph.scopes.map(({ parent }) => parent === undefined);
  for (const node of graph.nodes) {
    parts[node.scope]!.push(node.id);
    for (let scope: ScopeId | undefined = node.scope; scope !== undefined; scope = graph.scopes[scope]!.parent) {
      members[scope]!.push(node.id);
      if (placed[scope]) continue;
      placed[scope] = true;
      // The node came first: a scope around it has nothing before it.
      const around = parts[graph.scopes[scope]!.parent!]!;
      around.push(~scope);
    }
  }
  return { graph, parts, members, depths, kinds: kinds.of(graph) };
}

export function isScope(part: Part): boolean {
  return part < 0;
}

/** `conv2d[1]` → `conv2d` */
export function baseName(name: string): string {
  return name.endsWith(']') ? name.slice(0, name.lastIndexOf('[')) : name;
}
