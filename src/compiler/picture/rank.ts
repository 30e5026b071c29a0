/**
 * Rows and columns for the boxes of one block, by a layered layout (dagre). Only who stands in which row, and where
 * along it, is taken from the library; heights follow in place.ts, because rows of different heights need lanes through
 * them for the edges that pass by.
 */
import dagre from '@dagrejs/dagre';

export interface RankedNode {
  readonly width: number;
  /** The first row, the last, or wherever it fits. */
  readonly pinned: 'first' | 'last' | undefined;
}

/** A place along a row. */
export interface Spot {
  readonly row: number;
  readonly x: number;
}

export interface Ranked {
  readonly rows: number;
  readonly width: number;
  /** For each node: its row, and the middle of it along the row. */
  readonly places: readonly Spot[];
  /** For each edge: where it passes through each row between its ends. */
  readonly lanes: readonly (readonly Spot[])[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const BETWEEN_NODES = 26;
const BETWEEN_EDGES = 18;
const TOP = 'top';
const BOTTOM = 'bottom';
/** How much more a pin weighs than an edge. */
const PIN = 100;

/** `edges` are pairs of indices into `nodes`. */
export function rank(nodes: readonly RankedNode[], edges: readonly (readonly [from: number, to: number])[]): Ranked {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'TB',
    nodesep: BETWEEN_NODES,
    edgesep: BETWEEN_EDGES,
    ranksep: 40,
    marginx: 0,
    marginy: 0,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [at, { width }] of nodes.entries()) graph.setNode(String(at), { width, height: 20 });
  for (const [at, [from, to]] of edges.entries()) graph.setEdge(String(from), String(to), { weight: 1 }, String(at));
  pin(graph, nodes, edges, 'first');
  pin(graph, nodes, edges, 'last');
  dagre.layout(graph);

  const placed = nodes.map((_, at): Point => graph.node(String(at)));
  const heights = placed.map(({ y }) => Math.round(y));
  const rowOf = new Map([...new Set(heights)].sort((a, b) => a - b).map((y, row) => [y, row]));
  const middles = placed.map(({ x }) => x);
  const lanes = edges.map(([from, to], at): Spot[] => {
    const { points }: { points: readonly Point[] } = graph.edge({ v: String(from), w: String(to), name: String(at) });
    const [first, last] = [rowOf.get(heights[from]!)!, rowOf.get(heights[to]!)!];
    return points.slice(1, -1).flatMap(({ x, y }) => {
      const row = rowOf.get(Math.round(y));
      return row === undefined || row <= first || row >= last ? [] : [{ row, x }];
    });
  });
  const left = Math.min(
    ...nodes.map(({ width }, at) => middles[at]! - width / 2),
    ...lanes.flat().map(({ x }) => x - 8),
  );
  const right = Math.max(
    ...nodes.map(({ width }, at) => middles[at]! + width / 2),
    ...lanes.flat().map(({ x }) => x + 8),
  );
  return {
    rows: rowOf.size,
    width: nodes.length === 0 ? 0 : right - left,
    places: heights.map((y, at) => ({ row: rowOf.get(y)!, x: middles[at]! - left })),
    lanes: lanes.map((lane) => lane.map(({ row, x }) => ({ row, x: x - left }))),
  };
}

/** Holds the pinned nodes in the outermost row by a node beyond them that is tied to them, and loosely to all others. */
function pin(
  graph: InstanceType<typeof dagre.graphlib.Graph>,
  nodes: readonly RankedNode[],
  edges: readonly (readonly [number, number])[],
  side: 'first' | 'last',
): void {
  if (!nodes.some(({ pinned }) => pinned === side)) return;
  const beyond = side === 'first' ? TOP : BOTTOM;
  graph.setNode(beyond, { width: 0, height: 20 });
  const tied = new Set(edges.map(([from, to]) => (side === 'first' ? to : from)));
  for (const [at, { pinned }] of nodes.entries()) {
    if (tied.has(at) && pinned !== side) continue;
    const ends = side === 'first' ? ([beyond, String(at)] as const) : ([String(at), beyond] as const);
    graph.setEdge(...ends, { weight: pinned === side ? PIN : 0 }, `${side} ${at}`);
  }
}
