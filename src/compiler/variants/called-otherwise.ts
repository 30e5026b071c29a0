/**
 * Uses that a pattern misses because it goes by names: all that is called `relu` is not all that is a ReLU, such as
 * `act = x |> relu`. Whoever wants only those of the name says so with any index, `relu[*]`.
 */
import type { PathPattern } from '../../dsl/ast-ablation.ts';
import type { Place } from '../evaluate/recorder.ts';
import { isGlob, matchPlaces, withoutIndex } from './match.ts';
import type { Unedited } from './plan.ts';

/** Their paths, each once, in the order of the model. */
export function calledOtherwise(pattern: PathPattern, { graph, places }: Unedited): readonly string[] {
  const { name, index } = pattern.segments.at(-1)!;
  if (!isGlob(pattern) || name.includes('*') || index !== undefined) return [];
  const kindOf = ({ at }: Place): string | undefined =>
    at.kind === 'scope' ? graph.scopes[at.scope]!.block?.name : graph.nodes[at.node]!.op;
  const others = places.filter(
    (place) => kindOf(place) === name && withoutIndex(place.path.split('/').at(-1)!) !== name,
  );
  const asNamed = others.map(({ path }) => ({ path: path.replace(/[^/]*$/, name), own: path }));
  return [...new Set(matchPlaces(pattern, asNamed).map(({ own }) => own))];
}
