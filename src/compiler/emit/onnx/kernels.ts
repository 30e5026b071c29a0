/**
 * Each kernel as one operator, the same in every opset from 13 to 18 but where a row says so. Attributes and semantics:
 * https://onnx.ai/onnx/operators
 */
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
import { isGlobalPool } from './legalise.ts';
import { type AttributeValue, elementTypes } from './message.ts';

export interface Operator {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Outputs of the operator before the one that is meant. */
  readonly outputsBefore?: number;
}

/** What rows need of the model that they are for. */
export interface ModelContext {
  readonly opset: number;
  /** Names initializers for what ONNX takes as an operand and our kernels as an attribute. */
  int64(values: readonly number[]): string;
  float32(value: number): string;
  /** Names a vector that has the number in all of its places. */
  float32s(value: number, size: number): string;
  /** Names what holds the shape that an instruction makes, as `Reshape` and `Expand` take it. */
  shapeOf(instruction: Instruction): string;
  /** Whether the first axis has a size that is only known when the model runs. */
  hasBatch(instruction: Instruction): boolean;
}

/** `operands` are the tensor names. Inputs and constants of a program are no operators. */
type KernelRow<K extends Kernel> = (
  instruction: Extract<Instruction, { readonly kernel: K }>,
  operands: readonly string[],
  model: ModelContext,
) => Operator | undefined;

export const operators: { readonly [K in Kernel]: KernelRow<K> } = {
  input: () => undefined,
  constant: () => undefined,

  unary: ({ attributes: { fn } }, inputs) => ({
    op: unaries[fn],
    inputs,
    // so steep that every normal number above 0 reaches the 1
    ...(fn === 'step' && { attributes: { alpha: { float: 3e38 }, beta: { float: 0 } } }),
    ...(fn === 'hard_sigmoid' && { attributes: { alpha: { float: 1 / 6 }, beta: { float: 0.5 } } }),
  }),
  binary: ({ attributes: { fn } }, inputs) => ({ op: binaries[fn], inputs }),
  compare: ({ attributes: { fn } }, inputs) => ({ op: comparisons[fn], inputs }),
  where: (_, inputs) => ({ op: 'Where', inputs }),
  cast: ({ attributes: { to } }, inputs) => ({ op: 'Cast', inputs, attributes: { to: castTarget(to) } }),
  reduce: (instruction, [x], { opset, int64 }) => {
    const { fn, axes } = instruction.attributes;
    // their form is the same in every opset, while that of `ReduceMax` and `ReduceMean` changed in 18
    if (fn === 'max' && isGlobalPool(instruction)) return { op: 'GlobalMaxPool', inputs: [x!] };
    if (fn === 'mean' && isGlobalPool(instruction)) return { op: 'GlobalAveragePool', inputs: [x!] };
    const op = reductions[fn];
    if (opset < 18 && fn !== 'sum') return { op, inputs: [x!], attributes: { axes, keepdims: 1 } };
    return { op, inputs: [x!, int64(axes)], attributes: { keepdims: 1 } };
  },

  reshape: (instruction, [x], { shapeOf }) => ({ op: 'Reshape', inputs: [x!, shapeOf(instruction)] }),
  transpose: ({ attributes: { permutation } }, inputs) => ({
    op: 'Transpose',
    inputs,
    attributes: { perm: permutation },
  }),
  expand: (instruction, [x], { shapeOf }) => ({ op: 'Expand', inputs: [x!, shapeOf(instruction)] }),
  slice: (instruction, [x], { int64, hasBatch }) => {
    const { starts, ends, steps } = instruction.attributes;
    // an axis whose size is not known is taken whole
    const axes = starts.map((_, axis) => axis).filter((axis) => axis > 0 || !hasBatch(instruction));
    const of = (list: readonly number[]): string => int64(axes.map((axis) => list[axis]!));
    return { op: 'Slice', inputs: [x!, of(starts), of(ends), int64(axes), of(steps)] };
  },
  concat: ({ attributes: { axis } }, inputs) => ({ op: 'Concat', inputs, attributes: { axis } }),
  pad: ({ attributes: { pads, value } }, [x], { int64, float32 }) => ({
    op: 'Pad',
    inputs: [x!, int64(beforeThenAfter(pads)), float32(value)],
  }),
  gather: ({ attributes: { axis } }, inputs) => ({ op: 'Gather', inputs, attributes: { axis } }),

  scatter_add: (_, inputs, { opset }) => {
    // only gradients add up rows, and training is opset 18
    if (opset < 16) throw new Error(`opset ${opset} has no ScatterND that adds`);
    return { op: 'ScatterND', inputs, attributes: { reduction: 'add' } };
  },

  first: (_, [x, count], { int64 }) => ({ op: 'Slice', inputs: [x!, int64([0]), count!, int64([0])] }),

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
  max_pool_places: ({ attributes }, inputs) => ({
    op: 'MaxPool',
    inputs,
    attributes: { ...windowAttributes(attributes), kernel_shape: attributes.kernel },
    outputsBefore: 1,
  }),
  max_unpool: ({ attributes: { kernel, strides }, shape }, [y, places], { int64 }) => {
    // rows and columns at the end that no window reaches
    const isWhole = kernel.every((size, axis) => (shape[axis + 2]! - size) % strides[axis]! === 0);
    return {
      op: 'MaxUnpool',
      inputs: isWhole ? [y!, places!] : [y!, places!, int64(shape)],
      attributes: { kernel_shape: kernel, strides },
    };
  },
  average_pool: ({ attributes: { kernel, strides, pads, countPadding } }, inputs) => ({
    op: 'AveragePool',
    inputs,
    // the operator has no dilations before opset 19
    attributes: { kernel_shape: kernel, strides, pads: beforeThenAfter(pads), count_include_pad: Number(countPadding) },
  }),
  softmax: ({ attributes: { axis } }, inputs) => ({ op: 'Softmax', inputs, attributes: { axis } }),
  batch_norm: ({ attributes: { epsilon } }, inputs) => ({
    op: 'BatchNormalization',
    inputs,
    attributes: { epsilon: { float: epsilon } },
  }),
  instance_norm: ({ attributes: { epsilon }, shape }, [x], { float32s }) => ({
    op: 'InstanceNormalization',
    inputs: [x!, float32s(1, shape[1]!), float32s(0, shape[1]!)],
    attributes: { epsilon: { float: epsilon } },
  }),
  // before opset 17 there is none: `legalise` spells it out
  layer_norm: ({ attributes: { epsilon } }, inputs) => ({
    op: 'LayerNormalization',
    inputs,
    attributes: { axis: -1, epsilon: { float: epsilon } },
  }),
};

const unaries: { readonly [F in Unary]: string } = {
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  reciprocal: 'Reciprocal',
  abs: 'Abs',
  sign: 'Sign',
  step: 'HardSigmoid',
  floor: 'Floor',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  hard_sigmoid: 'HardSigmoid',
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

/** ONNX lists what is added before every axis, then what is added after. */
function beforeThenAfter(pads: readonly (readonly [number, number])[]): readonly number[] {
  return [...pads.map(([before]) => before), ...pads.map(([, after]) => after)];
}
