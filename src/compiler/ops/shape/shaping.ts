import {
  add,
  type Dim,
  div,
  divides,
  format,
  isEqual,
  isLess,
  isUnknown,
  mul,
  product,
  sub,
  unknownDim,
  unknownInteger,
} from '../../../shared/dim.ts';
import type { OpKind, Pair } from '../kind.ts';
import { broadcast } from './broadcast.ts';
import { atLeast, axisOf, type Dims, fixed, fixedPair, imageInput, type ShapeCall, type ShapeRule } from './rule.ts';

function replaced(shape: Dims, axis: number, size: Dim): Dims {
  return shape.map((each, index) => (index === axis ? size : each));
}

function reduction(call: ShapeCall) {
  const shape = call.inputs[0]!;
  const keepAxes = call.args.flag('keep_axes');
  const given = call.args.has('axes') ? call.args.ints('axes') : shape.map((_, index) => index);
  if (given === undefined) return undefined;
  const axes: number[] = [];
  for (const each of given) {
    const axis = axisOf(call, each, shape.length, 'axes');
    if (axis === undefined) return undefined;
    if (axes.includes(axis)) return call.report('repeated-axis', { op: call.op, axis }, { at: 'axes' });
    axes.push(axis);
  }
  axes.sort((a, b) => a - b);
  // The number of axes of the result depends on it.
  if (keepAxes === undefined) return undefined;
  const output = keepAxes
    ? shape.map((size, index) => (axes.includes(index) ? 1 : size))
    : shape.filter((_, index) => !axes.includes(index));
  return { attributes: { axes, keepAxes }, outputs: [output] };
}

/** Each part is an output of its own. */
const MOST_PARTS = 4096;

function tooManyParts(call: ShapeCall, count: number): undefined {
  const args = { op: call.op, name: 'parts', value: String(count), range: `at most ${MOST_PARTS}` };
  return call.report('argument-out-of-range', args, { at: 'parts', inputs: true });
}

