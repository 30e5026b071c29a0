import { shapeOf } from '../../../graph.ts';
import type { OpKind } from '../../../ops/kind.ts';
import { literal, type OpSource, options, slot, typed, x } from '../call.ts';
import { pairValue, poolSlots } from './window.ts';

export const pooling = {
  max_pool: ({ attributes, inputs }, graph) =>
    typed('nn.maxPool', x, options(...poolSlots(attributes, shapeOf(graph, inputs[0]!)))),
  avg_pool: ({ attributes, inputs }, graph) =>
    typed(
      'nn.avgPool',
      x,
      options(
        ...poolSlots(attributes, shapeOf(graph, inputs[0]!)),
        slot('countPadding', attributes.countPadding, false),
        slot('ceiling', pairValue(attributes.ceiling), 0),
      ),
    ),
  global_avg_pool: () => typed('nn.globalAvgPool', x),
  global_max_pool: () => typed('nn.globalMaxPool', x),
  adaptive_avg_pool: ({ attributes }) =>
    typed('nn.adaptiveAvgPool', x, literal('output', pairValue(attributes.output))),
  adaptive_max_pool: ({ attributes }) =>
    typed('nn.adaptiveMaxPool', x, literal('output', pairValue(attributes.output))),
} satisfies { [K in OpKind]?: OpSource<K> };
