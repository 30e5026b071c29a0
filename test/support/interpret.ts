/**
 * The reference for programs: each kernel by its definition, in float64, with plain loops. Slow and obvious; finite
 * differences, passes and engines are judged by it.
 */
import type {
  Binary,
  Comparison,
  Instruction,
  Kernel,
  Program,
  Reduction,
  SpatialWindow,
  Unary,
} from '../../src/compiler/program/program.ts';
import { resolveSlice } from '../../src/compiler/program/shape-rules.ts';
import { elementCount } from '../../src/shared/element-count.ts';

interface Value {
  readonly shape: readonly number[];
  /** Integers and booleans (0 and 1) are numbers too. */
  readonly data: Float64Array;
}

export type Feeds = Readonly<Record<string, Float64Array | Float32Array | readonly number[]>>;

/** Runs a program: every input by name, flat in row-major order; every output likewise. */
export function interpret(program: Program, feeds: Feeds): Record<string, Float64Array> {
  const values: Value[] = [];
  for (const instruction of program.instructions) {
    const operands = instruction.operands.map((operand) => values[operand]!);
    const compute = kernels[instruction.kernel] as (
      instruction: Instruction,
      operands: readonly Value[],
      feeds: Feeds,
    ) => Float64Array;
    const data = compute(instruction, operands, feeds);
    if (data.length !== elementCount(instruction.shape)) {
      throw new Error(`%${instruction.id} ${instruction.kernel}: ${data.length} elements for [${instruction.shape}]`);
    }
    values.push({ shape: instruction.shape, data });
  }
  return Object.fromEntries(program.outputs.map(({ name, tensor }) => [name, values[tensor]!.data]));
}

type Compute<K extends Kernel> = (
  instruction: Extract<Instruction, { readonly kernel: K }>,
  operands: readonly Value[],
  feeds: Feeds,
) => Float64Array;

