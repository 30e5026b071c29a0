/**
 * Uses that a pattern misses because it goes by names: all that is called `relu` is not all that is a ReLU, such as
 * `act = x |> relu`. Whoever wants only those of the name says so with any index, `relu[*]`.
 */
import type { PathPattern } from '../../dsl/ast-ablation.ts';
import type { Place } from '../evaluate/recorder.ts';
import { isGlob, matchPlaces } from './match.ts';
import type { Unedited } from './plan.ts';

/** Their paths, each once, in the order of the model. */
export function calledOtherwise(pattern: PathPattern, { graph, places }: Unedited): readonly string[] {
  const { name, index } = pattern.segments.at(-1)!;
  if (!isGlob(pattern) || name.includes('*') || index !== undefined) return [];
  const known = new Set(matchPlaces(pattern, places).map(({ path }) => path));
  const kindOf = ({ at }: Place): string | undefined =>
    at.kind === 'scope' ? graph.scopes[at.scope]!.block?.name : graph.nodes[at.node]!.op;
  const others = places.filter((place) => kindOf(place) === name && !known.has(place.path));
  const asNamed = others.map(({ path }) => ({ path: path.replace(/[^/]*$/, name), own: path }));
  return [...new Set(matchPlaces(pattern, asNamed).map(({ own }) => own))];
}
