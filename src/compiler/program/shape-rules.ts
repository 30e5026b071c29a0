/**
 * What every kernel accepts and makes. The builder infers with this table and `verify.ts` checks with it, so that a
 * wrong lowering, gradient or pass fails where it was written and not inside an engine.
 */
import { elementCount } from '../../shared/element-count.ts';
import type { DataType, Kernel, KernelAttributes, SpatialWindow } from './program.ts';

export interface TensorType {
  readonly shape: readonly number[];
  readonly type: DataType;
}

/** A program that breaks the rules of its kernels: always a fault of the compiler, never of the user. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** `stated` is the type that the instruction claims; only kernels whose attributes do not determine it may use it. */
type ShapeRule<K extends Kernel> = (
  attributes: KernelAttributes[K],
  operands: readonly TensorType[],
  stated: TensorType,
) => TensorType;

/** How many operands each kernel takes: `[least, most]`. */
const operandCounts: { readonly [K in Kernel]: readonly [number, number] } = {
  input: [0, 0],
  constant: [0, 0],
  unary: [1, 1],
  binary: [2, 2],
  compare: [2, 2],
  where: [3, 3],
  cast: [1, 1],
  reduce: [1, 1],
  reshape: [1, 1],
  transpose: [1, 1],
  expand: [1, 1],
  slice: [1, 1],
  concat: [1, Number.POSITIVE_INFINITY],
  pad: [1, 1],
  gather: [2, 2],
  scatter_add: [3, 3],
  first: [2, 2],
  matmul: [2, 2],
  conv: [2, 3],
  conv_transpose: [2, 3],
  max_pool: [1, 1],
  max_pool_places: [1, 1],
  max_unpool: [2, 2],
  average_pool: [1, 1],
  softmax: [1, 1],
  batch_norm: [5, 5],
  instance_norm: [1, 1],
  layer_norm: [3, 3],
};

