/**
 * Gradients of the kernels that generated code runs.
 *
 * TensorFlow.js ships gradients, but its core package exports none of them to Node: the module that registers them is
 * written for bundlers. These are the rules that generated code needs, each by its definition; where a package such as
 * `@tensorflow/tfjs-node-gpu` has brought its own, those stay.
 */
import type * as tfjs from '@tensorflow/tfjs-core';

type Tf = typeof tfjs;
type Tensor = tfjs.Tensor;
type Attributes = Readonly<Record<string, unknown>>;
/** The gradient for each input by its name, from that of the result and what was saved: inputs, then outputs. */
type Rule = (
  tf: Tf,
  dy: Tensor,
  saved: readonly Tensor[],
  attributes: Attributes,
) => Readonly<Record<string, () => Tensor>>;

interface Row {
  readonly inputs?: readonly string[];
  /** Saves every input of a kernel that takes a list; they are called '0', '1', … */
  readonly allInputs?: boolean;
  readonly saveOutput?: boolean;
  readonly rule: Rule;
}

export function registerGradients(tf: Tf): void {
  for (const [kernelName, { inputs = [], allInputs = false, saveOutput = false, rule }] of Object.entries(rows)) {
    if (tf.getGradient(kernelName) != null) continue;
    tf.registerGradient({
      kernelName,
      inputsToSave: [...inputs],
      saveAllInputs: allInputs,
      outputsToSave: [saveOutput],
      gradFunc: (dy, saved, attributes) =>
        rule(tf, dy as Tensor, saved, attributes as Attributes) as ReturnType<tfjs.GradFunc>,
    });
  }
}

/** The sum over all axes along which a tensor of this shape was repeated. */
function sumTo(tf: Tf, dy: Tensor, shape: readonly number[]): Tensor {
  const leading = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) =>
    axis < leading || (shape[axis - leading] === 1 && size > 1) ? [axis] : [],
  );
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, [...shape]);
}

/** A rule for `y = f(x)` that works number by number; `slope` is f′. */
function elementwise(slope: (tf: Tf, x: Tensor, attributes: Attributes) => Tensor): Row {
  return { inputs: ['x'], rule: (tf, dy, [x], attributes) => ({ x: () => tf.mul(dy, slope(tf, x!, attributes)) }) };
}

/** The same in terms of the result. */
function elementwiseOfResult(slope: (tf: Tf, y: Tensor) => Tensor): Row {
  return { saveOutput: true, rule: (tf, dy, [y]) => ({ x: () => tf.mul(dy, slope(tf, y!)) }) };
}

/** A rule for `y = f(a, b)` with broadcasting. */
function broadcasting(
  derivatives: (tf: Tf, dy: Tensor, a: Tensor, b: Tensor) => readonly [() => Tensor, () => Tensor],
): Row {
  return {
    inputs: ['a', 'b'],
    rule: (tf, dy, [a, b]) => {
      const [da, db] = derivatives(tf, dy, a!, b!);
      return { a: () => sumTo(tf, da(), a!.shape), b: () => sumTo(tf, db(), b!.shape) };
    },
  };
}

const where = (tf: Tf, condition: Tensor): Tensor => tf.cast(condition, 'float32');

/** The shape with the reduced axes at size 1; all are where none are named. */
function keptShape(shape: readonly number[], axis: unknown): number[] {
  if (axis === undefined || axis === null) return shape.map(() => 1);
  const axes = (Array.isArray(axis) ? axis : [axis]).map((each: number) => (each < 0 ? each + shape.length : each));
  return shape.map((size, at) => (axes.includes(at) ? 1 : size));
}

function pairsOf(value: unknown): [number, number][] {
  return value as [number, number][];
}

/** Runs a kernel that has no function of its own. */
function run(tf: Tf, kernel: string, inputs: Record<string, Tensor>, attributes: Attributes): Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes as never) as Tensor;
}

const arithmetic: Record<string, Row> = {
  Add: broadcasting((_, dy) => [() => dy, () => dy]),
  Sub: broadcasting((tf, dy) => [() => dy, () => tf.neg(dy)]),
  Multiply: broadcasting((tf, dy, a, b) => [() => tf.mul(dy, b), () => tf.mul(dy, a)]),
  RealDiv: broadcasting((tf, dy, a, b) => [() => tf.div(dy, b), () => tf.neg(tf.div(tf.mul(dy, a), tf.square(b)))]),
  Pow: broadcasting((tf, dy, a, b) => [
    () => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    () => tf.mul(dy, tf.mul(tf.pow(a, b), tf.log(a))),
  ]),
  Maximum: broadcasting((tf, dy, a, b) => [
    () => tf.mul(dy, where(tf, tf.greaterEqual(a, b))),
    () => tf.mul(dy, where(tf, tf.less(a, b))),
  ]),
  Minimum: broadcasting((tf, dy, a, b) => [
    () => tf.mul(dy, where(tf, tf.lessEqual(a, b))),
    () => tf.mul(dy, where(tf, tf.greater(a, b))),
  ]),
};

