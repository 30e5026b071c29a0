/** Takes the tensors of a foreign file into a model's paths and layouts, and back. */
import type { Graph } from '../../compiler/graph.ts';
import type { NamedTensor, NamedTensors } from '../../engines/engine.ts';
import { toForeign, toOwn } from './pytorch-layout.ts';
import type { WeightMap } from './weight-map.ts';
import { type Placement, type WeightPlace, WeightPlaces } from './weight-places.ts';

/** What of a foreign file became the model's, and what did not. */
export interface Conversion {
  /** By path, in the model's order. */
  readonly weights: NamedTensors;
  readonly places: WeightPlaces;
  /** Names that the map says to ignore, and counters. */
  readonly ignored: readonly string[];
  /** Weights that no tensor was found for. */
  readonly missing: readonly WeightPlace[];
  /** Tensors that stay behind, with the reason. */
  readonly left: readonly LeftTensor[];
}

export interface LeftTensor {
  readonly name: string;
  readonly tensor: NamedTensor;
  readonly reason:
    | Exclude<Placement, { readonly kind: 'weight' | 'ignored' }>
    | { readonly kind: 'shape'; readonly place: WeightPlace }
    /** NaN, or beyond float32, at this index of the foreign tensor. */
    | {
        readonly kind: 'number';
        readonly place: WeightPlace;
        readonly value: number;
        readonly index: readonly number[];
      }
    /** Another tensor, the first one, became the same weight. */
    | { readonly kind: 'twice'; readonly place: WeightPlace; readonly first: string };
}

export function fromForeign(graph: Graph, tensors: NamedTensors, map: WeightMap | undefined): Conversion {
  const places = new WeightPlaces(graph, map);
  const found = new Map<WeightPlace, { readonly name: string; readonly tensor: NamedTensor }>();
  const misfits = new Set<WeightPlace>();
  const ignored: string[] = [];
  const left: LeftTensor[] = [];
  const take = (name: string, tensor: NamedTensor, place: WeightPlace): void => {
    const own = toOwn(tensor, place.layout);
    const first = found.get(place)?.name;
    const wrong = tensor.data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      misfits.add(place);
      const index = indexOf(wrong, tensor.shape);
      left.push({ name, tensor, reason: { kind: 'number', place, value: tensor.data[wrong]!, index } });
    } else if (first !== undefined) left.push({ name, tensor, reason: { kind: 'twice', place, first } });
    else if (own !== undefined) found.set(place, { name, tensor: own });
    else {
      misfits.add(place);
      left.push({ name, tensor, reason: { kind: 'shape', place } });
    }
  };
  for (const [name, tensor] of tensors) {
    for (const placement of places.placementsOf(name)) {
      if (placement.kind === 'ignored') ignored.push(name);
      else if (placement.kind === 'weight') take(name, tensor, placement.place);
      else left.push({ name, tensor, reason: placement });
    }
  }
  const weights = new Map(
    places.all.flatMap((place): [string, NamedTensor][] => {
      const tensor = found.get(place)?.tensor;
      return tensor === undefined ? [] : [[place.spec.path, tensor]];
    }),
  );
  const missing = places.all.filter((place) => !found.has(place) && !misfits.has(place));
  return { weights, places, ignored, missing, left };
}

/** Where the number at this offset of a row-major tensor is. */
function indexOf(offset: number, shape: readonly number[]): number[] {
  let rest = offset;
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** The model's weights under the names and in the layouts of the foreign file; `unnamed` are those without a name. */
export function intoForeign(
  graph: Graph,
  weights: NamedTensors,
  map: WeightMap,
): { readonly tensors: NamedTensors; readonly unnamed: readonly string[] } {
  const places = new WeightPlaces(graph, map);
  const tensors = new Map<string, NamedTensor>();
  const unnamed: string[] = [];
  for (const place of places.all) {
    const name = places.nameOf(place);
    if (name === undefined) unnamed.push(place.spec.path);
    else tensors.set(name, toForeign(weights.get(place.spec.path)!, place.layout));
  }
  return { tensors, unnamed };
}
