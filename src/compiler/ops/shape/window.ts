/** Sizes of sliding windows, shared by convolutions and pools. */
import { add, ceil, type Dim, div, floor, format, isLess, max, mul, sub, unknownDim } from '../../../shared/dim.ts';
import type { Pads, Pair, Window } from '../kind.ts';
import { atLeast, fixed, fixedPair, type PaddingArgument, type ShapeCall } from './rule.ts';

export interface Slide {
  readonly kernel: Pair<Dim>;
  readonly stride: Pair<Dim>;
  readonly dilation: Pair<Dim>;
  readonly padding: PaddingArgument | undefined;
}

const AXES = ['height', 'width'] as const;

/** The output's height and width and the window with explicit padding; nothing after reporting. */
export function slide(
  call: ShapeCall,
  size: Pair<Dim>,
  { kernel, stride, dilation, padding }: Slide,
): { size: Pair<Dim>; window: Window } | undefined {
  for (const [name, pair] of Object.entries({ kernel, stride, dilation })) {
    if (!pair.every((value) => atLeast(call, name, value, 1))) return undefined;
  }
  const pads: [Pair, Pair] = [
    [0, 0],
    [0, 0],
  ];
  const output: [Dim, Dim] = [0, 0];
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
    if (isLess(padded, reach) === true) {
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
    output[axis] = add(floor(div(sub(padded, reach), stride[axis])), 1);
    pads[axis] = [fixed(before), fixed(after)];
  }
  const window: Window = {
    kernel: fixedPair(kernel),
    stride: fixedPair(stride),
    dilation: fixedPair(dilation),
    padding: pads as Pads,
  };
  return { size: output, window };
}
