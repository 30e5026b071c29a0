/** Sizes of sliding windows, shared by convolutions and pools. */
import {
  add,
  ceil,
  type Dim,
  div,
  floor,
  format,
  isLess,
  max,
  min,
  mul,
  sub,
  unknownDim,
} from '../../../shared/dim.ts';
import type { Pads, Pair, Window } from '../kind.ts';
import { atLeast, fixed, fixedPair, type PaddingArgument, type ShapeCall } from './rule.ts';

export interface Slide {
  readonly kernel: Pair<Dim>;
  readonly stride: Pair<Dim>;
  readonly dilation: Pair<Dim>;
  readonly padding: PaddingArgument | undefined;
  /** Whether a last window may reach over the end of the padded input; undefined where that is not known. */
  readonly ceil?: boolean | undefined;
}

export interface Slid {
  readonly size: Pair<Dim>;
  readonly window: Window;
  /** How many rows and columns were added to the padding for windows that reach over its end. */
  readonly ceiling: Pair;
}

const AXES = ['height', 'width'] as const;

/** Whether there is no side to which padding takes away what it should add; if certainly not, that is reported. */
export function isNotNegative(call: ShapeCall, padding: PaddingArgument | undefined): boolean {
  if (padding === undefined || typeof padding === 'string') return true;
  return padding.every((sides) => sides.every((size) => atLeast(call, 'padding', size, 0)));
}

/** The output's height and width and the window with explicit padding; nothing after reporting. */
export function slide(call: ShapeCall, size: Pair<Dim>, given: Slide): Slid | undefined {
  const { kernel, stride, dilation, padding } = given;
  const ceilMode = 'ceil' in given ? given.ceil : false;
  for (const [name, pair] of Object.entries({ kernel, stride, dilation })) {
    if (!pair.every((value) => atLeast(call, name, value, 1))) return undefined;
  }
  if (!isNotNegative(call, padding)) return undefined;
  const pads: [Pair, Pair] = [
    [0, 0],
    [0, 0],
  ];
  const output: [Dim, Dim] = [0, 0];
  const ceiling: [number, number] = [0, 0];
  for (const axis of [0, 1] as const) {
    const reach = add(mul(sub(kernel[axis], 1), dilation[axis]), 1);
    if (padding === undefined) {
      output[axis] = unknownDim();
      pads[axis] = [Number.NaN, Number.NaN];
      continue;
    }
    if (padding === 'same') {
      output[axis] = ceil(div(size[axis], stride[axis]));
      const total = max(0, sub(add(mul(sub(output[axis], 1), stride[axis]), reach), size[axis]));
      pads[axis] = [fixed(floor(div(total, 2))), fixed(ceil(div(total, 2)))];
      continue;
    }
    const [before, after]: Pair<Dim> = padding === 'valid' ? [0, 0] : padding[axis];
    const padded = add(size[axis], add(before, after));
    const reachable = ceilMode === false ? padded : add(padded, sub(stride[axis], 1));
    if (isLess(reachable, reach) === true) {
      return call.report(
        'window-too-large',
        {
          op: call.op,
          axis: AXES[axis],
          reach: format(reach),
          size: format(padded),
          padded: format(size[axis]) !== format(padded),
          dilated: format(dilation[axis]) !== '1',
        },
        { at: 'kernel', inputs: true },
      );
    }
    if (ceilMode === undefined) {
      output[axis] = unknownDim();
      pads[axis] = [Number.NaN, Number.NaN];
      continue;
    }
    if (!ceilMode) {
      output[axis] = add(floor(div(sub(padded, reach), stride[axis])), 1);
      pads[axis] = [fixed(before), fixed(after)];
      continue;
    }
    output[axis] = ceilCount(add(size[axis], before), after, reach, stride[axis]);
    const end = add(mul(sub(output[axis], 1), stride[axis]), reach);
    const needed = fixed(max(0, sub(end, add(size[axis], before))));
    pads[axis] = [fixed(before), needed];
    ceiling[axis] = Math.max(0, needed - fixed(after));
  }
  const window: Window = {
    kernel: fixedPair(kernel),
    stride: fixedPair(stride),
    dilation: fixedPair(dilation),
    padding: pads as Pads,
  };
  return { size: output, window, ceiling };
}

/**
 * How many windows there are with `ceil_mode`, as PyTorch counts: as many as it takes to reach the end of the padded
 * input, but none that begins in the padding after it. `filled` is the size of the input and the padding before it.
 */
function ceilCount(filled: Dim, after: Dim, reach: Dim, stride: Dim): Dim {
  const toTheEnd = add(ceil(div(sub(add(filled, after), reach), stride)), 1);
  const begunInside = ceil(div(filled, stride));
  const longer = isLess(sub(reach, after), stride);
  if (longer === undefined) return min(toTheEnd, begunInside);
  return longer ? begunInside : toTheEnd;
}
