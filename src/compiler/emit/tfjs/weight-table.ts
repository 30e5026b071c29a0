/** The table of weights: one row for all layers whose paths differ in their indices only and whose weights are alike. */
import type { Graph } from '../../graph.ts';
import { printInitializer } from '../../ops/initializer.ts';
import { ownWeightsOf, type WeightSpec, weightsOf } from '../../ops/weights/index.ts';
import { literalText } from './literal.ts';

interface Row {
  /** The path in parts, indices at the odd places: `[layer, 0, /conv2d]`; a range is `first..last`. */
  readonly parts: readonly string[];
  readonly weights: string;
}

/** The rows as source. */
export function weightRows(graph: Graph): readonly string[] {
  let rows = graph.nodes.flatMap((node): Row[] => {
    const weights = ownWeightsOf(graph, node);
    return weights.length === 0 ? [] : [{ parts: node.path.split(/[[\]]/), weights: shapesText(weights) }];
  });
  const depth = Math.max(0, ...rows.map(({ parts }) => Math.floor(parts.length / 2)));
  for (let level = depth; level >= 1; level -= 1) rows = mergeAt(rows, 2 * level - 1);
  return rows.map(({ parts, weights }) => {
    const path = parts.map((part, at) => (at % 2 === 1 ? `[${part}]` : part)).join('');
    const line = `[${literalText(path)}, ${weights}],`;
    return line.length <= 118 ? line : `[\n    ${literalText(path)},\n    ${weights},\n  ],`;
  });
}

/** Rows of layers that use the weights of another: `'right/conv2d': 'left/conv2d'`. */
export function sharedRows(graph: Graph): readonly string[] {
  return graph.nodes.flatMap((node) => {
    if (node.sharedWith === undefined || weightsOf(graph, node).length === 0) return [];
    return [`${literalText(node.path)}: ${literalText(graph.nodes[node.sharedWith]!.path)},`];
  });
}

/** Joins rows that differ in one index into ranges; a range stands where its first row stood. */
function mergeAt(rows: readonly Row[], place: number): Row[] {
  const merged: Row[] = [];
  const open = new Map<string, number>();
  for (const row of rows) {
    if (row.parts.length <= place || row.parts[place]!.includes('..')) {
      merged.push(row);
      continue;
    }
    const key = JSON.stringify([row.parts.with(place, '*'), row.weights]);
    const at = open.get(key);
    const [first, last] = at === undefined ? [] : (merged[at]!.parts[place]!.split('..') as [string, string?]);
    if (first !== undefined && Number(row.parts[place]) === Number(last ?? first) + 1) {
      merged[at!] = { ...row, parts: row.parts.with(place, `${first}..${row.parts[place]}`) };
    } else {
      open.set(key, merged.length);
      merged.push(row);
    }
  }
  return merged;
}

/** `{ kernel: [3, 3, 64, 64], bias: [64] }`, and how weights start that do not start as those of their name do. */
function shapesText(weights: readonly WeightSpec[]): string {
  const fields = weights.map(({ name, shape }) => `${name}: ${literalText(shape)}`);
  const shapes = `{ ${fields.join(', ')} }`;
  const others = weights
    .map(({ name, initializer }) => [name, printInitializer(initializer)] as const)
    .filter(([name, initializer]) => initializer !== usual(name));
  if (others.length === 0) return shapes;
  if (others.length === 1 && others[0]![0] === 'kernel') return `${shapes}, ${literalText(others[0]![1])}`;
  return `${shapes}, { ${others.map(([name, initializer]) => `${name}: ${literalText(initializer)}`).join(', ')} }`;
}

/** As `weightTable` of the layers has it. */
function usual(name: string): string {
  if (name === 'kernel') return 'glorot_uniform';
  return name === 'gamma' || name === 'moving_variance' ? 'ones' : 'zeros';
}
