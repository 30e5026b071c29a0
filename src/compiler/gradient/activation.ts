import type { Node } from '../graph.ts';
import type { activation as forwardRules } from '../lower/activation.ts';
import {
  cubicShare,
  geluTanh,
  hardSigmoid,
  normalDistribution,
  seluAlpha,
  seluScale,
  softplusTanh,
  tanhDistribution,
  tanhScale,
} from '../lower/activation.ts';
import { overChannels, physicalAxis } from '../lower/layout.ts';
import { axesBesideChannels } from '../lower/normalisation.ts';
import type { OpKind } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import type { GradientRule, GradientTable } from './rule.ts';

export const activation: Pick<GradientTable, keyof typeof forwardRules> = {
  relu: elementwise((b, { y, dy }) => b.where(positive(b, y), dy, b.constant(0))),
  relu6: elementwise((b, { x, dy }) => b.where(within(b, x, 0, 6), dy, b.constant(0))),
  leaky_relu: elementwise((b, { x, dy }, { alpha }) => b.where(positive(b, x), dy, b.scale(dy, alpha))),
  prelu(context, _node, { inputs: [x], weights }, [output]) {
    const { builder: b } = context;
    const { tensor, layout, shape } = x!;
    const alpha = weights['alpha']!;
    const dy = context.as(output!, layout);
    const dx = b.where(positive(b, tensor), dy, b.mul(dy, overChannels(b, alpha, layout, shape.length)));
    const below = b.where(positive(b, tensor), b.constant(0), b.mul(dy, tensor));
    const slope = b.reshape(b.reduce('sum', below, axesBesideChannels(x!)), alpha.shape);
    return { inputs: [context.place(dx, layout, shape)], weights: { alpha: slope } };
  },
  // below zero y + α = α·exp(x)
  elu: elementwise((b, { x, y, dy }, { alpha }) => b.where(positive(b, x), dy, b.mul(dy, b.add(y, b.constant(alpha))))),
  gelu: elementwise((b, { x, dy }, { approximate }) =>
    b.mul(dy, approximate ? approximateGeluSlope(b, x) : geluSlope(b, x)),
  ),
  // σ + y·(1 − σ)
  silu: elementwise((b, { x, y, dy }) => {
    const sigmoid = b.unary('sigmoid', x);
    return b.mul(dy, b.add(sigmoid, b.mul(y, b.sub(b.constant(1), sigmoid))));
  }),
  sigmoid: elementwise((b, { y, dy }) => b.mul(dy, b.mul(y, b.sub(b.constant(1), y)))),
  hard_sigmoid: elementwise((b, { x, dy }) => b.where(within(b, x, -3, 3), b.scale(dy, 1 / 6), b.constant(0))),
  // h + x / 6 on the slope, which is 0 below and 1 above it without the second term
  hard_swish: elementwise((b, { x, dy }) => {
    const along = b.where(within(b, x, -3, 3), b.scale(x, 1 / 6), b.constant(0));
    return b.mul(dy, b.add(hardSigmoid(b, x), along));
  }),
  tanh: elementwise((b, { y, dy }) => b.mul(dy, b.sub(b.constant(1), b.mul(y, y)))),
  hard_tanh: elementwise((b, { x, dy }) => b.where(within(b, x, -1, 1), dy, b.constant(0))),
  // t + x · (1 − t²) · σ(x)
  mish: elementwise((b, { x, dy }) => {
    const t = softplusTanh(b, x);
    const inner = b.mul(b.sub(b.constant(1), b.mul(t, t)), b.unary('sigmoid', x));
    return b.mul(dy, b.add(t, b.mul(x, inner)));
  }),
  // below zero y + scale · α = scale · α · exp(x)
  selu: elementwise((b, { x, y, dy }) => {
    const below = b.mul(dy, b.add(y, b.constant(seluScale * seluAlpha)));
    return b.where(positive(b, x), b.scale(dy, seluScale), below);
  }),
  softplus: elementwise((b, { x, dy }) => b.mul(dy, b.unary('sigmoid', x))),
  exp: elementwise((b, { y, dy }) => b.mul(dy, y)),
  log: elementwise((b, { x, dy }) => b.div(dy, x)),
  sqrt: elementwise((b, { y, dy }) => b.div(b.scale(dy, 0.5), y)),
  square: elementwise((b, { x, dy }) => b.mul(dy, b.scale(x, 2))),
  abs: elementwise((b, { x, dy }) => b.mul(dy, b.unary('sign', x))),
  sin: elementwise((b, { x, dy }) => b.mul(dy, b.unary('cos', x))),
  cos: elementwise((b, { x, dy }) => b.neg(b.mul(dy, b.unary('sin', x)))),
  power: elementwise((b, { x, dy }, { exponent }) => {
    // a constant has no slope, while 0 · x^(−1) is no number at 0
    if (exponent === 0) return b.scale(dy, 0);
    return b.mul(dy, b.scale(b.binary('pow', x, b.constant(exponent - 1)), exponent));
  }),
  reciprocal: elementwise((b, { y, dy }) => b.neg(b.mul(dy, b.mul(y, y)))),
  // on a bound the gradient still passes, as in PyTorch and TensorFlow
  clip: elementwise((b, { x, dy }, { low, high }) => {
    const nothing = b.constant(0);
    const above = low === null ? dy : b.where(b.compare('greater_equal', x, b.constant(low)), dy, nothing);
    return high === null ? above : b.where(b.compare('less_equal', x, b.constant(high)), above, nothing);
  }),

  /** `y · (dy − Σ dy · y)`. */
  softmax(context, node, { outputs: [y] }, [output]) {
    const { builder: b } = context;
    const { tensor, layout, shape } = y!;
    const axis = physicalAxis(layout, shape.length, node.attributes.axis);
    const dy = context.as(output!, layout);
    const dx = b.mul(tensor, b.sub(dy, b.reduce('sum', b.mul(dy, tensor), [axis])));
    return { inputs: [context.place(dx, layout, shape)] };
  },

  dropout(context, _node, { inputs: [x], saved }, [output]) {
    if (!saved) return { inputs: [output] };
    const dx = context.builder.mul(context.as(output!, x!.layout), saved['mask']!);
    return { inputs: [context.place(dx, x!.layout, x!.shape)] };
  },
};

