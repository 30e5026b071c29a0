/** Each kernel as one operator of opset 18. Attributes and semantics: https://onnx.ai/onnx/operators */
import type {
  Binary,
  Comparison,
  DataType,
  Instruction,
  Kernel,
  Reduction,
  SpatialWindow,
  Unary,
} from '../../program/program.ts';
import { type AttributeValue, elementTypes } from './message.ts';

export interface Operator {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Names initializers for what ONNX takes as an operand and our kernels as an attribute. */
export interface OperandConstants {
  int64(values: readonly number[]): string;
  float32(value: number): string;
}

/** `operands` are the tensor names. Inputs and constants of a program are no operators. */
type KernelRow<K extends Kernel> = (
  instruction: Extract<Instruction, { readonly kernel: K }>,
  operands: readonly string[],
  constants: OperandConstants,
) => Operator | undefined;

export const operators: { readonly [K in Kernel]: KernelRow<K> } = {
  input: () => undefined,
  constant: () => undefined,

  unary: ({ attributes: { fn } }, inputs) => ({ op: unaries[fn], inputs }),
  binary: ({ attributes: { fn } }, inputs) => ({ op: binaries[fn], inputs }),
  compare: ({ attributes: { fn } }, inputs) => ({ op: comparisons[fn], inputs }),
  where: (_, inputs) => ({ op: 'Where', inputs }),
  cast: ({ attributes: { to } }, inputs) => ({ op: 'Cast', inputs, attributes: { to: castTarget(to) } }),
  reduce: ({ attributes: { fn, axes }, shape }, [x], { int64 }) => {
    // its form is the same in every opset, while that of `ReduceMax` changed in 18
    if (fn === 'max' && isSpatial(axes, shape.length)) return { op: 'GlobalMaxPool', inputs: [x!] };
    return { op: reductions[fn], inputs: [x!, int64(axes)], attributes: { keepdims: 1 } };
  },

  reshape: ({ shape }, [x], { int64 }) => ({ op: 'Reshape', inputs: [x!, int64(shape)] }),
  transpose: ({ attributes: { permutation } }, inputs) => ({
    op: 'Transpose',
    inputs,
    attributes: { perm: permutation },
  }),
  expand: ({ shape }, [x], { int64 }) => ({ op: 'Expand', inputs: [x!, int64(shape)] }),
  slice: ({ attributes: { starts, ends, steps } }, [x], { int64 }) => ({
    op: 'Slice',
    inputs: [x!, int64(starts), int64(ends), int64(starts.map((_, axis) => axis)), int64(steps)],
  }),
  concat: ({ attributes: { axis } }, inputs) => ({ op: 'Concat', inputs, attributes: { axis } }),
  pad: ({ attributes: { pads, value } }, [x], { int64, float32 }) => ({
    op: 'Pad',
    inputs: [x!, int64(beforeThenAfter(pads)), float32(value)],
  }),
  gather: ({ attributes: { axis } }, inputs) => ({ op: 'Gather', inputs, attributes: { axis } }),

  matmul: (_, inputs) => ({ op: 'MatMul', inputs }),
  conv: ({ attributes }, inputs) => ({
    op: 'Conv',
    inputs,
    attributes: { ...windowAttributes(attributes), group: attributes.groups },
  }),
  conv_transpose: ({ attributes }, inputs) => ({
    op: 'ConvTranspose',
    inputs,
    attributes: {
      ...windowAttributes(attributes),
      group: attributes.groups,
      output_padding: attributes.outputPads,
    },
  }),
  max_pool: ({ attributes }, inputs) => ({
    op: 'MaxPool',
    inputs,
    attributes: { ...windowAttributes(attributes), kernel_shape: attributes.kernel },
  }),
  average_pool: ({ attributes: { kernel, strides, pads, countPadding } }, inputs) => ({
    op: 'AveragePool',
    inputs,
    // the operator has no dilations before opset 19
    attributes: { kernel_shape: kernel, strides, pads: beforeThenAfter(pads), count_include_pad: Number(countPadding) },
  }),
  softmax: ({ attributes: { axis } }, inputs) => ({ op: 'Softmax', inputs, attributes: { axis } }),
};

const unaries: { readonly [F in Unary]: string } = {
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  reciprocal: 'Reciprocal',
  abs: 'Abs',
  sign: 'Sign',
  floor: 'Floor',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  sin: 'Sin',
  cos: 'Cos',
  erf: 'Erf',
  relu: 'Relu',
  softplus: 'Softplus',
  not: 'Not',
};

const binaries: { readonly [F in Binary]: string } = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  pow: 'Pow',
  max: 'Max',
  min: 'Min',
  and: 'And',
  or: 'Or',
};

const comparisons: { readonly [F in Comparison]: string } = {
  equal: 'Equal',
  greater: 'Greater',
  greater_equal: 'GreaterOrEqual',
  less: 'Less',
  less_equal: 'LessOrEqual',
};

const reductions: { readonly [F in Reduction]: string } = {
  sum: 'ReduceSum',
  mean: 'ReduceMean',
  max: 'ReduceMax',
  min: 'ReduceMin',
};

function castTarget(type: DataType): number {
  return elementTypes[type];
}

function windowAttributes({ strides, dilations, pads }: SpatialWindow): Record<string, AttributeValue> {
  return { strides, dilations, pads: beforeThenAfter(pads) };
}

/** Whether these are all the axes of `[N, C, …]` past the second. */
function isSpatial(axes: readonly number[], rank: number): boolean {
  return rank >= 3 && axes.length === rank - 2 && axes.every((axis) => axis >= 2);
}

/** ONNX lists what is added before every axis, then what is added after. */
function beforeThenAfter(pads: readonly (readonly [number, number])[]): readonly number[] {
  return [...pads.map(([before]) => before), ...pads.map(([, after]) => after)];
}
