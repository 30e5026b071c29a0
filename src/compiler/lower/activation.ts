import type { Shape } from '../graph.ts';
import type { DropoutUnit, OpAttributes, OpKind } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { overChannels, physicalAxis } from './layout.ts';
import type { LowerContext, LowerRule, LowerTable } from './rule.ts';

type Activation =
  | 'relu'
  | 'relu6'
  | 'leaky_relu'
  | 'prelu'
  | 'elu'
  | 'gelu'
  | 'silu'
  | 'sigmoid'
  | 'hard_sigmoid'
  | 'hard_swish'
  | 'tanh'
  | 'hard_tanh'
  | 'mish'
  | 'selu'
  | 'softplus'
  | 'softmax'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'square'
  | 'abs'
  | 'sin'
  | 'cos'
  | 'power'
  | 'reciprocal'
  | 'clip'
  | 'dropout';

export const activation: Pick<LowerTable, Activation> = {
  relu: elementwise((b, x) => b.unary('relu', x)),
  relu6: elementwise((b, x) => b.binary('min', b.unary('relu', x), b.constant(6))),
  leaky_relu: elementwise((b, x, { alpha }) => b.where(b.compare('greater', x, b.constant(0)), x, b.scale(x, alpha))),
  prelu(context, _node, [x], weights) {
    const { builder: b } = context;
    const { tensor, layout, shape } = x!;
    const slope = overChannels(b, weights['alpha']!, layout, shape.length);
    const y = b.where(b.compare('greater', tensor, b.constant(0)), tensor, b.mul(tensor, slope));
    return { outputs: [context.place(y, layout, shape)] };
  },
  elu: elementwise((b, x, { alpha }) => elu(b, x, alpha)),
  gelu: elementwise((b, x, { approximate }, { inferenceForms }) => {
    if (inferenceForms.has('gelu')) return approximate ? tanhGelu(b, x) : normalGelu(b, x);
    return b.mul(x, approximate ? tanhDistribution(b, x) : normalDistribution(b, x));
  }),
  silu: elementwise((b, x) => b.mul(x, b.unary('sigmoid', x))),
  sigmoid: elementwise((b, x) => b.unary('sigmoid', x)),
  hard_sigmoid: elementwise(hardSigmoid),
  hard_swish: elementwise((b, x) => b.mul(x, hardSigmoid(b, x))),
  tanh: elementwise((b, x) => b.unary('tanh', x)),
  hard_tanh: elementwise((b, x) => clip(b, x, { low: -1, high: 1 })),
  mish: elementwise((b, x) => b.mul(x, softplusTanh(b, x))),
  selu: elementwise((b, x) => b.scale(elu(b, x, seluAlpha), seluScale)),
  softplus: elementwise((b, x) => b.unary('softplus', x)),
  exp: elementwise((b, x) => b.unary('exp', x)),
  log: elementwise((b, x) => b.unary('log', x)),
  sqrt: elementwise((b, x) => b.unary('sqrt', x)),
  square: elementwise((b, x) => b.mul(x, x)),
  abs: elementwise((b, x) => b.unary('abs', x)),
  sin: elementwise((b, x) => b.unary('sin', x)),
  cos: elementwise((b, x) => b.unary('cos', x)),
  power: elementwise((b, x, { exponent }) => b.binary('pow', x, b.constant(exponent))),
  reciprocal: elementwise((b, x) => b.unary('reciprocal', x)),
  clip: elementwise(clip),

  softmax(context, node, [x]) {
    const { tensor, layout, shape } = x!;
    const axis = physicalAxis(layout, shape.length, node.attributes.axis);
    return { outputs: [context.place(context.builder.softmax(tensor, axis), layout, shape)] };
  },

  dropout(context, node, [x]) {
    const { rate, per } = node.attributes;
    if (!context.training || rate === 0) return { outputs: [x!] };
    const { tensor, layout, shape } = x!;
    const mask = context.as(context.mask(node, maskShape(shape, per), rate), layout);
    return { outputs: [context.place(context.builder.mul(tensor, mask), layout, shape)], saved: { mask } };
  },
};

/** A rule that maps each number by itself, in whatever layout it comes. */
function elementwise<K extends OpKind>(
  map: (
    builder: Builder,
    x: Tensor,
    attributes: Parameters<LowerRule<K>>[1]['attributes'],
    context: LowerContext,
  ) => Tensor,
): LowerRule<K> {
  return (context, node, [x]) => {
    const { tensor, layout, shape } = x!;
    return { outputs: [context.place(map(context.builder, tensor, node.attributes, context), layout, shape)] };
  };
}

function elu(b: Builder, x: Tensor, alpha: number): Tensor {
  // the branch that is not taken must not overflow either
  const below = b.binary('min', x, b.constant(0));
  const saturating = b.scale(b.sub(b.unary('exp', below), b.constant(1)), alpha);
  return b.where(b.compare('greater', x, b.constant(0)), x, saturating);
}

/** The fixed point of mean 0 and variance 1: equation 14 of "Self-Normalizing Neural Networks". */
export const seluAlpha = 1.6732632423543772;
export const seluScale = 1.0507009873554805;

/** `tanh(softplus(x))`: the share of `x` that mish lets through. */
export function softplusTanh(b: Builder, x: Tensor): Tensor {
  return b.unary('tanh', b.unary('softplus', x));
}

function clip(b: Builder, x: Tensor, { low, high }: OpAttributes['clip']): Tensor {
  const above = low === null ? x : b.binary('max', x, b.constant(low));
  return high === null ? above : b.binary('min', above, b.constant(high));
}

/** One number for all that is zeroed at once. */
function maskShape(shape: Shape, per: DropoutUnit): Shape {
  if (per === 'element') return shape;
  return shape.map((size, axis) => (per === 'channel' && axis === shape.length - 1 ? size : 1));
}

/** `Φ(x) = (1 + erf(x / √2)) / 2`. */
export function normalDistribution(b: Builder, x: Tensor): Tensor {
  return b.scale(b.add(b.unary('erf', b.scale(x, Math.SQRT1_2)), b.constant(1)), 0.5);
}

/** `(1 + t) / 2` with `t = tanh(√(2/π) (x + 0.044715 x³))`: Φ as the approximate gelu has it. */
export function tanhDistribution(b: Builder, x: Tensor): Tensor {
  return b.scale(b.add(geluTanh(b, x), b.constant(1)), 0.5);
}

/** `x · Φ(x)` in the order in which onnxruntime and other readers of ONNX know it, which is PyTorch's. */
function normalGelu(b: Builder, x: Tensor): Tensor {
  const share = b.add(b.unary('erf', b.div(x, b.constant(Math.SQRT2))), b.constant(1));
  return b.scale(b.mul(x, share), 0.5);
}

/** The same of the approximation. */
function tanhGelu(b: Builder, x: Tensor): Tensor {
  return b.mul(b.scale(x, 0.5), b.add(geluTanh(b, x), b.constant(1)));
}

export const cubicShare = 0.044715;
export const tanhScale = Math.sqrt(2 / Math.PI);

export function geluTanh(b: Builder, x: Tensor): Tensor {
  const cubic = b.add(b.scale(b.mul(x, x), cubicShare), b.constant(1));
  return b.unary('tanh', b.scale(b.mul(x, cubic), tanhScale));
}

export function hardSigmoid(b: Builder, x: Tensor): Tensor {
  return b.unary('hard_sigmoid', x);
}
