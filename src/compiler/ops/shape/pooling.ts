import type { Dim } from '../../../shared/dim.ts';
import type { OpKind, Pads, Pair, Window } from '../kind.ts';
import { extentOf } from '../window-extent.ts';
import { atLeast, fixed, fixedPair, imageInput, type ShapeCall, type ShapeRule } from './rule.ts';
import { slide } from './window.ts';

function pool(call: ShapeCall, dilated: boolean) {
  const input = imageInput(call);
  if (input === undefined) return undefined;
  const [height, width, channels] = input;
  const kernel = call.args.pair('kernel');
  const slid = slide(call, [height, width], {
    kernel,
    stride: call.args.has('stride') ? call.args.pair('stride') : kernel,
    dilation: dilated ? call.args.pair('dilation') : [1, 1],
    padding: call.args.padding('padding'),
    ceil: call.args.flag('ceil_mode'),
  });
  if (slid === undefined) return undefined;
  const { padding } = slid.window;
  const empty = ([0, 1] as const).find((axis) => hasEmptyWindow(slid.window, input[axis], slid.size[axis], axis));
  if (empty !== undefined) {
    const value = `${padding[empty][0]} + ${padding[empty][1]}`;
    const range = 'so little that no window lies in it alone: such a window has no largest value and no mean';
    return call.report(
      'argument-out-of-range',
      { op: call.op, name: 'padding', value, range },
      { at: 'padding', inputs: true },
    );
  }
  const reached = ([0, 1] as const).map((axis) => reachedPadding(slid.window, input[axis], slid.size[axis], axis));
  const window = { ...slid.window, padding: reached as unknown as Pads };
  return { ...slid, window, outputs: [[...slid.size, channels]] };
}

/** The padding of an axis without what no window reaches, where that is a whole window or more; NaN where not known. */
function reachedPadding(window: Window, input: Dim, output: Dim, axis: 0 | 1): Pair {
  const [before, after] = window.padding[axis];
  const reach = extentOf(window)[axis];
  if (Number.isNaN(after) || after < reach) return [before, after];
  const end = (fixed(output) - 1) * window.stride[axis] + reach;
  return [before, Math.max(0, end - fixed(input) - before)];
}

/** Whether some window of an axis takes nothing but padding; false where sizes are not known. */
function hasEmptyWindow(window: Window, input: Dim, output: Dim, axis: 0 | 1): boolean {
  const [size, count] = [fixed(input), fixed(output)];
  const [kernel, stride, dilation] = [window.kernel[axis], window.stride[axis], window.dilation[axis]];
  const [before, after] = window.padding[axis];
  if (!(before + after > 0) || !(count >= 1)) return false;
  if ((count - 1) * stride - before >= size) return true;
  // Of windows that begin before the input, the first has most of its taps there; where the others come down in the
  // input repeats after as many windows as the dilation.
  for (let at = 0; at < Math.min(count, dilation); at += 1) {
    const start = at * stride - before;
    if (start >= 0) return false;
    const tap = Math.ceil(-start / dilation);
    if (tap >= kernel || start + tap * dilation >= size) return true;
  }
  return false;
}

function global(call: ShapeCall) {
  const shape = call.inputs[0]!;
  if (shape.length === 2) return { attributes: {}, outputs: [[shape[1]!]] };
  const input = imageInput(call);
  return input && { attributes: {}, outputs: [[input[2]]] };
}

function adaptive(call: ShapeCall) {
  const input = imageInput(call);
  if (input === undefined) return undefined;
  const output = call.args.pair('output');
  if (!output.every((size) => atLeast(call, 'output', size, 1))) return undefined;
  return { attributes: { output: fixedPair(output) as Pair }, outputs: [[...output, input[2]]] };
}

export const pooling = {
  max_pool: (call) => {
    const made = pool(call, true);
    return made && { attributes: made.window, outputs: made.outputs };
  },
  avg_pool: (call) => {
    const made = pool(call, false);
    if (made === undefined) return undefined;
    const countPadding = call.args.bool('count_padding');
    return { attributes: { ...made.window, countPadding, ceiling: made.ceiling }, outputs: made.outputs };
  },
  global_avg_pool: global,
  global_max_pool: global,
  adaptive_avg_pool: adaptive,
  adaptive_max_pool: adaptive,
} satisfies { [K in OpKind]?: ShapeRule<K> };
