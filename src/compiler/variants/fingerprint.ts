/** A text that two graphs have in common exactly when they compute the same with weights of the same shapes. */
import { hashSeed } from '../../shared/random.ts';
import type { Graph, Node, NodeId, ValueId } from '../graph.ts';

const COMMUTATIVE: ReadonlySet<string> = new Set(['add', 'mul', 'maximum', 'minimum']);

/**
 * Paths, spans and blocks do not count, nor does the order in which independent operations stand; attributes do, how
 * weights start among them, and which operations share weights.
 */
export function fingerprint(graph: Graph): string {
  const known = fingerprints.get(graph) ?? fingerprintOf(graph);
  fingerprints.set(graph, known);
  return known;
}

const fingerprints = new WeakMap<Graph, string>();

function fingerprintOf(graph: Graph): string {
  const contents = contentsOf(graph);
  const numbers = new Map<NodeId, number>();
  const lines: string[] = [];
  /** The first that was seen of those with the same weights, by the owner of these. */
  const sharing = new Map<NodeId, number>();
  const name = (value: ValueId): string => {
    const { node, output } = graph.values[value]!;
    return `${numbers.get(node)}.${output}`;
  };
  const visit = (last: NodeId): void => {
    const open = [last];
    while (open.length > 0) {
      const id = open.at(-1)!;
      const node = graph.nodes[id]!;
      const inputs = orderedInputs(node, contents, graph);
      const next = inputs.map((each) => graph.values[each]!.node).find((each) => !numbers.has(each));
      if (next !== undefined) {
        open.push(next);
        continue;
      }
      open.pop();
      if (numbers.has(id)) continue;
      numbers.set(id, numbers.size);
      const owner = node.sharedWith ?? id;
      const shared = sharing.get(owner);
      if (shared === undefined) sharing.set(owner, numbers.get(id)!);
      const weights = shared === undefined ? '' : ` as ${shared}`;
      lines.push(`${ownText(graph, node)}(${inputs.map(name).join(' ')})${weights}`);
    }
  };
  for (const each of graph.outputs) visit(graph.values[each.value]!.node);
  const outputs = graph.outputs.map((each) => name(each.value)).join(' ');
  return hash(`${lines.join('\n')}\n${outputs}`);
}

function ownText(graph: Graph, node: Node): string {
  const shapes = node.outputs.map((value) => graph.values[value]!.shape.join('×')).join(' ');
  const place = node.op === 'input' ? graph.inputs.findIndex(({ value }) => value === node.outputs[0]) : '';
  return `${node.op}${place}${sortedJson(node.attributes)}[${shapes}]`;
}

/** What each node computes, without telling apart equal operations on equal inputs: an order for those that commute. */
function contentsOf(graph: Graph): readonly string[] {
  const contents: string[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((value) => {
      const { node: producer, output } = graph.values[value]!;
      return `${contents[producer]}.${output}`;
    });
    if (COMMUTATIVE.has(node.op)) inputs.sort();
    contents.push(hash(`${ownText(graph, node)}(${inputs.join(' ')})`));
  }
  return contents;
}

function orderedInputs(node: Node, contents: readonly string[], graph: Graph): readonly ValueId[] {
  if (!COMMUTATIVE.has(node.op)) return node.inputs;
  const key = (value: ValueId): string => `${contents[graph.values[value]!.node]}.${graph.values[value]!.output}`;
  return [...node.inputs].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** JSON with the fields of records in the order of their names. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** 128 bits: enough to tell graphs apart, and no secret. */
function hash(text: string): string {
  return hashSeed(text)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
}