const activations: Record<string, Row> = {
  Neg: { rule: (tf, dy) => ({ x: () => tf.neg(dy) }) },
  Square: elementwise((tf, x) => tf.mul(x, 2)),
  Sqrt: elementwiseOfResult((tf, y) => tf.div(0.5, y)),
  // d(x^−½) = −½ · (x^−½)³
  Rsqrt: elementwiseOfResult((tf, y) => tf.mul(tf.mul(tf.square(y), y), -0.5)),
  Exp: elementwiseOfResult((_, y) => y),
  Log: elementwise((tf, x) => tf.div(1, x)),
  Abs: elementwise((tf, x) => tf.sign(x)),
  Sin: elementwise((tf, x) => tf.cos(x)),
  Cos: elementwise((tf, x) => tf.neg(tf.sin(x))),
  Reciprocal: elementwiseOfResult((tf, y) => tf.neg(tf.square(y))),
  Relu: elementwise((tf, x) => where(tf, tf.greater(x, 0))),
  Relu6: elementwise((tf, x) => where(tf, tf.logicalAnd(tf.greater(x, 0), tf.lessEqual(x, 6)))),
  LeakyRelu: elementwise((tf, x, { alpha }) => {
    const positive = where(tf, tf.greater(x, 0));
    return tf.add(positive, tf.mul(tf.sub(1, positive), alpha as number));
  }),
  Elu: elementwiseOfResult((tf, y) => tf.add(tf.sub(y, tf.relu(y)), 1)),
  Prelu: {
    inputs: ['x', 'alpha'],
    rule: (tf, dy, [x, alpha]) => {
      const positive = where(tf, tf.greater(x!, 0));
      const below = tf.sub(1, positive);
      return {
        x: () => tf.mul(dy, tf.add(positive, tf.mul(below, alpha!))),
        alpha: () => sumTo(tf, tf.mul(tf.mul(dy, x!), below), alpha!.shape),
      };
    },
  },
  // scale · α · exp(x) below zero, where y = scale · α · (exp(x) − 1)
  Selu: elementwiseOfResult((tf, y) => {
    const positive = where(tf, tf.greater(y, 0));
    const [scale, alpha] = [1.0507009873554805, 1.6732632423543772];
    return tf.add(tf.mul(positive, scale), tf.mul(tf.sub(1, positive), tf.add(y, scale * alpha)));
  }),
  Sigmoid: elementwiseOfResult((tf, y) => tf.mul(y, tf.sub(1, y))),
  Tanh: elementwiseOfResult((tf, y) => tf.sub(1, tf.square(y))),
  Softplus: elementwise((tf, x) => tf.sigmoid(x)),
  Erf: elementwise((tf, x) => tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))),
  ClipByValue: elementwise((tf, x, { clipValueMin, clipValueMax }) =>
    where(tf, tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number))),
  ),
  Softmax: {
    saveOutput: true,
    rule: (tf, dy, [y], { dim }) => ({
      logits: () => tf.mul(y!, tf.sub(dy, tf.sum(tf.mul(dy, y!), dim as number, true))),
    }),
  },
};

const reductions: Record<string, Row> = {
  Sum: {
    inputs: ['x'],
    rule: (tf, dy, [x], { axis }) => ({
      x: () => tf.mul(tf.reshape(dy, keptShape(x!.shape, axis)), tf.onesLike(x!)),
    }),
  },
  Mean: {
    inputs: ['x'],
    rule: (tf, dy, [x], { axis }) => ({
      x: () => {
        const share = tf.reshape(tf.div(dy, x!.size / dy.size), keptShape(x!.shape, axis));
        return tf.mul(share, tf.onesLike(x!));
      },
    }),
  },
};

const shapes: Record<string, Row> = {
  OnesLike: { rule: (tf, dy) => ({ x: () => tf.zerosLike(dy) }) },
  Identity: { rule: (tf, dy) => ({ x: () => tf.clone(dy) }) },
  Cast: { rule: (tf, dy) => ({ x: () => tf.clone(dy) }) },
  Reshape: { inputs: ['x'], rule: (tf, dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }) },
  Transpose: {
    rule: (tf, dy, _, { perm }) => {
      const order = perm as number[];
      return {
        x: () =>
          tf.transpose(
            dy,
            order.map((_, axis) => order.indexOf(axis)),
          ),
      };
    },
  },
  PadV2: {
    inputs: ['x'],
    rule: (tf, dy, [x], { paddings }) => ({
      x: () =>
        tf.slice(
          dy,
          pairsOf(paddings).map(([before]) => before),
          x!.shape,
        ),
    }),
  },
  Slice: {
    inputs: ['x'],
    rule: (tf, dy, [x], { begin }) => ({
      x: () => {
        const starts = x!.shape.map((_, axis) => (begin as number[])[axis] ?? 0);
        return tf.pad(
          dy,
          starts.map((start, axis) => [start, x!.shape[axis]! - start - dy.shape[axis]!]),
        );
      },
    }),
  },
};

