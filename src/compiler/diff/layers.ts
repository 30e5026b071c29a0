/**
 * What layers have in common that have one operation, the same attributes and the same shapes: worked out once for all of
 * them, in both models.
 */
import type { Graph, Node, Shape, ValueId } from '../graph.ts';
import { type WeightRow, weightRowsOf } from '../ops/weights/index.ts';
import type { Interner } from './fingerprint.ts';
import type { Totals } from './model-diff.ts';
import { totalsOf } from './totals.ts';

export interface LayerKind {
  /** The operation with all attributes, as a number; shapes take no part. */
  readonly layer: number;
  readonly weights: readonly WeightRow[];
  /** Whether it has a kernel or a table, and so tells more about a block than an activation or a norm does. */
  readonly weighty: boolean;
  readonly totals: Totals;
}

/** So many layers of one operation are told apart without a text. */
const MOST_COMPARED = 8;

export class LayerKinds {
  /** By the layer, with those of several shapes by the text of these. */
  readonly #known: ({ first: Shaped; others: Map<string, LayerKind> } | undefined)[] = [];

  readonly #firsts = new Map<string, readonly { readonly attributes: object; readonly layer: number }[]>();

  constructor(private readonly interner: Interner) {}

  /** By node. */
  of(graph: Graph): readonly LayerKind[] {
    return graph.nodes.map((node) => this.#kindOf(graph, node));
  }

  /** By comparing with the first few of the operation: to write all attributes down costs more. */
  #layerOf({ op, attributes }: Node): number {
    const first = this.#firsts.get(op) ?? [];
    const known = first.find((each) => isSameRecord(each.attributes, attributes));
    if (known !== undefined) return known.layer;
    const layer = this.interner.number(`${op} ${JSON.stringify(attributes)}`);
    if (first.length < MOST_COMPARED) this.#firsts.set(op, [...first, { attributes, layer }]);
    return layer;
  }

  #kindOf(graph: Graph, node: Node): LayerKind {
    const layer = this.#layerOf(node);
    const known = this.#known[layer];
    if (known === undefined) {
      const kind = kindOf(graph, node, layer);
      this.#known[layer] = { first: { graph, node, kind }, others: new Map() };
      return kind;
    }
    if (isShapedAs(graph, node, known.first)) return known.first.kind;
    const shapes = [...node.inputs, ...node.outputs].map((value) => graph.values[value]!.shape.join());
    // Those that share weights bring none of their own.
    const key = `${node.sharedWith === undefined ? '' : 's'}${node.inputs.length} ${shapes.join(' ')}`;
    const other = known.others.get(key) ?? kindOf(graph, node, layer);
    known.others.set(key, other);
    return other;
  }
}

interface Shaped {
  readonly graph: Graph;
  readonly node: Node;
  readonly kind: LayerKind;
}

function isShapedAs(graph: Graph, node: Node, { graph: model, node: first }: Shaped): boolean {
  const same = (values: readonly ValueId[], firsts: readonly ValueId[]): boolean =>
    values.length === firsts.length &&
    values.every((value, at) => isSameShape(graph.values[value]!.shape, model.values[firsts[at]!]!.shape));
  const sharing = (node.sharedWith === undefined) === (first.sharedWith === undefined);
  return sharing && same(node.inputs, first.inputs) && same(node.outputs, first.outputs);
}

function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, at) => size === b[at]);
}

function kindOf(graph: Graph, node: Node, layer: number): LayerKind {
  const weights = weightRowsOf(graph, node);
  const weighty = weights.some(({ shape }) => shape.length > 1);
  return { layer, weights, weighty, totals: totalsOf(graph, node, weights) };
}

/** Of records and lists as JSON has them, without making anything. */
function isSameRecord(a: object, b: object): boolean {
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  let count = 0;
  for (const name in left) {
    count += 1;
    if (!(name in right) || !isSameValue(left[name], right[name])) return false;
  }
  for (const _ in right) count -= 1;
  return count === 0;
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return Array.isArray(a) === Array.isArray(b) && isSameRecord(a, b);
}
