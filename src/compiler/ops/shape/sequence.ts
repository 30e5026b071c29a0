/** Layers over sequences, `[L, C]`: those over images, of one row. */
import type { Arguments } from '../../../dsl/catalogue/index.ts';
import type { OpAttributes, OpKind } from '../kind.ts';
import { convolution } from './convolution.ts';
import { pooling } from './pooling.ts';
import type { ShapeCall, ShapeResult, ShapeRule } from './rule.ts';

/** The result of an image's rule for the one row of a sequence. */
function inOneRow<A>(
  call: ShapeCall,
  rule: (call: ShapeCall) => { attributes: A; outputs: ShapeResult<OpKind>['outputs'] } | undefined,
): { attributes: A; outputs: ShapeResult<OpKind>['outputs'] } | undefined {
  const shape = call.inputs[0]!;
  if (shape.length !== 2) {
    return call.report('wrong-rank', { op: call.op, expected: '[L, C]', actual: shape }, { inputs: true });
  }
  const report: ShapeCall['report'] = (code, args, where) => {
    if (code !== 'window-too-large') return call.report(code, args, where);
    return call.report(code, { ...(args as Arguments<'window-too-large'>), axis: 'length' } as typeof args, where);
  };
  const made = rule({ ...call, inputs: [[1, ...shape]], report });
  return made && { attributes: made.attributes, outputs: made.outputs.map((output) => output.slice(1)) };
}

export const sequence = {
  conv1d: (call) => inOneRow<OpAttributes['conv1d']>(call, convolution.conv2d),
  depthwise_conv1d: (call) => inOneRow<OpAttributes['depthwise_conv1d']>(call, convolution.depthwise_conv2d),
  max_pool1d: (call) => inOneRow<OpAttributes['max_pool1d']>(call, pooling.max_pool),
  avg_pool1d: (call) => inOneRow<OpAttributes['avg_pool1d']>(call, pooling.avg_pool),
} satisfies { [K in OpKind]?: ShapeRule<K> };