export const shaping = {
  concat: (call) => {
    const [first] = call.inputs;
    if (first === undefined) return call.report('nothing-to-concat', {}, { at: 'xs' });
    const axis = axisOf(call, call.args.int('axis'), first.length, 'axis');
    if (axis === undefined) return undefined;
    let size: Dim = 0;
    const joined = [...first];
    for (const [index, shape] of call.inputs.entries()) {
      const sameRank = shape.length === first.length;
      const at = sameRank ? shape.findIndex((each, i) => i !== axis && isEqual(each, joined[i]!) === false) : -1;
      if (!sameRank || at >= 0) {
        return call.report('concat-mismatch', { axis, index, first: joined, other: shape, at }, { inputs: true });
      }
      for (const [at, each] of shape.entries()) if (isUnknown(joined[at]!)) joined[at] = each;
      size = add(size, shape[axis]!);
    }
    return { attributes: { axis }, outputs: [replaced(joined, axis, size)] };
  },

  split: (call) => {
    const shape = call.inputs[0]!;
    const axis = axisOf(call, call.args.int('axis'), shape.length, 'axis');
    const parts = call.args.ints('parts');
    if (axis === undefined || parts === undefined) return undefined;
    const size = shape[axis]!;
    if (parts.length > MOST_PARTS) return tooManyParts(call, parts.length);
    if (!call.args.isList('parts')) {
      const count = parts[0]!;
      if (typeof count !== 'number' || !atLeast(call, 'parts', count, 1)) return undefined;
      if (count > MOST_PARTS) return tooManyParts(call, count);
      if (divides(count, size) === false) {
        return call.report(
          'split-does-not-divide',
          { axis, size: format(size), parts: format(count) },
          { at: 'parts', inputs: true },
        );
      }
      const piece = div(size, count);
      return {
        attributes: { axis, sizes: Array.from({ length: count }, () => fixed(piece)) },
        outputs: Array.from({ length: count }, () => replaced(shape, axis, piece)),
      };
    }
    const total = parts.reduce((sum: Dim, each) => add(sum, each), 0);
    if (!parts.every((each) => atLeast(call, 'parts', each, 1))) return undefined;
    if (isEqual(total, size) === false) {
      return call.report(
        'split-sizes',
        { axis, size: format(size), total: format(total) },
        { at: 'parts', inputs: true },
      );
    }
    return { attributes: { axis, sizes: parts.map(fixed) }, outputs: parts.map((each) => replaced(shape, axis, each)) };
  },

  slice: (call) => {
    const shape = call.inputs[0]!;
    const axis = axisOf(call, call.args.int('axis'), shape.length, 'axis');
    if (axis === undefined) return undefined;
    const size = shape[axis]!;
    // Whether a symbol counts from the front or from the end is not known.
    const fromEnd = (position: Dim): Dim => {
      const negative = isLess(position, 0);
      return negative === undefined ? unknownInteger() : negative ? add(size, position) : position;
    };
    const [start, end] = [fromEnd(call.args.int('start')), fromEnd(call.args.int('end'))];
    if (isLess(start, 0) === true || isLess(size, end) === true || isLess(start, end) === false) {
      return call.report(
        'slice-out-of-range',
        { axis, size: format(size), start: format(start), end: format(end) },
        { at: 'end', inputs: true },
      );
    }
    return {
      attributes: { axis, start: fixed(start), end: fixed(end) },
      outputs: [replaced(shape, axis, sub(end, start))],
    };
  },

  reshape: (call) => {
    const shape = call.inputs[0]!;
    const wanted = call.args.ints('shape');
    if (wanted === undefined) return undefined;
    const free = wanted.filter((each) => each === -1).length;
    if (free > 1 || wanted.some((each) => typeof each === 'number' && each < 1 && each !== -1)) {
      return call.report('reshape-sizes', { sizes: wanted }, { at: 'shape' });
    }
    const count = product(shape);
    const given = product(wanted.filter((each) => each !== -1));
    const fits = free === 1 ? divides(given, count) : isEqual(given, count);
    if (fits === false) {
      return call.report(
        'reshape-mismatch',
        { from: shape, to: wanted, count: format(count), given: format(given) },
        { at: 'shape', inputs: true },
      );
    }
    const output = wanted.map((each) => (each === -1 ? div(count, given) : each));
    return { attributes: { shape: output.map(fixed) }, outputs: [output] };
  },

  flatten: (call) => ({ attributes: {}, outputs: [[product(call.inputs[0]!)]] }),

  transpose: (call) => {
    const shape = call.inputs[0]!;
    const permutation = call.args.ints('permutation')?.map(fixed);
    if (permutation === undefined) return undefined;
    if (permutation.length === shape.length && permutation.some(Number.isNaN)) {
      return { attributes: { permutation }, outputs: [shape.map(unknownDim)] };
    }
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== shape.length || sorted.some((each, index) => each !== index)) {
      return call.report('bad-permutation', { permutation, rank: shape.length }, { at: 'permutation', inputs: true });
    }
    return { attributes: { permutation }, outputs: [permutation.map((axis) => shape[axis]!)] };
  },

  pad: (call) => {
    const shape = call.inputs[0]!;
    const pads = call.args.pairs('pads');
    if (pads === undefined) return undefined;
    if (pads.length !== shape.length) {
      return call.report('bad-pads', { given: pads.length, rank: shape.length }, { at: 'pads', inputs: true });
    }
    if (!pads.every((pair) => pair.every((each) => atLeast(call, 'pads', each, 0)))) return undefined;
    return {
      attributes: { pads: pads.map((pair) => fixedPair(pair) as Pair), value: call.args.float('value') },
      outputs: [shape.map((size, axis) => add(size, add(pads[axis]![0], pads[axis]![1])))],
    };
  },

  reduce_mean: reduction,
  reduce_sum: reduction,
  reduce_max: reduction,
  reduce_min: reduction,

  broadcast_to: (call) => {
    const shape = call.inputs[0]!;
    const wanted = call.args.ints('shape');
    if (wanted === undefined || !wanted.every((each) => atLeast(call, 'shape', each, 1))) return undefined;
    const joined = broadcast(shape, wanted);
    const fits =
      'shape' in joined &&
      wanted.length >= shape.length &&
      joined.shape.every((size, axis) => isEqual(size, wanted[axis]!) !== false);
    if (!fits) {
      return call.report('broadcast-mismatch', { from: shape, to: wanted }, { at: 'shape', inputs: true });
    }
    return { attributes: { shape: wanted.map(fixed) }, outputs: [wanted] };
  },

  resize: (call) => {
    const input = imageInput(call);
    if (input === undefined) return undefined;
    const size = call.args.pair('size');
    if (!size.every((each) => atLeast(call, 'size', each, 1))) return undefined;
    const method = call.args.choice<'nearest' | 'bilinear'>('method');
    const alignCorners = call.args.bool('align_corners');
    if (alignCorners && method === 'nearest') {
      const args = { op: call.op, name: 'align_corners', value: 'true', range: 'false with the method "nearest"' };
      return call.report('argument-out-of-range', args, { at: 'align_corners' });
    }
    return { attributes: { size: fixedPair(size), method, alignCorners }, outputs: [[...size, input[2]]] };
  },

  upsample: (call) => {
    const input = imageInput(call);
    if (input === undefined) return undefined;
    const scale = call.args.pair('scale');
    if (!scale.every((each) => atLeast(call, 'scale', each, 1))) return undefined;
    return {
      attributes: { scale: fixedPair(scale), method: call.args.choice<'nearest' | 'bilinear'>('method') },
      outputs: [[mul(input[0], scale[0]), mul(input[1], scale[1]), input[2]]],
    };
  },
} satisfies { [K in OpKind]?: ShapeRule<K> };