const shapeRules: { readonly [K in Kernel]: ShapeRule<K> } = {
  input: (_, __, stated) => stated,

  constant: ({ data }, _, { shape, type }) => {
    require(data.length === elementCount(shape), () => `${data.length} numbers do not fill ${textOf(shape)}`);
    require(type === typeOfData(data), () => `${data.constructor.name} does not hold ${type}`);
    return { shape, type };
  },

  unary: ({ fn }, [x]) => {
    requireType(x!, fn === 'not' ? 'bool' : 'float32', fn);
    return x!;
  },

  binary: ({ fn }, [a, b]) => {
    const type = fn === 'and' || fn === 'or' ? 'bool' : 'float32';
    requireType(a!, type, fn);
    requireType(b!, type, fn);
    return { shape: broadcastShapes(a!.shape, b!.shape), type };
  },

  compare: ({ fn }, [a, b]) => {
    requireType(a!, 'float32', fn);
    requireType(b!, 'float32', fn);
    return { shape: broadcastShapes(a!.shape, b!.shape), type: 'bool' };
  },

  where: (_, [condition, a, b]) => {
    requireType(condition!, 'bool', 'the condition');
    require(a!.type === b!.type, () => `the branches are ${a!.type} and ${b!.type}`);
    return { shape: broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)), type: a!.type };
  },

  cast: ({ to }, [x]) => ({ shape: x!.shape, type: to }),

  reduce: ({ fn, axes }, [x]) => {
    requireType(x!, 'float32', fn);
    require(axes.length > 0, () => 'no axes');
    for (const axis of axes) requireAxis(axis, x!.shape);
    require(new Set(axes).size === axes.length, () => `axes ${textOf(axes)} repeat`);
    return { shape: x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)), type: x!.type };
  },

  reshape: (_, [x], { shape }) => {
    const [from, to] = [elementCount(x!.shape), elementCount(shape)];
    require(from === to, () => `${textOf(x!.shape)} has ${from} elements and ${textOf(shape)} has ${to}`);
    return { shape, type: x!.type };
  },

  transpose: ({ permutation }, [x]) => {
    const ordered = [...permutation].sort((a, b) => a - b);
    require(permutation.length === x!.shape.length && ordered.every((axis, index) => axis === index), () =>
      `${textOf(permutation)} does not permute the axes of ${textOf(x!.shape)}`);
    return { shape: permutation.map((axis) => x!.shape[axis]!), type: x!.type };
  },

  expand: (_, [x], { shape }) => {
    const joined = broadcastShapes(x!.shape, shape);
    require(equalShapes(joined, shape), () => `${textOf(x!.shape)} does not broadcast to ${textOf(shape)}`);
    return { shape, type: x!.type };
  },

  slice: ({ starts, ends, steps }, [x]) => {
    requireEntries('starts', starts, x!.shape.length);
    requireEntries('ends', ends, x!.shape.length);
    requireEntries('steps', steps, x!.shape.length);
    require(steps.every((step) => step !== 0), () => 'a step is 0');
    const shape = x!.shape.map((size, axis) => resolveSlice(size, starts[axis]!, ends[axis]!, steps[axis]!).count);
    return { shape, type: x!.type };
  },

  concat: ({ axis }, operands) => {
    const first = operands[0]!;
    requireAxis(axis, first.shape);
    for (const { shape, type } of operands) {
      require(type === first.type && equalShapes(without(shape, axis), without(first.shape, axis)), () =>
        `${type} ${textOf(shape)} does not join ${first.type} ${textOf(first.shape)} along axis ${axis}`);
    }
    const total = operands.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return { shape: first.shape.map((size, each) => (each === axis ? total : size)), type: first.type };
  },

  pad: ({ pads }, [x]) => {
    requireType(x!, 'float32', 'pad');
    requireEntries('pads', pads, x!.shape.length);
    const shape = x!.shape.map((size, axis) => size + pads[axis]![0] + pads[axis]![1]);
    require(shape.every((size) => size > 0), () => `pads leave nothing of ${textOf(x!.shape)}`);
    return { shape, type: x!.type };
  },

  gather: ({ axis }, [x, indices]) => {
    requireType(indices!, 'int64', 'the indices');
    requireAxis(axis, x!.shape);
    return { shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], type: x!.type };
  },

  scatter_add: (_, [x, indices, updates]) => {
    requireType(x!, 'float32', 'scatter_add');
    requireType(indices!, 'int64', 'the indices');
    requireType(updates!, 'float32', 'the updates');
    const count = updates!.shape[0]!;
    require(equalShapes(indices!.shape, [count, 1]) && equalShapes(updates!.shape.slice(1), x!.shape.slice(1)), () =>
      `${textOf(updates!.shape)} at ${textOf(indices!.shape)} does not add to ${textOf(x!.shape)}`);
    return x!;
  },

  first: (_, [x, count]) => {
    requireType(count!, 'int64', 'the count');
    require(equalShapes(count!.shape, [1]), () => `a count is one number, not ${textOf(count!.shape)}`);
    requireAxis(0, x!.shape);
    return { shape: x!.shape, type: x!.type };
  },

  matmul: (_, [a, b]) => {
    requireType(a!, 'float32', 'matmul');
    requireType(b!, 'float32', 'matmul');
    require(a!.shape.length >= 2 && b!.shape.length >= 2, () =>
      `${textOf(a!.shape)} × ${textOf(b!.shape)}: rank below 2`);
    require(a!.shape.at(-1) === b!.shape.at(-2), () => `${textOf(a!.shape)} × ${textOf(b!.shape)}: inner sizes differ`);
    const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return { shape: [...batch, a!.shape.at(-2)!, b!.shape.at(-1)!], type: 'float32' };
  },

  conv: (window, [x, filter, bias]) => {
    const rank = requireWindow(window, x!);
    requireFilter(filter!, rank);
    const [outputs, perGroup, ...kernel] = filter!.shape;
    const channels = x!.shape[1]!;
    require(channels === perGroup! * window.groups && outputs! % window.groups === 0, () =>
      `${textOf(x!.shape)} with filter ${textOf(filter!.shape)} in ${window.groups} groups`);
    requireBias(bias, outputs!);
    return { shape: [x!.shape[0]!, outputs!, ...windowCounts(window, kernel, x!.shape)], type: 'float32' };
  },

  conv_transpose: (window, [x, filter, bias]) => {
    const rank = requireWindow(window, x!);
    requireFilter(filter!, rank);
    requireEntries('outputPads', window.outputPads, rank);
    const [outputs, perGroup, ...kernel] = filter!.shape;
    require(x!.shape[1] === outputs && outputs! % window.groups === 0, () =>
      `${textOf(x!.shape)} with filter ${textOf(filter!.shape)} in ${window.groups} groups`);
    requireBias(bias, perGroup! * window.groups);
    const spatial = kernel.map((size, axis) => {
      const [before, after] = window.pads[axis]!;
      const full = (x!.shape[axis + 2]! - 1) * window.strides[axis]! + window.dilations[axis]! * (size - 1) + 1;
      return full - before - after + window.outputPads[axis]!;
    });
    return { shape: [x!.shape[0]!, perGroup! * window.groups, ...spatial], type: 'float32' };
  },

  max_pool: (window, [x]) => pooled(window, x!),
  max_pool_places: (window, [x]) => ({ ...pooled(window, x!), type: 'int64' }),

  max_unpool: ({ kernel, strides }, [y, places], { shape }) => {
    requireType(y!, 'float32', 'max_unpool');
    requireType(places!, 'int64', 'the places');
    require(equalShapes(y!.shape, places!.shape), () => `${textOf(y!.shape)} has no places ${textOf(places!.shape)}`);
    requireEntries('kernel', kernel, shape.length - 2);
    requireEntries('strides', strides, shape.length - 2);
    const windows = kernel.map((size, axis) => Math.floor((shape[axis + 2]! - size) / strides[axis]!) + 1);
    require(equalShapes(y!.shape, [...shape.slice(0, 2), ...windows]), () =>
      `${textOf(shape)} has no windows ${textOf(y!.shape)}`);
    return { shape, type: 'float32' };
  },

  average_pool: (window, [x]) => {
    // opset 18 has none; a lowering that needs one writes a depthwise convolution
    require(window.dilations.every((dilation) => dilation === 1), () => 'average pooling cannot be dilated');
    return pooled(window, x!);
  },

  softmax: ({ axis }, [x]) => {
    requireType(x!, 'float32', 'softmax');
    requireAxis(axis, x!.shape);
    return x!;
  },

  batch_norm: (_, [x, ...vectors]) => {
    requireType(x!, 'float32', 'batch_norm');
    for (const { shape, type } of vectors) {
      require(type === 'float32' && shape.length === 1 && shape[0] === x!.shape[1], () =>
        `a vector ${textOf(shape)} for the channels of ${textOf(x!.shape)}`);
    }
    return x!;
  },

  instance_norm: (_, [x]) => {
    requireType(x!, 'float32', 'instance_norm');
    require(x!.shape.length >= 3, () => `${textOf(x!.shape)} has no axes after its channels`);
    return x!;
  },

  layer_norm: (_, [x, ...vectors]) => {
    requireType(x!, 'float32', 'layer_norm');
    for (const { shape, type } of vectors) {
      require(type === 'float32' && shape.length === 1 && shape[0] === x!.shape.at(-1), () =>
        `a vector ${textOf(shape)} for the last axis of ${textOf(x!.shape)}`);
    }
    return x!;
  },
};

