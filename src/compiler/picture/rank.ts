/**
 * Rows and columns for the boxes of one block. Who stands in which row, and in which order, is by a layered layout
 * (dagre); where along the row, by columns.ts; heights follow in place.ts, because rows of different heights need lanes
 * through them for the edges that pass by.
 */
import dagre from '@dagrejs/dagre';
import { type Cell, columns, type Link } from './columns.ts';

export interface RankedNode {
  readonly width: number;
  /** How much of the upper edge is there for edges to end on. */
  readonly ends: number;
  /** The first row, the last, or wherever it fits. */
  readonly pinned: 'first' | 'last' | undefined;
}

export interface RankedEdge {
  /** Indices of nodes. */
  readonly from: number;
  readonly to: number;
  /** Which of the inputs of its node it is. */
  readonly input: number;
  /** Where it leaves its node, from the middle. */
  readonly offset: number;
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
  /** For each edge: where it meets the upper edge of its node, from the middle. */
  readonly ends: readonly number[];
  /** For each edge: where it passes through each row between its ends. */
  readonly lanes: readonly (readonly Spot[])[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const BETWEEN_NODES = 26;
const BETWEEN_EDGES = 18;
const BETWEEN_ENDS = 20;
const LANE_WIDTH = 4;
const TOP = 'top';
const BOTTOM = 'bottom';
/** How much more a pin weighs than an edge. */
const PIN = 100;

export function rank(nodes: readonly RankedNode[], edges: readonly RankedEdge[]): Ranked {
  if (nodes.length === 0) return { rows: 0, width: 0, places: [], lanes: [], ends: [] };
  const { cells, chains } = ordered(nodes, edges);
  const rows: number[][] = Array.from({ length: Math.max(...cells.map(({ row }) => row)) + 1 }, () => []);
  for (const [at, { row }] of cells.entries()) rows[row]!.push(at);
  for (const row of rows) row.sort((a, b) => cells[a]!.x - cells[b]!.x || a - b);

  const ends = endOffsets(nodes, cells, chains);
  const links = chains.flatMap((chain, at) =>
    chain.slice(1).map((lower, index): Link => {
      const last = index === chain.length - 2;
      return {
        upper: chain[index]!,
        lower,
        upperOffset: index === 0 ? edges[at]!.offset : 0,
        lowerOffset: last ? ends[at]! : 0,
      };
    }),
  );
  const middles = columns(cells, rows, links);
  const left = Math.min(...cells.map(({ width }, at) => middles[at]! - width / 2));
  const right = Math.max(...cells.map(({ width }, at) => middles[at]! + width / 2));
  const spots = cells.map(({ row }, at): Spot => ({ row, x: middles[at]! - left }));
  return {
    rows: rows.length,
    width: right - left,
    places: spots.slice(0, nodes.length),
    ends,
    lanes: chains.map((chain) => chain.slice(1, -1).map((cell) => spots[cell]!)),
  };
}

/** A cell for each node and for each row that an edge passes, and the cells that each edge leads through. */
interface Ordered {
  readonly cells: readonly Cell[];
  readonly chains: readonly (readonly number[])[];
}

function ordered(nodes: readonly RankedNode[], edges: readonly RankedEdge[]): Ordered {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: BETWEEN_NODES, edgesep: BETWEEN_EDGES, ranksep: 40 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [at, { width }] of nodes.entries()) graph.setNode(String(at), { width, height: 20 });
  for (const [at, { from, to }] of edges.entries()) graph.setEdge(String(from), String(to), {}, String(at));
  pin(graph, nodes, edges, 'first');
  pin(graph, nodes, edges, 'last');
  dagre.layout(graph);

  const placed = nodes.map((_, at): Point => graph.node(String(at)));
  const heights = placed.map(({ y }) => Math.round(y));
  const rowOf = new Map([...new Set(heights)].sort((a, b) => a - b).map((y, row) => [y, row]));
  const cells: Cell[] = nodes.map(({ width }, at) => {
    return { row: rowOf.get(heights[at]!)!, width, solid: true, x: placed[at]!.x };
  });
  const chains = edges.map(({ from, to }, at): number[] => {
    const { points }: { points: readonly Point[] } = graph.edge({ v: String(from), w: String(to), name: String(at) });
    const chain = [from];
    for (const { x, y } of points.slice(1, -1)) {
      const row = rowOf.get(Math.round(y));
      if (row === undefined || row <= cells[from]!.row || row >= cells[to]!.row) continue;
      cells.push({ row, width: LANE_WIDTH, solid: false, x });
      chain.push(cells.length - 1);
    }
    return [...chain, to];
  });
  return { cells: asWritten(nodes, edges, cells, chains), chains };
}

/** The mirror image, where that has more of the nodes of a row, and of the inputs of a node, in the order of the source. */
function asWritten(
  nodes: readonly RankedNode[],
  edges: readonly RankedEdge[],
  cells: readonly Cell[],
  chains: readonly (readonly number[])[],
): readonly Cell[] {
  const rows = new Map<number, number[]>();
  for (const [at] of nodes.entries()) rows.set(cells[at]!.row, [...(rows.get(cells[at]!.row) ?? []), at]);
  const arriving = new Map<number, number[]>();
  const inOrderOfInputs = [...edges.keys()].sort((a, b) => edges[a]!.input - edges[b]!.input);
  for (const at of inOrderOfInputs) {
    arriving.set(edges[at]!.to, [...(arriving.get(edges[at]!.to) ?? []), chains[at]!.at(-2)!]);
  }
  let inOrder = 0;
  for (const list of [...rows.values(), ...arriving.values()]) {
    for (const [index, at] of list.entries()) {
      const next = list[index + 1];
      if (next !== undefined) inOrder += Math.sign(cells[next]!.x - cells[at]!.x);
    }
  }
  return inOrder >= 0 ? cells : cells.map((cell) => ({ ...cell, x: -cell.x }));
}

/**
 * Where each edge meets the upper edge of its node, from the middle, in the order in which the edges come. The only one
 * that comes from the row above, without a lane, gets the middle, so that it can be straight.
 */
function endOffsets(
  nodes: readonly RankedNode[],
  cells: readonly Cell[],
  chains: readonly (readonly number[])[],
): readonly number[] {
  const arriving = new Map<number, number[]>();
  for (const [at, chain] of chains.entries()) arriving.set(chain.at(-1)!, [...(arriving.get(chain.at(-1)!) ?? []), at]);
  const offsets = chains.map(() => 0);
  for (const [node, list] of arriving) {
    const before = (edge: number): number => cells[chains[edge]!.at(-2)!]!.x;
    const sorted = [...list].sort((a, b) => before(a) - before(b) || a - b);
    const direct = sorted.filter((edge) => chains[edge]!.length === 2);
    const { ends } = nodes[node]!;
    const middle = direct.length === 1 ? sorted.indexOf(direct[0]!) : (sorted.length - 1) / 2;
    const most = Math.max(middle, sorted.length - 1 - middle);
    const step = Math.min(BETWEEN_ENDS, most === 0 ? 0 : ends / 2 / most);
    for (const [index, edge] of sorted.entries()) offsets[edge] = (index - middle) * step;
  }
  return offsets;
}

/** Holds the pinned nodes in the outermost row by a node beyond them that is tied to them, and loosely to all others. */
function pin(
  graph: InstanceType<typeof dagre.graphlib.Graph>,
  nodes: readonly RankedNode[],
  edges: readonly RankedEdge[],
  side: 'first' | 'last',
): void {
  if (!nodes.some(({ pinned }) => pinned === side)) return;
  const beyond = side === 'first' ? TOP : BOTTOM;
  graph.setNode(beyond, { width: 0, height: 20 });
  const tied = new Set(edges.map(({ from, to }) => (side === 'first' ? to : from)));
  for (const [at, { pinned }] of nodes.entries()) {
    if (tied.has(at) && pinned !== side) continue;
    const ends = side === 'first' ? ([beyond, String(at)] as const) : ([String(at), beyond] as const);
    graph.setEdge(...ends, { weight: pinned === side ? PIN : 0 }, `${side} ${at}`);
  }
}
