/**
 * Recomputation: what a block computes is not kept for the backward pass, but computed again there from its inputs.
 *
 * The copy of a block must neither be merged with the original, as equal instructions are by the builder and by a
 * runtime, nor be executed before the backward pass comes to the block. So of its inputs the first so many examples are
 * taken, where only the gradient that arrives at the block tells that it is all of them.
 */
import type { ForwardRun } from './gradient/rule.ts';
import type { Graph, Node, NodeId, ScopeId, ValueId } from './graph.ts';
import { type ForwardPass, lowerNode } from './lower/index.ts';
import type { LowerContext, Placed } from './lower/rule.ts';
import type { Builder, Tensor } from './program/builder.ts';

/** Examples of a batch: more than there are, and exact as a float32. */
const MANY = 2 ** 30;

/** The nodes of a block, in their order. */
export type Region = readonly Node[];

/**
 * The blocks of these paths, those that hold others before them. A block that consists of another one has the same
 * nodes, and counts once.
 */
export function regionsOf({ scopes, nodes }: Graph, paths: readonly string[]): readonly Region[] {
  const wanted = new Set(paths);
  const regions = new Map<string, Region>();
  for (const scope of scopes) {
    if (!wanted.has(scope.path)) continue;
    const within = new Set<ScopeId>([scope.id]);
    for (const { id, parent } of scopes) if (parent !== undefined && within.has(parent)) within.add(id);
    const region = nodes.filter((node) => within.has(node.scope));
    if (region.length > 0) regions.set(region.map(({ id }) => id).join(), region);
  }
  return [...regions.values()].sort((a, b) => b.length - a.length);
}

/** The forward pass as the backward pass sees it: blocks that it has reached are computed again. */
export class Recomputation {
  readonly #context: LowerContext;
  readonly #runs: ForwardRun[];
  readonly #values: Map<ValueId, Placed>;
  /** By the last node of each, which the backward pass comes to first. */
  readonly #regions: ReadonlyMap<NodeId, readonly Region[]>;

  constructor(context: LowerContext, { runs, values }: ForwardPass, regions: readonly Region[]) {
    this.#context = context;
    this.#runs = [...runs];
    this.#values = new Map(values);
    const byLast = new Map<NodeId, Region[]>();
    for (const region of regions) {
      const last = region.at(-1)!.id;
      byLast.set(last, [...(byLast.get(last) ?? []), region]);
    }
    this.#regions = byLast;
  }

  /**
   * To be called before the gradient of a node is derived, in reverse order.
   *
   * @param arrived the parts of the gradient of a value that there are so far
   */
  reach(node: Node, arrived: (value: ValueId) => readonly Tensor[]): void {
    for (const region of this.#regions.get(node.id) ?? []) {
      const gradients = region.flatMap(({ outputs }) => outputs.flatMap(arrived));
      if (gradients.length > 0) this.#again(region, gradients);
    }
  }

  runOf({ id }: Node): ForwardRun {
    return this.#runs[id]!;
  }

  #again(region: Region, gradients: readonly Tensor[]): void {
    const { builder } = this.#context;
    builder.origin(`again ${region[0]!.path}`);
    const count = countAfter(builder, gradients);
    const made = new Set(region.flatMap(({ outputs }) => outputs));
    const held = new Map<ValueId, Placed>();
    const inputOf = (value: ValueId): Placed => {
      const known = made.has(value) ? this.#values.get(value)! : held.get(value);
      if (known !== undefined) return known;
      const kept = this.#values.get(value)!;
      // what is the same for every example takes little
      const input = this.#context.isBatchless(value) ? kept : { ...kept, tensor: builder.first(kept.tensor, count) };
      held.set(value, input);
      return input;
    };
    for (const node of region) {
      const inputs = node.inputs.map(inputOf);
      builder.origin(`again ${node.path}`);
      const { weights } = this.#runs[node.id]!;
      const forward = lowerNode(this.#context, node, inputs, weights);
      for (const [index, output] of node.outputs.entries()) this.#values.set(output, forward.outputs[index]!);
      this.#runs[node.id] = { ...forward, inputs, weights };
    }
  }
}

/** The same tensor, of whose size the runtime does not know: see `countedTensors`. */
export function unsized(builder: Builder, tensor: Tensor): Tensor {
  return builder.first(tensor, countAfter(builder, [tensor]));
}

/**
 * More than any axis has, which nobody knows before the gradients are there: no number is greater than infinity, nor is
 * what is none.
 */
function countAfter(b: Builder, gradients: readonly Tensor[]): Tensor {
  const numbers = gradients.map((gradient) => {
    const first = b.slice(
      gradient,
      gradient.shape.map(() => 0),
      gradient.shape.map(() => 1),
    );
    return b.reshape(first, [1]);
  });
  const sum = numbers.reduce((total, number) => b.add(total, number));
  const isOne = b.unary('not', b.compare('greater', sum, b.constant(Number.POSITIVE_INFINITY)));
  return b.cast(b.scale(b.cast(isOne, 'float32'), MANY), 'int64');
}