const kernels: { readonly [K in Kernel]: Compute<K> } = {
  input: ({ attributes, shape }, _, feeds) => {
    const fed = feeds[attributes.name];
    if (!fed) throw new Error(`input ${attributes.name} is not fed`);
    if (fed.length !== elementCount(shape)) {
      throw new Error(`input ${attributes.name}: ${fed.length} numbers for [${shape}]`);
    }
    return Float64Array.from(fed);
  },
  constant: ({ attributes }) => Float64Array.from(attributes.data as ArrayLike<number | bigint>, Number),

  unary: ({ attributes }, [x]) => x!.data.map(unaries[attributes.fn]),
  binary: ({ attributes, shape }, [a, b]) => elementwise(shape, [a!, b!], binaries[attributes.fn]),
  compare: ({ attributes, shape }, [a, b]) => elementwise(shape, [a!, b!], comparisons[attributes.fn]),
  where: ({ shape }, [condition, a, b]) => elementwise(shape, [condition!, a!, b!], (c, x, y) => (c ? x : y)),
  cast: ({ attributes }, [x]) => {
    if (attributes.to === 'bool') return x!.data.map((each) => (each === 0 ? 0 : 1));
    return attributes.to === 'int64' ? x!.data.map(Math.trunc) : x!.data;
  },

  reduce: ({ attributes, shape }, [x]) => {
    const { start, join } = reductions[attributes.fn];
    const result = new Float64Array(elementCount(shape)).fill(start);
    const targets = offsets(
      x!.shape,
      rowMajor(shape).map((stride, axis) => (attributes.axes.includes(axis) ? 0 : stride)),
    );
    for (const [index, target] of targets.entries()) result[target] = join(result[target]!, x!.data[index]!);
    return attributes.fn === 'mean' ? result.map((sum) => (sum * result.length) / x!.data.length) : result;
  },

  reshape: (_, [x]) => x!.data,
  transpose: ({ attributes, shape }, [x]) => {
    const strides = rowMajor(x!.shape);
    return pick(
      x!,
      offsets(
        shape,
        attributes.permutation.map((axis) => strides[axis]!),
      ),
    );
  },
  expand: ({ shape }, [x]) => pick(x!, broadcastOffsets(x!.shape, shape)),
  slice: ({ attributes: { starts, ends, steps }, shape }, [x]) => {
    const strides = rowMajor(x!.shape);
    const first = x!.shape.reduce(
      (sum, size, axis) => sum + strides[axis]! * resolveSlice(size, starts[axis]!, ends[axis]!, steps[axis]!).first,
      0,
    );
    return pick(
      x!,
      offsets(
        shape,
        strides.map((stride, axis) => stride * steps[axis]!),
        first,
      ),
    );
  },
  concat: ({ attributes: { axis }, shape }, operands) => {
    const result = new Float64Array(elementCount(shape));
    const strides = rowMajor(shape);
    let before = 0;
    for (const x of operands) {
      const targets = offsets(x.shape, strides, before * strides[axis]!);
      for (const [index, target] of targets.entries()) result[target] = x.data[index]!;
      before += x.shape[axis]!;
    }
    return result;
  },
  pad: ({ attributes: { pads, value }, shape }, [x]) => {
    const strides = rowMajor(shape);
    // by axis: where each place of the operand comes to, or undefined where it is cut off
    const moved = x!.shape.map((size, axis) =>
      Array.from({ length: size }, (_, place) => place + pads[axis]![0]).map((place) =>
        place >= 0 && place < shape[axis]! ? place * strides[axis]! : undefined,
      ),
    );
    const targets = moved.reduce<readonly (number | undefined)[]>(
      (starts, places) =>
        starts.flatMap((start) =>
          places.map((place) => (start === undefined || place === undefined ? undefined : start + place)),
        ),
      [0],
    );
    const result = new Float64Array(elementCount(shape)).fill(value);
    for (const [index, target] of targets.entries()) if (target !== undefined) result[target] = x!.data[index]!;
    return result;
  },
  gather: ({ attributes: { axis } }, [x, indices]) => {
    const inner = elementCount(x!.shape.slice(axis + 1));
    const size = x!.shape[axis]!;
    const result: number[] = [];
    for (let outer = 0; outer < elementCount(x!.shape.slice(0, axis)); outer++) {
      for (const index of indices!.data) {
        const begin = (outer * size + (index < 0 ? index + size : index)) * inner;
        for (let each = begin; each < begin + inner; each++) result.push(x!.data[each]!);
      }
    }
    return Float64Array.from(result);
  },

  scatter_add: (_, [x, indices, updates]) => {
    const result = Float64Array.from(x!.data);
    const inner = elementCount(x!.shape.slice(1));
    for (const [at, update] of updates!.data.entries()) {
      result[indices!.data[Math.floor(at / inner)]! * inner + (at % inner)]! += update;
    }
    return result;
  },
  first: (_, [x]) => x!.data,
  matmul: ({ shape }, [a, b]) => {
    const [rows, columns, inner] = [shape.at(-2)!, shape.at(-1)!, a!.shape.at(-1)!];
    const batch = shape.slice(0, -2);
    const left = broadcastOffsets(a!.shape.slice(0, -2), batch);
    const right = broadcastOffsets(b!.shape.slice(0, -2), batch);
    const result = new Float64Array(elementCount(shape));
    for (let each = 0; each < left.length; each++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let sum = 0;
          for (let k = 0; k < inner; k++) {
            sum +=
              a!.data[(left[each]! * rows + row) * inner + k]! *
              b!.data[(right[each]! * inner + k) * columns + column]!;
          }
          result[(each * rows + row) * columns + column] = sum;
        }
      }
    }
    return result;
  },

  instance_norm: ({ attributes: { epsilon }, shape }, [x]) =>
    standardised(x!.data, elementCount(shape.slice(2)), epsilon),

  layer_norm: ({ attributes: { epsilon }, shape }, [x, gamma, beta]) => {
    const channels = shape.at(-1)!;
    return standardised(x!.data, channels, epsilon).map(
      (each, index) => gamma!.data[index % channels]! * each + beta!.data[index % channels]!,
    );
  },

  batch_norm: ({ attributes: { epsilon }, shape }, [x, ...vectors]) => {
    const [gamma, beta, mean, variance] = vectors.map(({ data }) => data) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const size = elementCount(shape.slice(2));
    return x!.data.map((each, index) => {
      const channel = Math.floor(index / size) % shape[1]!;
      return (gamma[channel]! * (each - mean[channel]!)) / Math.sqrt(variance[channel]! + epsilon) + beta[channel]!;
    });
  },
  conv: ({ attributes, shape }, [x, filter, bias]) => {
    const result = new Float64Array(elementCount(shape));
    eachProduct(attributes, attributes.groups, x!.shape, filter!.shape, shape, (atX, atFilter, atResult) => {
      result[atResult]! += x!.data[atX]! * filter!.data[atFilter]!;
    });
    return withBias(result, shape, bias);
  },
  conv_transpose: ({ attributes, shape }, [y, filter, bias]) => {
    const result = new Float64Array(elementCount(shape));
    eachProduct(attributes, attributes.groups, shape, filter!.shape, y!.shape, (atResult, atFilter, atY) => {
      result[atResult]! += y!.data[atY]! * filter!.data[atFilter]!;
    });
    return withBias(result, shape, bias);
  },

  max_pool: ({ attributes, shape }, [x]) => {
    const result = new Float64Array(elementCount(shape)).fill(Number.NEGATIVE_INFINITY);
    eachPooled(attributes, x!.shape, shape, (atX, atResult) => {
      result[atResult] = Math.max(result[atResult]!, x!.data[atX]!);
    });
    return result;
  },
  max_pool_places: ({ attributes, shape }, [x]) => {
    const places = new Float64Array(elementCount(shape)).fill(-1);
    eachPooled(attributes, x!.shape, shape, (atX, atResult) => {
      const best = places[atResult]!;
      if (best < 0 || x!.data[atX]! > x!.data[best]!) places[atResult] = atX;
    });
    return places;
  },
  max_unpool: ({ shape }, [y, places]) => {
    const result = new Float64Array(elementCount(shape));
    for (const [at, place] of places!.data.entries()) result[place] = y!.data[at]!;
    return result;
  },
  average_pool: ({ attributes, shape }, [x]) => {
    const sums = new Float64Array(elementCount(shape));
    const counts = new Float64Array(sums.length);
    eachPooled(attributes, x!.shape, shape, (atX, atResult) => {
      sums[atResult]! += x!.data[atX]!;
      counts[atResult]! += 1;
    });
    const whole = elementCount(attributes.kernel);
    return sums.map((sum, index) => sum / (attributes.countPadding ? whole : counts[index]!));
  },

  softmax: ({ attributes: { axis }, shape }, [x]) => {
    const reducedStrides = rowMajor(shape.map((size, each) => (each === axis ? 1 : size)));
    const targets = offsets(
      shape,
      reducedStrides.map((stride, each) => (each === axis ? 0 : stride)),
    );
    const highest = new Float64Array(x!.data.length / shape[axis]!).fill(Number.NEGATIVE_INFINITY);
    for (const [index, target] of targets.entries()) highest[target] = Math.max(highest[target]!, x!.data[index]!);
    const powers = x!.data.map((each, index) => Math.exp(each - highest[targets[index]!]!));
    const sums = new Float64Array(highest.length);
    for (const [index, target] of targets.entries()) sums[target]! += powers[index]!;
    return powers.map((power, index) => power / sums[targets[index]!]!);
  },
};

