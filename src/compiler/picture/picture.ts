/**
 * A model as a picture has to show it: the tree of its blocks and operations with all that is said of each, before
 * anything is collapsed, folded or placed. It is plain data that JSON carries, so that a page can take it along.
 *
 *   Graph ─ pictureOf ─▶ Picture ─ viewOf ─▶ View ─ placeView ─▶ Placed ─ svgOf ─▶ SVG
 *                                    └───────────── mermaidOf ─▶ Mermaid
 *
 * `renderSvg` in svg.ts and `renderMermaid` in mermaid.ts go all the way; beside.ts draws two pictures in one.
 */
import { elementCount } from '../../shared/element-count.ts';
import { type Constant, type Graph, modelOf, type Node, type Scope, shapeOf, type ValueId } from '../graph.ts';
import { macsOf } from '../ops/cost/index.ts';
import type { OpKind } from '../ops/kind.ts';
import { ownWeightsOf } from '../ops/weights/index.ts';
import { type Attribute, attributesOf } from './attribute-text.ts';

export interface Picture {
  readonly root: Block;
  readonly outputs: readonly { readonly name: string; readonly value: ValueId }[];
  /** By value: the sizes of its axes, without the batch. */
  readonly shapes: readonly (readonly number[])[];
}

export type Item = Operation | Block;

interface Common {
  readonly path: string;
  /** The last segment of the path: `conv2d[1]`, `stem`; of the root the model's name. */
  readonly name: string;
  /** `specs/ddrnet.spec:114:11`: the call in the source. */
  readonly position: string;
  readonly attributes: readonly Attribute[];
  /** Values from outside, each once, in the order in which they are wanted. */
  readonly inputs: readonly ValueId[];
  /** Values that something outside uses. */
  readonly outputs: readonly ValueId[];
  /** Trainable weights, in numbers. */
  readonly parameters: number;
  /** Multiply-accumulates at batch 1. */
  readonly macs: number;
  /** Numbers that its results hold for one example. */
  readonly activations: number;
}

export interface Operation extends Common {
  readonly kind: 'operation';
  readonly op: OpKind;
  readonly weights: readonly { readonly name: string; readonly shape: string; readonly trainable: boolean }[];
  /** The path of the operation whose weights it uses. */
  readonly sharedWith?: string;
}

export interface Block extends Common {
  readonly kind: 'block';
  /** The block or model that is used; undefined for a group that a named result makes. */
  readonly block?: string;
  readonly doc?: string;
  /** Where the block is defined. */
  readonly definition?: string;
  /** For each input the name that the block gives it; empty for what comes in another way. */
  readonly inputNames: readonly string[];
  /** How many operations are in it, at any depth. */
  readonly operations: number;
  /** In an order in which values are made before they are used. */
  readonly items: readonly Item[];
}

/** Takes from the graph all that a picture says. Blocks that consist of nothing but another block are one with it. */
export function pictureOf(graph: Graph): Picture {
  const scopes = childrenOf(graph);
  const uses: Node[][] = graph.values.map(() => []);
  for (const node of graph.nodes) for (const value of new Set(node.inputs)) uses[value]!.push(node);
  const leaving = new Set(graph.outputs.map(({ value }) => value));

  const operation = (node: Node): Operation => {
    const weights = ownWeightsOf(graph, node);
    return {
      kind: 'operation',
      op: node.op,
      path: node.path,
      name: node.name,
      position: positionOf(node.span),
      attributes: attributesOf(node, shapeOf(graph, node.outputs[0]!).length),
      weights: weights.map(({ name, shape, trainable }) => ({ name, shape: shape.join('×'), trainable })),
      ...(node.sharedWith === undefined ? {} : { sharedWith: graph.nodes[node.sharedWith]!.path }),
      inputs: [...new Set(node.inputs)],
      outputs: node.outputs,
      parameters: sum(weights.map(({ trainable, shape }) => (trainable ? elementCount(shape) : 0))),
      macs: macsOf(graph, node),
      activations: sum(node.outputs.map((value) => elementCount(shapeOf(graph, value)))),
    };
  };

  const block = (scope: Scope): { readonly item: Block; readonly nodes: ReadonlySet<Node> } => {
    const nodes = new Set<Node>();
    const items = (scopes.get(scope.id) ?? []).map((child): Item => {
      if ('op' in child) {
        nodes.add(child);
        return operation(child);
      }
      const inner = block(child);
      for (const node of inner.nodes) nodes.add(node);
      return inner.item;
    });
    const made = new Set([...nodes].flatMap((node) => node.outputs));
    const needed = new Set([...nodes].flatMap((node) => node.inputs).filter((value) => !made.has(value)));
    const declared = scope.block?.inputs ?? [];
    const inputs = [
      ...new Set([...declared.map(({ value }) => value).filter((value) => needed.has(value)), ...needed]),
    ];
    const outputs = [...made].filter((value) => leaving.has(value) || uses[value]!.some((node) => !nodes.has(node)));
    const wrapped = items.find((each): each is Block => each.kind === 'block' && each.path === scope.path);
    const doc = scope.block?.doc ?? wrapped?.doc;
    const item: Block = {
      kind: 'block',
      path: scope.path,
      name: scope.name,
      ...(scope.block === undefined ? {} : { block: scope.block.name, definition: positionOf(scope.block.definition) }),
      ...(doc === undefined ? {} : { doc }),
      position: positionOf(scope.span),
      attributes: Object.entries(scope.block?.parameters ?? {}).map(([name, value]) => ({
        name,
        text: constantText(value),
        shown: 'named',
      })),
      inputs,
      inputNames: inputs.map((value) => declared.find((port) => port.value === value)?.name ?? ''),
      outputs,
      operations: nodes.size,
      parameters: sum(items.map((each) => each.parameters)),
      macs: sum(items.map((each) => each.macs)),
      activations: sum(items.map((each) => each.activations)),
      items: items.flatMap((each) => (each === wrapped ? wrapped.items : [each])),
    };
    return { item, nodes };
  };

  const root = block(graph.scopes[0]!).item;
  return {
    root: { ...root, name: graph.name, block: modelOf(graph).name },
    outputs: graph.outputs.map(({ name, value }) => ({ name, value })),
    shapes: graph.values.map(({ shape }) => shape),
  };
}

/** The nodes and scopes of each scope, in the order in which they first compute something. */
function childrenOf(graph: Graph): ReadonlyMap<number, readonly (Node | Scope)[]> {
  const children = new Map<number, (Node | Scope)[]>([[0, []]]);
  const listOf = (id: number): (Node | Scope)[] => {
    const known = children.get(id);
    if (known !== undefined) return known;
    const list: (Node | Scope)[] = [];
    children.set(id, list);
    const scope = graph.scopes[id]!;
    listOf(scope.parent ?? 0).push(scope);
    return list;
  };
  for (const node of graph.nodes) listOf(node.scope).push(node);
  return children;
}

function positionOf({ source, start }: Node['span']): string {
  const { line, column } = source.position(start);
  return `${source.path}:${line}:${column}`;
}

function constantText(value: Constant): string {
  if (Array.isArray(value)) return `[${value.map(constantText).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${constantText(each)}`)
    .join(', ')} }`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
