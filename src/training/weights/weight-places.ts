/** Where a weight map puts the tensors of a foreign file, and what it calls a model's weights there. */
import type { Graph, Node } from '../../compiler/graph.ts';
import { type WeightSpec, weightsOf } from '../../compiler/ops/weights/index.ts';
import type { NameTemplate } from './name-template.ts';
import { COUNTERS, type Layout, pytorchLayout, pytorchName } from './pytorch-layout.ts';
import { indexed, type WeightMap, type WeightRule } from './weight-map.ts';

/** A weight of the model with what the foreign file makes of it. */
export interface WeightPlace {
  readonly spec: WeightSpec;
  readonly layout: Layout;
  /** The tensor's name within its layer in the foreign file; undefined where it is no layer's. */
  readonly suffix: string | undefined;
}

/** What becomes of a tensor of the foreign file. */
export type Placement =
  | { readonly kind: 'weight'; readonly place: WeightPlace }
  | { readonly kind: 'ignored' }
  /** No rule speaks of it. */
  | { readonly kind: 'unnamed' }
  /** A rule leads to where the model has nothing. */
  | { readonly kind: 'astray'; readonly rule: WeightRule; readonly path: string }
  /** Its layer is there, but has no such weight. */
  | { readonly kind: 'superfluous'; readonly layer: string; readonly known: readonly string[] };

export class WeightPlaces {
  readonly all: readonly WeightPlace[];
  readonly #map: WeightMap | undefined;
  /** By indexed path. */
  readonly #weights: ReadonlyMap<string, WeightPlace>;
  readonly #layers: ReadonlyMap<string, { readonly node: Node; readonly weights: readonly WeightPlace[] }>;

  /** Without a map, the foreign file has specc's own names and layouts. */
  constructor(graph: Graph, map: WeightMap | undefined) {
    this.#map = map;
    const layers = graph.nodes
      .filter(({ sharedWith }) => sharedWith === undefined)
      .map((node) => ({ node, weights: weightsOf(graph, node).map((spec) => placeOf(graph, node, spec, map)) }))
      .filter(({ weights }) => weights.length > 0);
    this.all = layers.flatMap(({ weights }) => weights);
    this.#layers = new Map(layers.map((layer) => [indexed(layer.node.path), layer]));
    this.#weights = new Map(this.all.map((place) => [indexed(place.spec.path), place]));
  }

  /** The paths that rules may lead to: layers and weights. */
  get paths(): string[] {
    return [...this.#layers.values()].flatMap(({ node, weights }) => [
      node.path,
      ...weights.map((each) => each.spec.path),
    ]);
  }

  /** Where a tensor of the foreign file goes: one place, or as many as its rule has paths. */
  placementsOf(name: string): readonly Placement[] {
    if (this.#map === undefined) {
      const place = this.#weights.get(indexed(name));
      return [place === undefined ? { kind: 'unnamed' } : { kind: 'weight', place }];
    }
    if (this.#isIgnored(name)) return [{ kind: 'ignored' }];
    const [, layer = undefined, suffix = ''] = /^(.*)[./]([^./]+)$/.exec(name) ?? [];
    const placements: Placement[] = [];
    let fitting: string | undefined;
    for (const rule of this.#map.rules) {
      if (fitting !== undefined && rule.name !== fitting) continue;
      const whole = filled(rule.foreign, name, rule.path);
      const path = whole === undefined && layer ? filled(rule.foreign, layer, rule.path) : undefined;
      if (whole !== undefined) placements.push(this.#tensorAt(whole, rule));
      else if (path !== undefined && path !== '') placements.push(this.#layerAt(path, suffix, rule));
      else continue;
      fitting = rule.name;
    }
    return placements.length > 0 ? placements : [{ kind: 'unnamed' }];
  }

  /** The foreign name of a weight: the first rule's that leads there. Undefined where none does. */
  nameOf({ spec, suffix }: WeightPlace): string | undefined {
    if (this.#map === undefined) return spec.path;
    const layer = spec.path.slice(0, -spec.name.length - 1);
    for (const rule of this.#map.rules) {
      const whole = filled(rule.path, indexed(spec.path), rule.foreign);
      const below = filled(rule.path, indexed(layer), rule.foreign);
      const separator = this.#map.layout === 'pytorch' ? '.' : '/';
      const name = whole ?? (below && suffix !== undefined ? `${below}${separator}${suffix}` : below);
      if (name === undefined) continue;
      // A rule before this one may have taken the name for something else, or another weight have it as well.
      const [back] = this.placementsOf(name) as [Placement];
      if (back.kind === 'weight' && back.place.spec === spec) return name;
    }
    return undefined;
  }

  #tensorAt(path: string, rule: WeightRule): Placement {
    const place = this.#weights.get(path) ?? this.#alone(path);
    return place === undefined ? { kind: 'astray', rule, path: bare(path) } : { kind: 'weight', place };
  }

  /** The tensor of an operation that is nothing but a tensor. */
  #alone(path: string): WeightPlace | undefined {
    const [first, ...others] = this.#layers.get(path)?.weights ?? [];
    return others.length === 0 && first?.suffix === undefined ? first : undefined;
  }

  #layerAt(path: string, suffix: string, rule: WeightRule): Placement {
    const layer = this.#layers.get(path);
    if (layer === undefined) return { kind: 'astray', rule, path: bare(path) };
    const place = layer.weights.find((each) => each.suffix === suffix);
    if (place !== undefined) return { kind: 'weight', place };
    if (this.#map?.layout === 'pytorch' && COUNTERS.includes(suffix)) return { kind: 'ignored' };
    const known = layer.weights.map((each) => each.suffix ?? each.spec.name);
    return { kind: 'superfluous', layer: layer.node.path, known };
  }

  #isIgnored(name: string): boolean {
    const beginnings = [...name.matchAll(/[./]|$/g)].map(({ index }) => name.slice(0, index));
    return this.#map?.ignore.some((each) => beginnings.some((part) => each.match(part) !== undefined)) ?? false;
  }
}

function placeOf(graph: Graph, node: Node, spec: WeightSpec, map: WeightMap | undefined): WeightPlace {
  if (map?.layout === 'pytorch') {
    return { spec, layout: pytorchLayout(graph, node, spec), suffix: pytorchName(spec) };
  }
  const { shape } = spec;
  const layout = { foreign: shape, unfolded: shape, permutation: shape.map((_, axis) => axis), own: shape };
  return { spec, layout, suffix: spec.name };
}

function filled(from: NameTemplate, name: string, to: NameTemplate): string | undefined {
  const bindings = from.match(name);
  return bindings && to.fill(bindings);
}

/** `layer1[0]/Basic[1]` as people write it: `layer1/Basic[1]`. */
function bare(path: string): string {
  return path.replaceAll('[0]', '');
}
