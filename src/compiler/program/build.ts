/** The builder of programs: what rules write, on top of an assembler. */
import { elementCount } from '../../shared/element-count.ts';
import { type Assembler, createAssembler } from './assemble.ts';
import type { Builder } from './builder.ts';
import type { KernelAttributes, SpatialWindow } from './program.ts';
import { equalShapes, ProgramError, resolveSlice, textOf } from './shape-rules.ts';

export function createBuilder(): Builder {
  return builderOn(createAssembler());
}

export function builderOn(assembler: Assembler): Builder {
  const { emit } = assembler;
  const builder: Builder = {
    origin: assembler.origin,

    input: (name, shape, type = 'float32') => emit('input', { name }, [], { shape: [...shape], type }),
    constant(data, shape) {
      if (typeof data !== 'number') {
        return emit('constant', { data }, [], { shape: [...(shape ?? [data.length])], type: 'float32' });
      }
      const filled = new Float32Array(elementCount(shape ?? [])).fill(data);
      return emit('constant', { data: filled }, [], { shape: [...(shape ?? [])], type: 'float32' });
    },
    indices(data, shape = [data.length]) {
      return emit('constant', { data: BigInt64Array.from(data, BigInt) }, [], { shape: [...shape], type: 'int64' });
    },

    unary: (fn, x) => emit('unary', { fn }, [x]),
    binary: (fn, a, b) => emit('binary', { fn }, [a, b]),
    compare: (fn, a, b) => emit('compare', { fn }, [a, b]),
    where: (condition, a, b) => emit('where', {}, [condition, a, b]),
    cast: (x, to) => (x.type === to ? x : emit('cast', { to }, [x])),
    reduce(fn, x, axes) {
      const ordered = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, b) => a - b);
      return ordered.length === 0 ? x : emit('reduce', { fn, axes: ordered }, [x]);
    },

    reshape: (x, shape) =>
      equalShapes(x.shape, shape) ? x : emit('reshape', {}, [x], { shape: [...shape], type: x.type }),
    transpose(x, permutation) {
      const same = permutation.length === x.shape.length && permutation.every((axis, index) => axis === index);
      return same ? x : emit('transpose', { permutation: [...permutation] }, [x]);
    },
    expand: (x, shape) =>
      equalShapes(x.shape, shape) ? x : emit('expand', {}, [x], { shape: [...shape], type: x.type }),
    slice(x, starts, ends, steps = x.shape.map(() => 1)) {
      const canonical = canonicalSlice(x.shape, starts, ends, steps);
      const whole = x.shape.every((size, axis) => {
        const { first, count } = resolveSlice(
          size,
          canonical.starts[axis] ?? 0,
          canonical.ends[axis] ?? 0,
          steps[axis] || 1,
        );
        return first === 0 && count === size && steps[axis] === 1;
      });
      return whole ? x : emit('slice', canonical, [x]);
    },
    concat: (xs, axis) => (xs.length === 1 ? xs[0]! : emit('concat', { axis }, xs)),
    pad(x, pads, value = 0) {
      const none = pads.length === x.shape.length && pads.every(([before, after]) => before === 0 && after === 0);
      return none ? x : emit('pad', { pads: pads.map(([before, after]) => [before, after] as const), value }, [x]);
    },
    gather: (x, indices, axis) => emit('gather', { axis }, [x, indices]),
    scatterAdd: (x, indices, updates) => emit('scatter_add', {}, [x, indices, updates]),
    first: (x, count) => emit('first', {}, [x, count]),

    matmul: (a, b) => emit('matmul', {}, [a, b]),
    conv: (x, filter, bias, window) =>
      emit('conv', { ...windowOf(window), groups: window.groups }, bias ? [x, filter, bias] : [x, filter]),
    convTranspose: (x, filter, bias, window) =>
      emit(
        'conv_transpose',
        { ...windowOf(window), groups: window.groups, outputPads: [...window.outputPads] },
        bias ? [x, filter, bias] : [x, filter],
      ),
    maxPoolPlaces: (x, window) => emit('max_pool_places', { ...windowOf(window), kernel: [...window.kernel] }, [x]),
    maxPool: (x, window) => emit('max_pool', { ...windowOf(window), kernel: [...window.kernel] }, [x]),
    maxUnpool: (y, places, { kernel, strides }, shape) =>
      emit('max_unpool', { kernel: [...kernel], strides: [...strides] }, [y, places], {
        shape: [...shape],
        type: 'float32',
      }),
    averagePool: (x, window) =>
      emit('average_pool', { ...windowOf(window), kernel: [...window.kernel], countPadding: window.countPadding }, [x]),
    softmax: (x, axis) => emit('softmax', { axis: axis < 0 ? axis + x.shape.length : axis }, [x]),
    batchNorm: (x, vectors, epsilon) => emit('batch_norm', { epsilon: Math.fround(epsilon) }, [x, ...vectors]),
    instanceNorm: (x, epsilon) => emit('instance_norm', { epsilon: Math.fround(epsilon) }, [x]),
    layerNorm: (x, vectors, epsilon) => emit('layer_norm', { epsilon: Math.fround(epsilon) }, [x, ...vectors]),

    neg: (x) => builder.unary('neg', x),
    add: (a, b) => builder.binary('add', a, b),
    sub: (a, b) => builder.binary('sub', a, b),
    mul: (a, b) => builder.binary('mul', a, b),
    div: (a, b) => builder.binary('div', a, b),
    scale: (x, scale) => (scale === 1 ? x : builder.mul(x, builder.constant(scale))),
    sumTo(x, shape) {
      const extra = x.shape.length - shape.length;
      const targets = x.shape.map((_, axis) => (axis < extra ? 1 : shape[axis - extra]!));
      if (extra < 0 || x.shape.some((size, axis) => targets[axis] !== size && targets[axis] !== 1)) {
        throw new ProgramError(`${assembler.currentOrigin()}: ${textOf(x.shape)} does not sum to ${textOf(shape)}`);
      }
      const axes = x.shape.flatMap((size, axis) => (size === targets[axis] ? [] : [axis]));
      return builder.reshape(builder.reduce('sum', x, axes), shape);
    },

    finish: assembler.finish,
  };
  return builder;
}

/** Only the fields of a window, in one order, so that equal windows make equal keys. */
function windowOf({ strides, dilations, pads }: SpatialWindow): SpatialWindow {
  return {
    strides: [...strides],
    dilations: [...dilations],
    pads: pads.map(([before, after]) => [before, after] as const),
  };
}

/** One form for each slice: clamped, and with the end just past the last element taken or `-(size + 1)` for "to the front". */
function canonicalSlice(
  shape: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): KernelAttributes['slice'] {
  // lists of the wrong length and zero steps stay as they are, for the shape rule to refuse
  const fits = [starts, ends, steps].every((list) => list.length === shape.length) && steps.every((step) => step !== 0);
  if (!fits) return { starts: [...starts], ends: [...ends], steps: [...steps] };
  const resolved = shape.map((size, axis) => resolveSlice(size, starts[axis]!, ends[axis]!, steps[axis]!));
  return {
    starts: resolved.map(({ first }) => first),
    ends: resolved.map(({ first, count }, axis) => {
      const last = first + (count - 1) * steps[axis]!;
      if (count === 0) return first;
      return steps[axis]! > 0 ? last + 1 : last === 0 ? -shape[axis]! - 1 : last - 1;
    }),
    steps: [...steps],
  };
}
