import type { Graph, ValueId } from './graph.ts';

const known = new WeakMap<Graph, ReadonlySet<ValueId>>();

/** The values that are the same for every example: weights, constants, and what is made of these alone. */
export function batchlessValues(graph: Graph): ReadonlySet<ValueId> {
  let values = known.get(graph);
  if (values === undefined) {
    const found = new Set<ValueId>();
    for (const { op, inputs, outputs } of graph.nodes) {
      if (op !== 'input' && inputs.every((input) => found.has(input))) for (const output of outputs) found.add(output);
    }
    values = found;
    known.set(graph, values);
  }
  return values;
}
