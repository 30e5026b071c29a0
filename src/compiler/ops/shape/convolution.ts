import { add, type Dim, divides, format, isEqual, isLess, mul, sub, unknownDim } from '../../../shared/dim.ts';
import type { Kernel, OpKind, Pads } from '../kind.ts';
import { broadcast } from './broadcast.ts';
import { atLeast, type Dims, fixed, fixedPair, imageInput, type ShapeCall, type ShapeRule } from './rule.ts';
import { isNotNegative, slide } from './window.ts';

function kernelOf({ args }: ShapeCall): Kernel {
  return {
    bias: args.bool('bias'),
    initializer: args.initializer('initializer'),
    biasInitializer: args.initializer('bias_initializer'),
  };
}

/** Whether channels and filters part into groups; if certainly not, that is reported. */
function partsInto(call: ShapeCall, groups: Dim, channels: Dim, filters: Dim): boolean {
  for (const [what, count] of [
    ['input channels', channels],
    ['filters', filters],
  ] as const) {
    if (divides(groups, count) !== false) continue;
    const args = { op: call.op, groups: format(groups), what, count: format(count) };
    call.report('groups-do-not-divide', args, { at: 'groups', inputs: true });
    return false;
  }
  return true;
}

export const convolution = {
  conv2d: (call) => {
    const input = imageInput(call);
    if (input === undefined) return undefined;
    const [height, width, channels] = input;
    const { args } = call;
    const filters = args.int('filters');
    const groups = args.int('groups');
    if (!atLeast(call, 'filters', filters, 1) || !atLeast(call, 'groups', groups, 1)) return undefined;
    if (!partsInto(call, groups, channels, filters)) return undefined;
    const slid = slide(call, [height, width], {
      kernel: args.pair('kernel'),
      stride: args.pair('stride'),
      dilation: args.pair('dilation'),
      padding: args.padding('padding'),
    });
    if (slid === undefined) return undefined;
    return {
      attributes: {
        ...slid.window,
        filters: fixed(filters),
        groups: fixed(groups),
        ...kernelOf(call),
      },
      outputs: [[...slid.size, filters]],
    };
  },

  depthwise_conv2d: (call) => {
    const input = imageInput(call);
    if (input === undefined) return undefined;
    const [height, width, channels] = input;
    const { args } = call;
    const multiplier = args.int('multiplier');
    if (!atLeast(call, 'multiplier', multiplier, 1)) return undefined;
    const slid = slide(call, [height, width], {
      kernel: args.pair('kernel'),
      stride: args.pair('stride'),
      dilation: args.pair('dilation'),
      padding: args.padding('padding'),
    });
    if (slid === undefined) return undefined;
    return {
      attributes: {
        ...slid.window,
        multiplier: fixed(multiplier),
        ...kernelOf(call),
      },
      outputs: [[...slid.size, mul(channels, multiplier)]],
    };
  },

  conv2d_transpose: (call) => {
    const input = imageInput(call);
    if (input === undefined) return undefined;
    const { args } = call;
    const filters = args.int('filters');
    const [kernel, stride, dilation] = [args.pair('kernel'), args.pair('stride'), args.pair('dilation')];
    const extra = args.pair('output_padding');
    const groups = args.int('groups');
    if (!atLeast(call, 'filters', filters, 1) || !atLeast(call, 'groups', groups, 1)) return undefined;
    if (!partsInto(call, groups, input[2], filters)) return undefined;
    for (const [name, pair] of Object.entries({ kernel, stride, dilation })) {
      if (!pair.every((value) => atLeast(call, name, value, 1))) return undefined;
    }
    const padding = args.padding('padding');
    if (!isNotNegative(call, padding)) return undefined;
    const size: Dim[] = [];
    const cut: [number, number][] = [];
    for (const axis of [0, 1] as const) {
      const reach = add(mul(sub(kernel[axis], 1), dilation[axis]), 1);
      const whole = add(mul(sub(input[axis], 1), stride[axis]), reach);
      if (padding === undefined) {
        cut.push([Number.NaN, Number.NaN]);
        size.push(unknownDim());
        continue;
      }
      if (padding === 'same') {
        // The adjoint of "same": what a convolution of size·stride would have padded, or missing rows added at the end.
        const total = fixed(sub(reach, stride[axis]));
        cut.push([Math.floor(Math.max(0, total) / 2), Math.ceil(Math.max(0, total) / 2)]);
        size.push(add(mul(input[axis], stride[axis]), extra[axis]));
        continue;
      }
      const [before, after] = padding === 'valid' ? [0, 0] : padding[axis];
      const output = add(sub(whole, add(before, after)), extra[axis]);
      // what no position of the input reaches is all that would be left, too, of an output padded at its end
      if (isLess(output, 1) === true || isLess(sub(whole, before), 1) === true) {
        return call.report(
          'argument-out-of-range',
          {
            op: call.op,
            name: 'padding',
            value: `${format(before)} + ${format(after)}`,
            range: `less than the ${format(whole)} rows or columns that there are`,
          },
          { at: 'padding', inputs: true },
        );
      }
      cut.push([fixed(before), fixed(after)]);
      size.push(output);
    }
    const missing = (axis: 0 | 1): number =>
      padding === 'same' ? Math.max(0, fixed(sub(stride[axis], add(mul(sub(kernel[axis], 1), dilation[axis]), 1)))) : 0;
    for (const axis of [0, 1] as const) {
      const most = Math.max(fixed(stride[axis]), fixed(dilation[axis])) - 1 - missing(axis);
      if (isLess(extra[axis], 0) !== true && !(fixed(extra[axis]) > most)) continue;
      // More than a step would be rows that no position of the input reaches; engines refuse it too.
      const range = `from 0 to ${most}, less than the stride or the dilation makes room for`;
      const value = format(extra[axis]);
      return call.report(
        'argument-out-of-range',
        { op: call.op, name: 'output_padding', value, range },
        { at: 'output_padding' },
      );
    }
    return {
      attributes: {
        kernel: fixedPair(kernel),
        stride: fixedPair(stride),
        dilation: fixedPair(dilation),
        padding: cut as unknown as Pads,
        outputPadding: [fixed(extra[0]) + missing(0), fixed(extra[1]) + missing(1)],
        filters: fixed(filters),
        groups: fixed(groups),
        ...kernelOf(call),
      },
      outputs: [[...size, filters]],
    };
  },

  dense: (call) => {
    const [shape] = call.inputs;
    const units = call.args.int('units');
    if (!atLeast(call, 'units', units, 1)) return undefined;
    if (shape!.length === 0) {
      return call.report('wrong-rank', { op: call.op, expected: '[..., C]', actual: shape! }, { inputs: true });
    }
    return {
      attributes: {
        units: fixed(units),
        ...kernelOf(call),
      },
      outputs: [[...shape!.slice(0, -1), units]],
    };
  },

  matmul: (call) => {
    const [transposeA, transposeB] = [call.args.flag('transpose_a'), call.args.flag('transpose_b')];
    for (const shape of call.inputs) {
      if (shape.length < 2) {
        return call.report('wrong-rank', { op: call.op, expected: '[..., M, K]', actual: shape }, { inputs: true });
      }
    }
    const swap = (shape: Dims, swapped: boolean | undefined): readonly [Dim, Dim] => {
      const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
      if (swapped === undefined && isEqual(rows, columns) !== true) return [unknownDim(), unknownDim()];
      return swapped ? [columns, rows] : [rows, columns];
    };
    const [a, b] = [call.inputs[0]!, call.inputs[1]!];
    const [rows, inner] = swap(a, transposeA);
    const [other, columns] = swap(b, transposeB);
    if (isEqual(inner, other) === false) {
      return call.report(
        'matmul-mismatch',
        { inner: format(inner), other: format(other), transposed: (transposeA || transposeB) ?? false },
        { inputs: true },
      );
    }
    const leading = broadcast(a.slice(0, -2), b.slice(0, -2));
    if ('left' in leading) {
      return call.report('shape-mismatch', { op: 'matmul', left: a, right: b, axis: leading.axis }, { inputs: true });
    }
    return {
      attributes: { transposeA: transposeA ?? false, transposeB: transposeB ?? false },
      outputs: [[...leading.shape, rows, columns]],
    };
  },
} satisfies { [K in OpKind]?: ShapeRule<K> };
