import { shapeOf } from '../../../graph.ts';
import type { OpKind } from '../../../ops/kind.ts';
import { type OpSource, options, slot, typed, weights, x } from '../call.ts';
import { alongSlots, convolutionSlots, poolSlots } from './window.ts';

export const sequence = {
  conv1d: ({ attributes, inputs }, graph) =>
    typed(
      'nn.conv1d',
      x,
      weights,
      options(
        ...alongSlots(convolutionSlots(attributes, [1, ...shapeOf(graph, inputs[0]!)])),
        slot('groups', attributes.groups, 1),
      ),
    ),
  depthwise_conv1d: ({ attributes, inputs }, graph) =>
    typed(
      'nn.depthwiseConv1d',
      x,
      weights,
      options(...alongSlots(convolutionSlots(attributes, [1, ...shapeOf(graph, inputs[0]!)]))),
    ),
  max_pool1d: ({ attributes, inputs }, graph) =>
    typed('nn.maxPool1d', x, options(...alongSlots(poolSlots(attributes, [1, ...shapeOf(graph, inputs[0]!)])))),
  avg_pool1d: ({ attributes, inputs }, graph) =>
    typed(
      'nn.avgPool1d',
      x,
      options(
        ...alongSlots(poolSlots(attributes, [1, ...shapeOf(graph, inputs[0]!)])),
        slot('countPadding', attributes.countPadding, false),
        slot('ceiling', attributes.ceiling[1], 0),
      ),
    ),
} satisfies { [K in OpKind]?: OpSource<K> };
