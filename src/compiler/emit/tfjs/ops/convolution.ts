import { shapeOf } from '../../../graph.ts';
import type { OpKind } from '../../../ops/kind.ts';
import { type OpSource, options, slot, typed, untyped, weights, x } from '../call.ts';
import { convolutionSlots, padsValue, pairValue } from './window.ts';

export const convolution = {
  conv2d: ({ attributes, inputs }, graph) =>
    typed(
      'nn.conv2d',
      x,
      weights,
      options(...convolutionSlots(attributes, shapeOf(graph, inputs[0]!)), slot('groups', attributes.groups, 1)),
    ),
  depthwise_conv2d: ({ attributes, inputs }, graph) =>
    typed('nn.depthwiseConv2d', x, weights, options(...convolutionSlots(attributes, shapeOf(graph, inputs[0]!)))),
  conv2d_transpose: ({ attributes: { stride, dilation, padding, outputPadding, groups } }) =>
    typed(
      'nn.conv2dTranspose',
      x,
      weights,
      options(
        slot('stride', pairValue(stride), 1),
        slot('dilation', pairValue(dilation), 1),
        slot('padding', padsValue(padding), 0),
        slot('outputPadding', pairValue(outputPadding), 0),
        slot('groups', groups, 1),
      ),
    ),
  dense: () => typed('nn.dense', x, weights),
  matmul: ({ attributes: { transposeA, transposeB } }) =>
    untyped(
      'nn.matMul',
      x,
      { kind: 'input', index: 1 },
      options(slot('transposeA', transposeA, false), slot('transposeB', transposeB, false)),
    ),
} satisfies { [K in OpKind]?: OpSource<K> };