/** Each run of `size` numbers less its mean, over its deviation. */
function standardised(data: Float64Array, size: number, epsilon: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let first = 0; first < data.length; first += size) {
    const run = data.subarray(first, first + size);
    const mean = run.reduce((sum, each) => sum + each, 0) / size;
    const variance = run.reduce((sum, each) => sum + (each - mean) ** 2, 0) / size;
    result.set(
      run.map((each) => (each - mean) / Math.sqrt(variance + epsilon)),
      first,
    );
  }
  return result;
}

const unaries: { readonly [F in Unary]: (x: number) => number } = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  abs: Math.abs,
  sign: Math.sign,
  step: (x) => (x > 0 ? 1 : 0),
  floor: Math.floor,
  tanh: Math.tanh,
  hard_sigmoid: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  sin: Math.sin,
  cos: Math.cos,
  erf,
  relu: (x) => Math.max(x, 0),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  not: (x) => 1 - x,
};

const binaries: { readonly [F in Binary]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  max: Math.max,
  min: Math.min,
  and: (a, b) => a * b,
  or: Math.max,
};

const comparisons: { readonly [F in Comparison]: (a: number, b: number) => number } = {
  equal: (a, b) => Number(a === b),
  greater: (a, b) => Number(a > b),
  greater_equal: (a, b) => Number(a >= b),
  less: (a, b) => Number(a < b),
  less_equal: (a, b) => Number(a <= b),
};

const reductions: { readonly [F in Reduction]: { start: number; join: (a: number, b: number) => number } } = {
  sum: { start: 0, join: (a, b) => a + b },
  mean: { start: 0, join: (a, b) => a + b },
  max: { start: Number.NEGATIVE_INFINITY, join: Math.max },
  min: { start: Number.POSITIVE_INFINITY, join: Math.min },
};

