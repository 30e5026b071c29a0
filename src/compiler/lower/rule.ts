/**
 * How an operation of the graph becomes kernels of a program.
 *
 * Physical layout: a value of logical shape `[H, W, C]` that lives as an image is `channels-first`, `[N, C, H, W]`; every
 * other value is `channels-last`, `[N, ...logical]`. A rule asks for its inputs in the layout that suits it
 * (`context.as`), which transposes at most once a value, and says the layout of what it returns.
 */
import type { Node, Shape, ValueId } from '../graph.ts';
import type { OpKind } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { InferenceForm } from './inference-form.ts';
import type { TrainingForm } from './training-form.ts';

export type Layout = 'channels-first' | 'channels-last';

/** A value of the graph, with the batch axis in front, in one layout. Rank-1 logical shapes are channels-last. */
export interface Placed {
  readonly tensor: Tensor;
  readonly layout: Layout;
  /** The logical shape, without the batch. */
  readonly shape: Shape;
}

export interface LowerContext {
  readonly builder: Builder;
  readonly batch: number;
  /** How images, inputs of three axes, come in; all others are channels-last. */
  readonly inputLayout: Layout;
  /** Whether batch statistics and dropout are live. */
  readonly training: boolean;
  /** Forms that are left out: for measurements, and where an engine lacks a kernel. */
  readonly withoutForms: readonly TrainingForm[];
  /** None while training. */
  readonly inferenceForms: ReadonlySet<InferenceForm>;
  /** What is fed at each run, as the rules are to read it. */
  fed(input: Tensor): Tensor;
  /** The same value in that layout. */
  as(value: Placed, layout: Layout): Tensor;
  /** Throws when the tensor does not have the sizes that the layout and the shape demand. */
  place(tensor: Tensor, layout: Layout, shape: Shape): Placed;
  /** The logical shape of a value of the graph. */
  shapeOf(value: ValueId): Shape;
  /** Whether the value is the same for every example. */
  isBatchless(value: ValueId): boolean;
  /** A dropout mask of this logical shape for this node, fed at each step: 0 or 1 / (1 − rate), channels-last. */
  mask(node: Node, shape: Shape, rate: number): Placed;
}

/** Weights of one node by name (`kernel`, `bias`, `gamma`, …), in the layout that `WeightSpec` states (channel-last). */
export type WeightTensors = Readonly<Record<string, Tensor>>;

export interface Forward {
  readonly outputs: readonly Placed[];
  /** What the gradient rule wants to use again. */
  readonly saved?: Readonly<Record<string, Tensor>>;
  /** New values of running statistics, while training. */
  readonly updates?: WeightTensors;
}

export type LowerRule<K extends OpKind> = (
  context: LowerContext,
  node: Node<K>,
  inputs: readonly Placed[],
  weights: WeightTensors,
) => Forward;

export type LowerTable = { readonly [K in OpKind]: LowerRule<K> };