const lists: Record<string, Row> = {
  Concat: {
    allInputs: true,
    rule: (tf, dy, saved, { axis }) => {
      const at = axis as number;
      const parts = tf.split(
        dy,
        saved.map((each) => each.shape[at]!),
        at,
      );
      return Object.fromEntries(parts.map((part, index) => [String(index), () => part]));
    },
  },
  SplitV: {
    rule: (tf, dy, _, { axis }) => ({ x: () => tf.concat(dy as unknown as Tensor[], axis as number) }),
  },
};

const products: Record<string, Row> = {
  BatchMatMul: {
    inputs: ['a', 'b'],
    rule: (tf, dy, [a, b], { transposeA, transposeB }) => ({
      a: () => (transposeA ? tf.matMul(b!, dy, transposeB as boolean, true) : tf.matMul(dy, b!, false, !transposeB)),
      b: () => (transposeB ? tf.matMul(dy, a!, true, transposeA as boolean) : tf.matMul(a!, dy, !transposeA, false)),
    }),
  },
  Conv2D: {
    inputs: ['x', 'filter'],
    rule: (tf, dy, [x, filter], { strides, pad, dataFormat, dimRoundingMode }) => ({
      x: () =>
        run(
          tf,
          'Conv2DBackpropInput',
          { dy, filter: filter! },
          { strides, pad, dataFormat, dimRoundingMode, inputShape: x!.shape },
        ),
      filter: () =>
        run(
          tf,
          'Conv2DBackpropFilter',
          { x: x!, dy },
          { strides, pad, dataFormat, dimRoundingMode, filterShape: filter!.shape },
        ),
    }),
  },
  // The transposed convolution: its own gradient is a convolution.
  Conv2DBackpropInput: {
    inputs: ['dy', 'filter'],
    rule: (tf, ddx, [dy, filter], { strides, pad, dataFormat, dimRoundingMode }) => ({
      dy: () => tf.conv2d(ddx as tfjs.Tensor4D, filter as tfjs.Tensor4D, strides as [number, number], pad as 'valid'),
      filter: () =>
        run(
          tf,
          'Conv2DBackpropFilter',
          { x: ddx, dy: dy! },
          { strides, pad, dataFormat, dimRoundingMode, filterShape: filter!.shape },
        ),
    }),
  },
  DepthwiseConv2dNative: {
    inputs: ['x', 'filter'],
    rule: (tf, dy, [x, filter], { strides, pad, dilations, dimRoundingMode }) => ({
      x: () =>
        run(
          tf,
          'DepthwiseConv2dNativeBackpropInput',
          { dy, filter: filter! },
          { strides, pad, dilations, dimRoundingMode, inputShape: x!.shape },
        ),
      filter: () =>
        run(
          tf,
          'DepthwiseConv2dNativeBackpropFilter',
          { x: x!, dy },
          { strides, pad, dilations, dimRoundingMode, filterShape: filter!.shape },
        ),
    }),
  },
};

const pools: Record<string, Row> = {
  MaxPool: {
    inputs: ['x'],
    saveOutput: true,
    rule: (tf, dy, [x, y], attributes) => ({
      x: () => run(tf, 'MaxPoolGrad', { dy, input: x!, output: y! }, attributes),
    }),
  },
  AvgPool: {
    inputs: ['x'],
    rule: (tf, dy, [x], attributes) => ({ x: () => run(tf, 'AvgPoolGrad', { dy, input: x! }, attributes) }),
  },
  SpaceToBatchND: {
    rule: (tf, dy, _, { blockShape, paddings }) => ({
      x: () => tf.batchToSpaceND(dy, blockShape as number[], paddings as number[][]),
    }),
  },
  BatchToSpaceND: {
    rule: (tf, dy, _, { blockShape, crops }) => ({
      x: () => tf.spaceToBatchND(dy, blockShape as number[], crops as number[][]),
    }),
  },
};

const rows: Readonly<Record<string, Row>> = {
  ...arithmetic,
  ...activations,
  ...reductions,
  ...shapes,
  ...lists,
  ...products,
  ...pools,
};
