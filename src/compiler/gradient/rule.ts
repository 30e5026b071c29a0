/**
 * The backward rule of an operation: given what went forward and the gradient of each output, the gradient of each input
 * and of each trainable weight. `undefined` stands for "no gradient reaches this".
 */
import type { Node } from '../graph.ts';
import type { Forward, LowerContext, Placed, WeightTensors } from '../lower/rule.ts';
import type { OpKind } from '../ops/kind.ts';
import type { Tensor } from '../program/builder.ts';

export interface ForwardRun extends Forward {
  readonly inputs: readonly Placed[];
  readonly weights: WeightTensors;
}

export interface Backward {
  /** One entry an input, in any layout. */
  readonly inputs: readonly (Placed | undefined)[];
  /** By weight name, in the weight's own shape. */
  readonly weights?: Readonly<Record<string, Tensor>>;
}

export type GradientRule<K extends OpKind> = (
  context: LowerContext,
  node: Node<K>,
  forward: ForwardRun,
  /** One entry an output, in the layout of that output. */
  outputs: readonly (Placed | undefined)[],
) => Backward;

export type GradientTable = { readonly [K in OpKind]: GradientRule<K> };
