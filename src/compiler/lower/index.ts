/**
 * Lowering: the graph as kernels of a program.
 *
 * In: a graph, and a context that holds the builder, the batch size and whether this is for training. Out: every value
 * in some layout, what the gradient rules want to use again, the weights as inputs of the program (named by their paths,
 * with their axes in the order in which it holds them), and new values of running statistics. The program's outputs are the caller's to choose.
 */

import { type AxisOrder, inOrder, inverseOrder } from '../../shared/axis-order.ts';
import type { ForwardRun } from '../gradient/rule.ts';
import type { Graph, Node, ValueId } from '../graph.ts';
import type { OpKind } from '../ops/kind.ts';
import { type WeightSpec, weightsOf } from '../ops/weights/index.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { indexing } from './indexing.ts';
import { normalisation } from './normalisation.ts';
import { pooling } from './pooling.ts';
import { product } from './product.ts';
import { reduction } from './reduction.ts';
import { resampling } from './resampling.ts';
import type { Forward, LowerContext, LowerRule, LowerTable, Placed, WeightTensors } from './rule.ts';
import { sequence } from './sequence.ts';
import { shape } from './shape.ts';
import { source } from './source.ts';
import { asSpecified, type WeightHolding } from './weight-order.ts';

export const lowerRules: LowerTable = {
  ...source,
  ...convolution,
  ...product,
  ...pooling,
  ...sequence,
  ...resampling,
  ...normalisation,
  ...activation,
  ...arithmetic,
  ...shape,
  ...indexing,
  ...reduction,
};

export interface ForwardPass {
  /** By value of the graph. */
  readonly values: ReadonlyMap<ValueId, Placed>;
  /** One a node, in their order. */
  readonly runs: readonly ForwardRun[];
  /** Every weight by path, as an input of the program. */
  readonly weights: ReadonlyMap<string, HeldWeight>;
  /** New values of running statistics by path, while training. */
  readonly updates: ReadonlyMap<string, Tensor>;
}

export interface HeldWeight {
  readonly tensor: Tensor;
  /** The axes of the tensor, as axes of `WeightSpec.shape`. */
  readonly order: AxisOrder;
}

export function lower(graph: Graph, context: LowerContext, hold: WeightHolding = asSpecified): ForwardPass {
  const { builder } = context;
  const values = new Map<ValueId, Placed>();
  const weights = new Map<string, HeldWeight>();
  const updates = new Map<string, Tensor>();
  const runs = graph.nodes.map((node): ForwardRun => {
    builder.origin(node.path);
    const own: Record<string, Tensor> = {};
    const specs = weightsOf(graph, node);
    for (const spec of specs) {
      const { name, path } = spec;
      const held = weights.get(path) ?? holdWeight(builder, spec, hold(node.op, spec));
      weights.set(path, held);
      // Running statistics that several nodes share go from one to the next.
      own[name] = updates.get(path) ?? builder.transpose(held.tensor, inverseOrder(held.order));
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const forward = lowerNode(context, node, inputs, own);
    for (const [index, output] of node.outputs.entries()) values.set(output, forward.outputs[index]!);
    for (const [name, tensor] of Object.entries(forward.updates ?? {})) {
      updates.set(specs.find((each) => each.name === name)!.path, tensor);
    }
    return { ...forward, inputs, weights: own };
  });
  return { values, runs, weights, updates };
}

function holdWeight(builder: Builder, { path, shape }: WeightSpec, order: AxisOrder): HeldWeight {
  return { tensor: builder.input(path, inOrder(shape, order)), order };
}

export function lowerNode(
  context: LowerContext,
  node: Node,
  inputs: readonly Placed[],
  weights: WeightTensors,
): Forward {
  const rule = lowerRules[node.op] as LowerRule<OpKind>;
  return rule(context, node, inputs, weights);
}
