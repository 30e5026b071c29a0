import { isLess } from '../../../shared/dim.ts';
import type { OpKind, Pair } from '../kind.ts';
import { atLeast, fixedPair, imageInput, type ShapeCall, type ShapeRule } from './rule.ts';
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
  });
  return slid && { window: slid.window, outputs: [[...slid.size, channels]] };
}

function global(call: ShapeCall) {
  const input = imageInput(call);
  return input && { attributes: {}, outputs: [[input[2]]] };
}

function adaptive(call: ShapeCall) {
  const input = imageInput(call);
  if (input === undefined) return undefined;
  const output = call.args.pair('output');
  if (!output.every((size) => atLeast(call, 'output', size, 1))) return undefined;
  if ([0, 1].some((axis) => isLess(input[axis as 0 | 1], output[axis as 0 | 1]) === true)) {
    return call.report('adaptive-output-too-large', { op: call.op, output, input }, { at: 'output', inputs: true });
  }
  return { attributes: { output: fixedPair(output) as Pair }, outputs: [[...output, input[2]]] };
}

export const pooling = {
  max_pool: (call) => {
    const made = pool(call, true);
    return made && { attributes: made.window, outputs: made.outputs };
  },
  avg_pool: (call) => {
    const made = pool(call, false);
    return (
      made && { attributes: { ...made.window, countPadding: call.args.bool('count_padding') }, outputs: made.outputs }
    );
  },
  global_avg_pool: global,
  global_max_pool: global,
  adaptive_avg_pool: adaptive,
  adaptive_max_pool: adaptive,
} satisfies { [K in OpKind]?: ShapeRule<K> };
