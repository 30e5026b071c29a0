/** The loss of a classifier, how many it classified correctly, and where the gradient starts. */
import { type Graph, isOp, shapeOf, type ValueId } from './graph.ts';
import type { ForwardPass } from './lower/index.ts';
import type { LowerContext, Placed } from './lower/rule.ts';
import type { Builder, Tensor } from './program/builder.ts';

export interface CrossEntropy {
  /** Mean over the examples, []; where these are more than the batch, its part of the mean. */
  readonly loss: Tensor;
  /** How many examples of the batch have their largest logit, the first one in a tie, at the label, []. */
  readonly correct: Tensor;
  /** What the loss is a function of. */
  readonly logits: ValueId;
  /** d(loss) / d(logits). */
  readonly gradient: Placed;
}

export interface CrossEntropyOptions {
  /** Share of the labels that is spread evenly over all classes. */
  readonly smoothing: number;
  /** What the mean is over; the batch unless told. */
  readonly examples?: number;
  /** The model's first unless told. */
  readonly output?: ValueId;
}

/**
 * The value that the loss takes as logits: an output, the model's first unless told, or what goes into it where that
 * output is a softmax over the last axis. The two are the same function; this one neither overflows nor divides.
 */
export function logitsOf(graph: Graph, output: ValueId = graph.outputs[0]!.value): ValueId {
  const node = graph.nodes[graph.values[output]!.node]!;
  const isFinalSoftmax = isOp(node, 'softmax') && node.attributes.axis === shapeOf(graph, output).length - 1;
  return isFinalSoftmax ? node.inputs[0]! : output;
}

/**
 * Cross-entropy of the softmax of the logits, `[N, classes]`, with one-hot labels. Throws when the output is not a vector.
 */
export function crossEntropy(
  graph: Graph,
  context: LowerContext,
  forward: ForwardPass,
  labels: Tensor,
  { smoothing, examples = context.batch, output = graph.outputs[0]!.value }: CrossEntropyOptions,
): CrossEntropy {
  const { builder: b } = context;
  const logits = logitsOf(graph, output);
  const shape = shapeOf(graph, logits);
  if (shape.length !== 1) throw new Error(`${graph.name}: the loss needs class scores, not [${shape.join(', ')}]`);
  const classes = shape[0]!;

  b.origin('loss');
  const scores = context.as(forward.values.get(logits)!, 'channels-last');
  const largest = b.reduce('max', scores, [1]);
  const shifted = b.sub(scores, largest);
  const logarithms = b.sub(shifted, b.unary('log', b.reduce('sum', b.unary('exp', shifted), [1])));
  const even = b.constant(smoothing / classes);
  const targets = smoothing === 0 ? labels : b.add(b.scale(labels, 1 - smoothing), even);
  const total = b.reduce('sum', b.mul(targets, logarithms), [0, 1]);
  const gradient = b.scale(b.sub(b.unary('exp', logarithms), targets), 1 / examples);
  return {
    loss: b.reshape(b.scale(total, -1 / examples), []),
    correct: correctCount(b, scores, largest, labels),
    logits,
    gradient: context.place(gradient, 'channels-last', shape),
  };
}

function correctCount(b: Builder, scores: Tensor, largest: Tensor, labels: Tensor): Tensor {
  const classes = scores.shape[1]!;
  const attains = b.cast(b.compare('greater_equal', scores, largest), 'float32');
  // the first of several largest is the prediction, as an argmax has it
  const order = b.constant(Float32Array.from({ length: classes }, (_, at) => classes - at));
  const ranked = b.mul(attains, order);
  const first = b.cast(b.compare('equal', ranked, b.reduce('max', ranked, [1])), 'float32');
  // scores that are not numbers attain nothing
  const predicted = b.mul(first, attains);
  return b.reshape(b.reduce('sum', b.mul(predicted, labels), [0, 1]), []);
}
