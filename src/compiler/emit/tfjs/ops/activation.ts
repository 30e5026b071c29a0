import { shapeOf } from '../../../graph.ts';
import type { OpKind } from '../../../ops/kind.ts';
import { literal, mode, type OpSource, options, slot, typed, untyped, weights, x } from '../call.ts';

export const activation = {
  relu: () => typed('tf.relu', x),
  relu6: () => typed('tf.relu6', x),
  leaky_relu: ({ attributes: { alpha } }) => typed('tf.leakyRelu', x, literal('alpha', alpha)),
  prelu: () => typed('nn.prelu', x, weights),
  elu: ({ attributes: { alpha } }) => typed('nn.elu', x, literal('alpha', alpha)),
  gelu: ({ attributes: { approximate } }) => typed('nn.gelu', x, options(slot('approximate', approximate, false))),
  silu: () => typed('nn.silu', x),
  sigmoid: () => typed('tf.sigmoid', x),
  hard_sigmoid: () => typed('nn.hardSigmoid', x),
  hard_swish: () => typed('nn.hardSwish', x),
  tanh: () => typed('tf.tanh', x),
  hard_tanh: () => typed('nn.hardTanh', x),
  mish: () => typed('nn.mish', x),
  selu: () => typed('tf.selu', x),
  softplus: () => typed('tf.softplus', x),
  softmax: ({ attributes: { axis }, inputs }, graph) =>
    axis === shapeOf(graph, inputs[0]!).length - 1
      ? typed('tf.softmax', x)
      : typed('nn.softmax', x, literal('axis', axis + 1)),
  exp: () => typed('tf.exp', x),
  log: () => typed('tf.log', x),
  sqrt: () => typed('tf.sqrt', x),
  square: () => typed('tf.square', x),
  abs: () => typed('tf.abs', x),
  sin: () => typed('tf.sin', x),
  cos: () => typed('tf.cos', x),
  power: ({ attributes: { exponent } }) =>
    exponent === 0 ? typed('tf.onesLike', x) : untyped('tf.pow', x, literal('exponent', exponent)),
  reciprocal: () => typed('tf.reciprocal', x),
  clip: ({ attributes: { low, high } }) => {
    if (high === null) return untyped('tf.maximum', x, literal('low', low!));
    if (low === null) return untyped('tf.minimum', x, literal('high', high));
    return typed('tf.clipByValue', x, literal('low', low), literal('high', high));
  },
  dropout: ({ attributes: { rate, per } }) =>
    typed('nn.dropout', x, { kind: 'name' }, literal('rate', rate), mode, options(slot('per', per, 'element'))),
} satisfies { [K in OpKind]?: OpSource<K> };