interface Elements {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly dy: Tensor;
}

/** The rule of an operation that maps each number by itself. */
function elementwise<K extends OpKind>(
  derivative: (builder: Builder, elements: Elements, attributes: Node<K>['attributes']) => Tensor,
): GradientRule<K> {
  return (context, node, { inputs: [x], outputs: [y] }, [output]) => {
    const { tensor, layout, shape } = x!;
    const elements = { x: tensor, y: y!.tensor, dy: context.as(output!, layout) };
    return { inputs: [context.place(derivative(context.builder, elements, node.attributes), layout, shape)] };
  };
}

function positive(b: Builder, x: Tensor): Tensor {
  return b.compare('greater', x, b.constant(0));
}

function within(b: Builder, x: Tensor, low: number, high: number): Tensor {
  return b.binary('and', b.compare('greater', x, b.constant(low)), b.compare('less', x, b.constant(high)));
}

/** `Φ(x) + x · φ(x)`, with the normal density `φ(x) = exp(−x²/2) / √(2π)`. */
function geluSlope(b: Builder, x: Tensor): Tensor {
  const density = b.scale(b.unary('exp', b.scale(b.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return b.add(normalDistribution(b, x), b.mul(x, density));
}

/** `(1 + t) / 2 + x · (1 − t²) / 2 · √(2/π) (1 + 3 · 0.044715 x²)`. */
function approximateGeluSlope(b: Builder, x: Tensor): Tensor {
  const t = geluTanh(b, x);
  const inner = b.scale(b.add(b.scale(b.mul(x, x), 3 * cubicShare), b.constant(1)), tanhScale / 2);
  const slope = b.mul(b.sub(b.constant(1), b.mul(t, t)), inner);
  return b.add(tanhDistribution(b, x), b.mul(x, slope));
}
