/** The table of weights: one row for all layers whose paths differ in their indices only and whose weights are alike. */
import type { Graph } from '../../graph.ts';
import { type WeightSpec, weightsOf } from '../../ops/weights/index.ts';
import { literalText } from './literal.ts';

interface Row {
  /** The path in parts, indices at the odd places: `[layer, 0, /conv2d]`; a range is `first..last`. */
  readonly parts: readonly string[];
  readonly weights: string;
}

/** The rows as source. */
export function weightRows(graph: Graph): readonly string[] {
  let rows = graph.nodes.flatMap((node): Row[] => {
    const weights = weightsOf(graph, node);
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

/** `{ kernel: [3, 3, 64, 64], bias: [64] }`, and how the kernel starts where it is not as Keras has it. */
function shapesText(weights: readonly WeightSpec[]): string {
  const fields = weights.map(({ name, shape }) => `${name}: ${literalText(shape)}`);
  const kernel = weights.find(({ name }) => name === 'kernel')?.initializer ?? 'glorot_uniform';
  const shapes = `{ ${fields.join(', ')} }`;
  return kernel === 'glorot_uniform' ? shapes : `${shapes}, ${literalText(kernel)}`;
}
