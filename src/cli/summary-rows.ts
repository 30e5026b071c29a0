/** A model as rows: its blocks, their blocks and their layers, each with what it adds up to. */
import { type Graph, type Node, type Scope, type Shape, shapeOf } from '../compiler/graph.ts';
import { type NodeSummary, summarize } from '../compiler/summary.ts';

export interface SummaryRow {
  /** How many blocks it stands in. */
  readonly depth: number;
  /** `conv2d[1]`, `local: DRDB`, `logits: dense`. */
  readonly label: string;
  /** Of the output; undefined for a block of several. */
  readonly shape: Shape | undefined;
  readonly parameters: number;
  readonly macs: number;
  /** A block or named group rather than a layer. */
  readonly group: boolean;
}

type Part = { readonly kind: 'layer'; readonly node: Node } | { readonly kind: 'group'; readonly tree: Tree };

interface Tree {
  readonly scope: Scope;
  readonly parts: Part[];
}

/** Rows in the order of the source, blocks before what is in them; deeper than `depth` only their sums. */
export function summaryRows(graph: Graph, depth = Number.POSITIVE_INFINITY): SummaryRow[] {
  const { nodes } = summarize(graph);
  const rows: SummaryRow[] = [];
  const visit = (tree: Tree, level: number): { parameters: number; macs: number } => {
    let parameters = 0;
    let macs = 0;
    for (const part of tree.parts) {
      const at = rows.length;
      const sums = part.kind === 'layer' ? nodes[part.node.id]! : visit(part.tree, level + 1);
      parameters += sums.parameters;
      macs += sums.macs;
      if (level >= depth) continue;
      const row = part.kind === 'layer' ? layerRow(part.node, sums as NodeSummary) : groupRow(graph, part.tree);
      rows.splice(at, 0, { ...row, depth: level, parameters: sums.parameters, macs: sums.macs });
    }
    return { parameters, macs };
  };
  visit(treeOf(graph), 0);
  return rows;
}

type Named = Pick<SummaryRow, 'label' | 'shape' | 'group'>;

function layerRow({ name, op }: Node, { shape }: NodeSummary): Named {
  return { label: withKind(name, op), shape, group: false };
}

function groupRow(graph: Graph, tree: Tree): Named {
  const { name, block } = tree.scope;
  const [output, ...others] = block?.outputs.map((each) => each.value) ?? [lastValue(tree)];
  const shape = output === undefined || others.length > 0 ? undefined : shapeOf(graph, output);
  return { label: block === undefined ? name : withKind(name, block.name), shape, group: true };
}

/** `stem: Stem`, but only `Stem[2]` where the name is no other than the kind. */
function withKind(name: string, kind: string): string {
  return name.replace(/\[\d+\]$/, '') === kind ? name : `${name}: ${kind}`;
}

function lastValue(tree: Tree): number | undefined {
  const last = tree.parts.at(-1);
  return last?.kind === 'layer' ? last.node.outputs[0] : last && lastValue(last.tree);
}

/** Each scope with its layers and scopes in the order in which they first compute something. */
function treeOf(graph: Graph): Tree {
  const trees = new Map<number, Tree>([[0, { scope: graph.scopes[0]!, parts: [] }]]);
  const treeAt = (id: number): Tree => {
    const known = trees.get(id);
    if (known !== undefined) return known;
    const scope = graph.scopes[id]!;
    const tree: Tree = { scope, parts: [] };
    trees.set(id, tree);
    treeAt(scope.parent ?? 0).parts.push({ kind: 'group', tree });
    return tree;
  };
  for (const node of graph.nodes) treeAt(node.scope).parts.push({ kind: 'layer', node });
  return treeAt(0);
}
