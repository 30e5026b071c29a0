/**
 * Reverse-mode differentiation: walks the graph backwards from gradients of some of its values, and appends to the
 * program the gradient of every trainable weight, and of the values asked for.
 *
 * A value or weight that nothing differentiated depends on has no entry in the result: its gradient is zero. Rules of
 * nodes on which no wanted gradient depends are not called, so that no gradient of the model's input is ever computed.
 */

import { gradientRules } from './gradient/index.ts';
import type { GradientRule } from './gradient/rule.ts';
import type { Graph, Node, ValueId } from './graph.ts';
import type { ForwardPass } from './lower/index.ts';
import type { Layout, LowerContext, Placed } from './lower/rule.ts';
import type { OpKind } from './ops/kind.ts';
import { weightsOf } from './ops/weights/index.ts';
import type { Tensor } from './program/builder.ts';
import { Recomputation, type Region } from './recompute.ts';

export interface Gradients {
  /** By weight path, in the shape of the weight. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Of the values asked for. */
  readonly values: ReadonlyMap<ValueId, Placed>;
}

export function differentiate(
  graph: Graph,
  context: LowerContext,
  forward: ForwardPass,
  /** The gradient of what is differentiated, in values on which it depends. */
  seeds: ReadonlyMap<ValueId, Placed>,
  wanted: ReadonlySet<ValueId> = new Set(),
  /** Blocks that are computed again instead of being kept. */
  recomputed: readonly Region[] = [],
): Gradients {
  const recomputation = new Recomputation(context, forward, recomputed);
  const needed = neededValues(graph, wanted);
  const received = new Map<ValueId, Placed[]>([...seeds].map(([value, gradient]) => [value, [gradient]]));
  const weights = new Map<string, Tensor>();
  const values = new Map<ValueId, Placed>();
  const arrived = (value: ValueId): readonly Tensor[] => sums(context, received.get(value)).map(({ tensor }) => tensor);
  for (const node of graph.nodes.toReversed()) {
    recomputation.reach(node, arrived);
    context.builder.origin(`gradient ${node.path}`);
    const outputs = node.outputs.map((output) => total(context, forward.values.get(output)!, received.get(output)));
    for (const [index, output] of node.outputs.entries()) {
      if (wanted.has(output) && outputs[index]) values.set(output, outputs[index]);
    }
    const trained = weightsOf(graph, node).filter(({ trainable }) => trainable);
    const reached = outputs.some((output) => output !== undefined);
    if (!reached || (trained.length === 0 && !node.inputs.some((input) => needed.has(input)))) continue;

    const backward = ruleOf(node)(context, node, recomputation.runOf(node), outputs);
    for (const [index, input] of node.inputs.entries()) {
      const gradient = backward.inputs[index];
      if (!gradient || !needed.has(input)) continue;
      const earlier = received.get(input);
      if (earlier) earlier.push(gradient);
      else received.set(input, [gradient]);
    }
    for (const { name, path } of trained) {
      const gradient = backward.weights?.[name];
      const others = weights.get(path);
      if (gradient) weights.set(path, others === undefined ? gradient : context.builder.add(others, gradient));
    }
  }
  return { weights, values };
}

/** The values whose gradient some weight's or wanted value's gradient is made of. */
function neededValues(graph: Graph, wanted: ReadonlySet<ValueId>): ReadonlySet<ValueId> {
  const needed = new Set<ValueId>();
  for (const node of graph.nodes) {
    const isTrained = weightsOf(graph, node).some(({ trainable }) => trainable);
    const passesOn = node.inputs.some((input) => needed.has(input));
    for (const output of node.outputs) if (isTrained || passesOn || wanted.has(output)) needed.add(output);
  }
  return needed;
}

/** The sum of what a value received, in the value's layout. Each layout is summed first and brought over once. */
function total(context: LowerContext, value: Placed, received?: readonly Placed[]): Placed | undefined {
  const parts = sums(context, received).map(({ tensor, layout }) =>
    context.as({ tensor, layout, shape: value.shape }, value.layout),
  );
  if (parts.length === 0) return undefined;
  return context.place(
    parts.reduce((sum, part) => context.builder.add(sum, part)),
    value.layout,
    value.shape,
  );
}

/** What a value received, summed by layout. */
function sums(
  { builder }: LowerContext,
  received: readonly Placed[] = [],
): readonly { readonly tensor: Tensor; readonly layout: Layout }[] {
  return (['channels-first', 'channels-last'] as const).flatMap((layout) => {
    const parts = received.filter((part) => part.layout === layout).map(({ tensor }) => tensor);
    return parts.length === 0 ? [] : [{ tensor: parts.reduce((sum, part) => builder.add(sum, part)), layout }];
  });
}

function ruleOf(node: Node): GradientRule<OpKind> {
  return gradientRules[node.op] as GradientRule<OpKind>;
}
