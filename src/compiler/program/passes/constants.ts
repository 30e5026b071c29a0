/**
 * Computes now what depends on constants alone. Elementwise results are rounded to float32 as an engine would; only
 * kernels that cannot make a constant much larger than its operands are computed, and only up to a size.
 */
import { elementCount } from '../../../shared/element-count.ts';
import type { Tensor } from '../builder.ts';
import type { Binary, Comparison, DataType, Instruction, Program, Unary } from '../program.ts';
import { type Rewriting, rewrite } from './rewrite.ts';

/** Past this many elements a constant is better computed once by the engine than stored. */
const largestFolded = 1 << 14;

interface ConstantValue {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function foldConstants(program: Program): Program {
  return rewrite(program, (instruction, operands, rewriting) => {
    if (operands.length === 0 || elementCount(instruction.shape) > largestFolded) return undefined;
    const values: ConstantValue[] = [];
    for (const tensor of operands) {
      const { kernel, attributes, shape } = rewriting.definition(tensor);
      if (kernel !== 'constant') return undefined;
      values.push({ shape, data: Float64Array.from(attributes.data as ArrayLike<number | bigint>, Number) });
    }
    const data = evaluate(instruction, values);
    return data && constantOf(data, instruction, rewriting);
  });
}

function constantOf(data: Float64Array, { shape, type }: Instruction, { literal }: Rewriting): Tensor {
  return literal(storedAs[type](data), shape, type);
}

const storedAs: { readonly [T in DataType]: (data: Float64Array) => Float32Array | BigInt64Array | Uint8Array } = {
  float32: (data) => Float32Array.from(data),
  int64: (data) => BigInt64Array.from(data, BigInt),
  bool: (data) => Uint8Array.from(data),
};

/** The elements of the result, or undefined for kernels that are left to the engine. */
function evaluate(instruction: Instruction, values: readonly ConstantValue[]): Float64Array | undefined {
  const { kernel, attributes, shape } = instruction;
  switch (kernel) {
    case 'unary': {
      const compute = unaries[attributes.fn];
      return compute && values[0]!.data.map(compute);
    }
    case 'binary':
      return elementwise(shape, values, binaries[attributes.fn]);
    case 'compare':
      return elementwise(shape, values, comparisons[attributes.fn]);
    case 'where':
      return elementwise(shape, values, (condition, a, b) => (condition ? a : b));
    case 'cast':
      if (attributes.to === 'float32') return values[0]!.data;
      return values[0]!.data.map(attributes.to === 'bool' ? (each) => Number(each !== 0) : Math.trunc);
    case 'reshape':
      return values[0]!.data;
    case 'transpose': {
      const strides = rowMajor(values[0]!.shape);
      return pick(
        values[0]!,
        shape,
        attributes.permutation.map((axis) => strides[axis]!),
      );
    }
    default:
      return undefined;
  }
}

/** Functions that round alike everywhere; the transcendental ones stay with the engine that also computes the rest. */
const unaries: { readonly [F in Unary]?: (x: number) => number } = {
  neg: (x) => -x,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  abs: Math.abs,
  sign: Math.sign,
  step: (x) => (x > 0 ? 1 : 0),
  hard_sigmoid: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
  floor: Math.floor,
  relu: (x) => Math.max(x, 0),
  not: (x) => 1 - x,
};

const binaries: { readonly [F in Binary]: ((a: number, b: number) => number) | undefined } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: undefined,
  max: Math.max,
  min: Math.min,
  and: Math.min,
  or: Math.max,
};

const comparisons: { readonly [F in Comparison]: (a: number, b: number) => number } = {
  equal: (a, b) => Number(a === b),
  greater: (a, b) => Number(a > b),
  greater_equal: (a, b) => Number(a >= b),
  less: (a, b) => Number(a < b),
  less_equal: (a, b) => Number(a <= b),
};

function elementwise(
  shape: readonly number[],
  values: readonly ConstantValue[],
  compute: ((...numbers: number[]) => number) | undefined,
): Float64Array | undefined {
  if (!compute) return undefined;
  const spread = values.map((value) => {
    const strides = rowMajor(value.shape).map((stride, axis) => (value.shape[axis] === 1 ? 0 : stride));
    return pick(value, shape, [...shape.slice(value.shape.length).map(() => 0), ...strides]);
  });
  return new Float64Array(elementCount(shape)).map((_, index) => compute(...spread.map((each) => each[index]!)));
}

function rowMajor(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/** The elements that these strides lead to, for every position of `shape` in row-major order. */
function pick(value: ConstantValue, shape: readonly number[], strides: readonly number[]): Float64Array {
  const sizes = rowMajor(shape);
  return new Float64Array(elementCount(shape)).map((_, index) => {
    const at = shape.reduce((sum, size, axis) => sum + (Math.floor(index / sizes[axis]!) % size) * strides[axis]!, 0);
    return value.data[at]!;
  });
}