/** The error function by its series `2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!`, whose terms are all of one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/** For each element of `shape` in row-major order, where these strides lead. */
function offsets(shape: readonly number[], strides: readonly number[], first = 0): Int32Array {
  let result = Int32Array.of(first);
  for (const [axis, size] of shape.entries()) {
    const next = new Int32Array(result.length * size);
    for (const [index, offset] of result.entries()) {
      for (let each = 0; each < size; each++) next[index * size + each] = offset + each * strides[axis]!;
    }
    result = next;
  }
  return result;
}

/** For each element of `shape`, the element of an operand of shape `from` that broadcasts there. */
function broadcastOffsets(from: readonly number[], shape: readonly number[]): Int32Array {
  const strides = rowMajor(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
  return offsets(shape, [...shape.slice(from.length).map(() => 0), ...strides]);
}

function pick(x: Value, at: Int32Array): Float64Array {
  return Float64Array.from(at, (offset) => x.data[offset]!);
}

function elementwise(
  shape: readonly number[],
  operands: readonly Value[],
  apply: (...numbers: number[]) => number,
): Float64Array {
  const spread = operands.map((operand) => pick(operand, broadcastOffsets(operand.shape, shape)));
  return new Float64Array(elementCount(shape)).map((_, index) => apply(...spread.map((each) => each[index]!)));
}

/** Visits every meeting of a window element with an input element, as flat spatial positions. */
function eachTap(
  window: SpatialWindow,
  input: readonly number[],
  kernel: readonly number[],
  output: readonly number[],
  visit: (atInput: number, atKernel: number, atOutput: number) => void,
): void {
  const walk = (axis: number, atInput: number, atKernel: number, atOutput: number): void => {
    if (axis === input.length) {
      visit(atInput, atKernel, atOutput);
      return;
    }
    for (let out = 0; out < output[axis]!; out++) {
      for (let tap = 0; tap < kernel[axis]!; tap++) {
        const at = out * window.strides[axis]! + tap * window.dilations[axis]! - window.pads[axis]![0];
        if (at < 0 || at >= input[axis]!) continue;
        walk(axis + 1, atInput * input[axis]! + at, atKernel * kernel[axis]! + tap, atOutput * output[axis]! + out);
      }
    }
  };
  walk(0, 0, 0, 0);
}

/** Visits every product of a convolution from `[N, C, …]` with filter `[O, C / groups, …]` to `[N, O, …]`. */
function eachProduct(
  window: SpatialWindow,
  groups: number,
  x: readonly number[],
  filter: readonly number[],
  y: readonly number[],
  visit: (atX: number, atFilter: number, atY: number) => void,
): void {
  const [batch, channels] = x as [number, number];
  const [outputs, perGroup] = filter as [number, number];
  const [xSize, filterSize, ySize] = [x, filter, y].map((shape) => elementCount(shape.slice(2))) as [
    number,
    number,
    number,
  ];
  eachTap(window, x.slice(2), filter.slice(2), y.slice(2), (atInput, atKernel, atOutput) => {
    for (let n = 0; n < batch; n++) {
      for (let o = 0; o < outputs; o++) {
        const firstChannel = Math.floor((o * groups) / outputs) * perGroup;
        for (let c = 0; c < perGroup; c++) {
          visit(
            (n * channels + firstChannel + c) * xSize + atInput,
            (o * perGroup + c) * filterSize + atKernel,
            (n * outputs + o) * ySize + atOutput,
          );
        }
      }
    }
  });
}

function eachPooled(
  window: SpatialWindow & { kernel: readonly number[] },
  x: readonly number[],
  y: readonly number[],
  visit: (atX: number, atY: number) => void,
): void {
  const [xSize, ySize] = [elementCount(x.slice(2)), elementCount(y.slice(2))];
  eachTap(window, x.slice(2), window.kernel, y.slice(2), (atInput, _, atOutput) => {
    for (let plane = 0; plane < x[0]! * x[1]!; plane++) visit(plane * xSize + atInput, plane * ySize + atOutput);
  });
}

function withBias(result: Float64Array, shape: readonly number[], bias: Value | undefined): Float64Array {
  if (!bias) return result;
  const size = elementCount(shape.slice(2));
  return result.map((each, index) => each + bias.data[Math.floor(index / size) % shape[1]!]!);
}
