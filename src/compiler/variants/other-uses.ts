/** Where else an edit belongs that reaches only some of the uses of a shared layer. */
import type { Place } from '../evaluate/recorder.ts';
import type { Node } from '../graph.ts';
import type { Edit } from './ablation.ts';
import { matchPlaces } from './match.ts';
import type { Unedited } from './plan.ts';

/** The paths that correspond, in the other uses of what is shared, to the places of the edit, without those places. */
export function otherUses({ pattern }: Edit, { graph, places }: Unedited): readonly string[] {
  const edited = matchPlaces(pattern, places);
  const uses = new Map<number, Node[]>();
  for (const node of graph.nodes) {
    const first = node.sharedWith ?? node.id;
    const same = uses.get(first);
    if (same === undefined) uses.set(first, [node]);
    else same.push(node);
  }
  const found = edited.flatMap((place) => {
    const node = graph.nodes.find((each) => isWithin(each, place) && uses.get(each.sharedWith ?? each.id)!.length > 1);
    if (node === undefined) return [];
    const inside = node.path.slice(place.path.length);
    return uses
      .get(node.sharedWith ?? node.id)!
      .filter(({ path }) => path.endsWith(inside))
      .map(({ path }) => path.slice(0, path.length - inside.length));
  });
  return [...new Set(found)].filter((path) => edited.every((place) => place.path !== path));
}

function isWithin({ id, path }: Node, { at, path: place }: Place): boolean {
  return at.kind === 'node' ? id === at.node : path === place || path.startsWith(`${place}/`);
}