/** The type of what a kernel makes. Throws `ProgramError` when the operands or attributes do not fit. */
export function inferType<K extends Kernel>(
  kernel: K,
  attributes: KernelAttributes[K],
  operands: readonly TensorType[],
  stated: TensorType,
): TensorType {
  const [least, most] = operandCounts[kernel];
  require(operands.length >= least && operands.length <= most, () => `${operands.length} operands`);
  const result = shapeRules[kernel](attributes, operands, stated);
  require(result.shape.every(isSize), () => `the result would be ${textOf(result.shape)}`);
  return result;
}

function isSize(size: number): boolean {
  return Number.isInteger(size) && size >= 1;
}

export function equalShapes(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** NumPy broadcasting: sizes agree from the right, or one of them is 1. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): readonly number[] {
  if (equalShapes(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    require(left === right || left === 1 || right === 1, () => `${textOf(a)} and ${textOf(b)} do not broadcast`);
    return left === 1 ? right : left;
  });
}

/** NumPy slicing of one axis: where it begins once clamped, and how many elements it takes. */
export function resolveSlice(size: number, start: number, end: number, step: number): { first: number; count: number } {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (index: number): number => Math.min(high, Math.max(low, index < 0 ? index + size : index));
  const first = clamp(start);
  return { first, count: Math.max(0, Math.ceil((clamp(end) - first) / step)) };
}

