import { parameter, type Signature, unary } from './signature.ts';

const SAME = '[...] -> [...]';

export const activation = {
  relu: unary('`max(x, 0)`', SAME),
  relu6: unary('`min(max(x, 0), 6)`', SAME),
  leaky_relu: unary(
    '`x` where positive, else `alpha * x`.',
    SAME,
    parameter('alpha', 'float', 0.01, 'Negative slope.'),
  ),
  prelu: unary(
    '`x` where positive, else `alpha * x` with a learned slope for each channel; slopes start at 0.25.',
    '[..., C] -> [..., C]',
  ),
  elu: unary('`x` where positive, else `alpha * (exp(x) - 1)`.', SAME, parameter('alpha', 'float', 1, 'Lower limit.')),
  gelu: unary(
    '`x` times the normal distribution function of `x`.',
    SAME,
    parameter('approximate', 'bool', false, 'Use the approximation with tanh.'),
  ),
  silu: unary('`x * sigmoid(x)`, also called swish.', SAME),
  sigmoid: unary('`1 / (1 + exp(-x))`', SAME),
  hard_sigmoid: unary('`x / 6 + 1 / 2`, kept within 0 and 1.', SAME),
  hard_swish: unary('`x * hard_sigmoid(x)`', SAME),
  tanh: unary('The hyperbolic tangent.', SAME),
  hard_tanh: unary('`x`, kept within -1 and 1.', SAME),
  mish: unary('`x * tanh(softplus(x))`', SAME),
  selu: unary('`elu(x)` scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017).', SAME),
  softplus: unary('`log(1 + exp(x))`', SAME),
  softmax: unary(
    'Positive numbers that sum to 1 along an axis.',
    SAME,
    parameter('axis', 'int', -1, 'The axis, counted without the batch; negative from the end.'),
  ),
  exp: unary('The exponential.', SAME),
  log: unary('The natural logarithm.', SAME),
  sqrt: unary('The square root.', SAME),
  square: unary('`x * x`', SAME),
  abs: unary('The absolute value.', SAME),
  sin: unary('The sine, of radians.', SAME),
  cos: unary('The cosine, of radians.', SAME),
  power: unary(
    '`x` to a power; what `x ** p` stands for. Negative numbers have whole powers only.',
    SAME,
    parameter('exponent', 'float', undefined, 'Any number that is known when the model is built.'),
  ),
  reciprocal: unary('`1 / x`', SAME),
  clip: unary(
    '`min(max(x, low), high)`; what `maximum(x, low)` and `minimum(x, high)` of a number stand for.',
    SAME,
    parameter('low', 'float', null, 'The least value; unbounded unless given.'),
    parameter('high', 'float', null, 'The greatest value; unbounded unless given. One of the two is needed.'),
  ),
  dropout: unary(
    'While training, zeroes a share of the elements and scales the rest up by `1 / (1 - rate)`.',
    SAME,
    parameter('rate', 'float', undefined, 'The share that is zeroed, at least 0 and below 1; 0 costs nothing.'),
    parameter(
      'per',
      ['element', 'channel', 'example'],
      'element',
      'What is zeroed at once: `"channel"` is spatial dropout (Tompson et al. 2015), channels being the last axis; ' +
        '`"example"` before a residual sum is stochastic depth (Huang et al. 2016).',
    ),
  ),
} satisfies Record<string, Signature>;
