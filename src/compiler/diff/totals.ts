/** Sums over layers. */
import { elementCount } from '../../shared/element-count.ts';
import { type Graph, type Node, type NodeId, shapeOf } from '../graph.ts';
import { macsOf } from '../ops/cost/index.ts';
import { type WeightRow, weightRowsOf } from '../ops/weights/index.ts';
import type { Totals } from './model-diff.ts';

const BYTES = 4;

export const NOTHING: Totals = { layers: 0, parameters: 0, macs: 0, memory: 0 };

/** By node. */
export function layerTotals(graph: Graph): readonly Totals[] {
  return graph.nodes.map((node) => totalsOf(graph, node, weightRowsOf(graph, node)));
}

/**
 * Inputs of the model are no layers, and take memory as `specc summary` counts it.
 *
 * @param weights those that the node uses
 */
export function totalsOf(graph: Graph, node: Node, weights: readonly WeightRow[]): Totals {
  const own = node.sharedWith === undefined ? weights : [];
  return {
    layers: node.op === 'input' ? 0 : 1,
    parameters: own.filter(({ trainable }) => trainable).reduce((sum, { shape }) => sum + elementCount(shape), 0),
    macs: macsOf(graph, node),
    memory: BYTES * node.outputs.reduce((sum, value) => sum + elementCount(shapeOf(graph, value)), 0),
  };
}

export function sumOf(totals: readonly Totals[], nodes: Iterable<NodeId>): Totals {
  let { layers, parameters, macs, memory } = NOTHING;
  for (const node of nodes) {
    const each = totals[node]!;
    layers += each.layers;
    parameters += each.parameters;
    macs += each.macs;
    memory += each.memory;
  }
  return { layers, parameters, macs, memory };
}