/** How many windows fit along each spatial axis of `[N, C, …]`. */
export function windowCounts(window: SpatialWindow, kernel: readonly number[], shape: readonly number[]): number[] {
  return kernel.map((size, axis) => {
    const [before, after] = window.pads[axis]!;
    const extent = window.dilations[axis]! * (size - 1) + 1;
    return Math.floor((shape[axis + 2]! + before + after - extent) / window.strides[axis]!) + 1;
  });
}

export function typeOfData(data: Float32Array | BigInt64Array | Uint8Array): DataType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof BigInt64Array ? 'int64' : 'bool';
}

/** Whether the operator for maximum pooling takes the padding as it is: a dilated window may have more than it takes. */
export function isNarrowPadding(pads: SpatialWindow['pads'], kernel: readonly number[]): boolean {
  return pads.every((pair, axis) => pair.every((size) => size < kernel[axis]!));
}

function pooled(window: KernelAttributes['max_pool'], x: TensorType): TensorType {
  const rank = requireWindow(window, x);
  requireEntries('kernel', window.kernel, rank);
  for (const [axis, [before, after]] of window.pads.entries()) {
    const extent = window.dilations[axis]! * (window.kernel[axis]! - 1) + 1;
    // otherwise a window may lie in the padding alone, where neither a maximum nor a mean exists
    require(before < extent && after < extent, () => `padding ${before}, ${after} around a window of ${extent}`);
  }
  return { shape: [...x.shape.slice(0, 2), ...windowCounts(window, window.kernel, x.shape)], type: 'float32' };
}

/** Checks the lists of a window and returns the number of spatial axes. */
function requireWindow(window: SpatialWindow, x: TensorType): number {
  requireType(x, 'float32', 'a window');
  const rank = x.shape.length - 2;
  require(rank >= 1, () => `${textOf(x.shape)} has no spatial axes`);
  requireEntries('strides', window.strides, rank);
  requireEntries('dilations', window.dilations, rank);
  requireEntries('pads', window.pads, rank);
  require(window.pads.every(([before, after]) => before >= 0 && after >= 0), () => 'pads are negative');
  return rank;
}

function requireFilter(filter: TensorType, rank: number): void {
  requireType(filter, 'float32', 'the filter');
  require(filter.shape.length === rank + 2, () => `filter ${textOf(filter.shape)} over ${rank} spatial axes`);
}

function requireBias(bias: TensorType | undefined, channels: number): void {
  if (bias) require(equalShapes(bias.shape, [channels]), () => `bias ${textOf(bias.shape)} for ${channels} channels`);
}

function requireEntries(name: string, list: readonly unknown[], count: number): void {
  require(list.length === count, () => `${name} has ${list.length} entries for ${count} axes`);
}

function requireAxis(axis: number, shape: readonly number[]): void {
  require(Number.isInteger(axis) && axis >= 0 && axis < shape.length, () => `${textOf(shape)} has no axis ${axis}`);
}

function requireType(x: TensorType, type: DataType, what: string): void {
  require(x.type === type, () => `${what} of ${x.type} where ${type} is needed`);
}

/** The message is only written when it is needed: these checks run for every instruction of every pass. */
function require(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new ProgramError(message());
}

function without(shape: readonly number[], axis: number): readonly number[] {
  return shape.filter((_, each) => each !== axis);
}

export function textOf(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
