/**
 * The graph: one model with every parameter known, every block expanded and every shape a number.
 *
 * It is the hub of the compiler. Elaboration makes it; cost, diff, the emitters and the differentiation read it. Shapes
 * are logical: channel-last and without the batch axis. Nodes stand in topological order. Scopes keep the hierarchy of
 * blocks that the source wrote, so that every reader can speak of `local/Residual[2]/conv2d` and of its blocks.
 */
import type { Span } from '../dsl/source.ts';
import type { OpAttributes, OpKind } from './ops/kind.ts';

/** Sizes of the axes, e.g. `[H, W, C]`, without the batch axis. */
export type Shape = readonly number[];

/** Index into `Graph.values`. */
export type ValueId = number;
/** Index into `Graph.nodes`. */
export type NodeId = number;
/** Index into `Graph.scopes`; 0 is the model itself. */
export type ScopeId = number;

export interface Value {
  readonly id: ValueId;
  readonly shape: Shape;
  /** The node whose output this is; model inputs are outputs of `input` nodes. */
  readonly node: NodeId;
  /** Which of the node's outputs. */
  readonly output: number;
}

/** One operation. `K` ties the attributes to the kind; `Node` alone is the union over all kinds. */
export type Node<K extends OpKind = OpKind> = { [Kind in K]: NodeOf<Kind> }[K];

interface NodeOf<K extends OpKind> {
  readonly id: NodeId;
  readonly op: K;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly scope: ScopeId;
  /** The node whose weights this one uses; undefined where it has its own, or none. */
  readonly sharedWith: NodeId | undefined;
  /** The last segment of the path: `conv2d[1]`. */
  readonly name: string;
  /** Stable and unique: the key of weights, diffs, ablations and Grad-CAM. */
  readonly path: string;
  /** Where the source calls for this operation. */
  readonly span: Span;
}

/** A compile-time value as blocks receive it for a parameter; layers appear by name. */
export type Constant = number | boolean | string | readonly Constant[] | { readonly [field: string]: Constant };

/** A named part of the model: the model itself, a use of a block, or a named result that several operations make. */
export interface Scope {
  readonly id: ScopeId;
  readonly parent: ScopeId | undefined;
  /** The last segment of the path; empty for the model. */
  readonly name: string;
  readonly path: string;
  /** The block or model that was used here; undefined for a group that a named result makes. */
  readonly block: BlockUse | undefined;
  readonly span: Span;
}

export interface BlockUse {
  readonly name: string;
  readonly doc: string | undefined;
  /** Where the block is defined. */
  readonly definition: Span;
  /** Every parameter with the value that it has here, in the order of declaration. */
  readonly parameters: { readonly [name: string]: Constant };
  readonly inputs: readonly BlockInput[];
  readonly outputs: readonly { readonly name: string | undefined; readonly value: ValueId }[];
}

/** A tensor that goes into a block. */
export interface BlockInput {
  /** `x`, or `levels[0]` where the input is a list. */
  readonly name: string;
  readonly value: ValueId;
  /** `levels`: the input that it is an element of. */
  readonly list?: string;
}

export interface Graph {
  /** The model's name. */
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly values: readonly Value[];
  readonly scopes: readonly Scope[];
  readonly inputs: readonly { readonly name: string; readonly value: ValueId }[];
  readonly outputs: readonly { readonly name: string; readonly value: ValueId }[];
}

export function shapeOf(graph: Graph, value: ValueId): Shape {
  return graph.values[value]!.shape;
}

/** The model's own use: its name, documentation and parameter values. */
export function modelOf(graph: Graph): BlockUse {
  return graph.scopes[0]!.block!;
}

export function isOp<K extends OpKind>(node: Node, op: K): node is Extract<Node, { readonly op: K }> {
  return node.op === op;
}
