import type { OpKind, ScaleAndOffset } from '../../../ops/kind.ts';
import { type Argument, literal, mode, noWeights, type OpSource, options, slot, typed, weights, x } from '../call.ts';

export const normalisation = {
  batch_norm: ({ attributes: { epsilon, momentum } }) =>
    typed('nn.batchNorm', x, weights, mode, options(slot('epsilon', epsilon, 1e-5), slot('momentum', momentum, 0.9))),
  group_norm: ({ attributes }) =>
    typed(
      'nn.groupNorm',
      x,
      learned(attributes),
      options(slot('groups', attributes.groups), slot('epsilon', attributes.epsilon, 1e-5)),
    ),
  instance_norm: ({ attributes }) =>
    typed('nn.instanceNorm', x, learned(attributes), options(slot('epsilon', attributes.epsilon, 1e-5))),
  layer_norm: ({ attributes }) =>
    typed('nn.layerNorm', x, learned(attributes), options(slot('epsilon', attributes.epsilon, 1e-5))),
  rms_norm: ({ attributes: { scale, epsilon } }) =>
    typed('nn.rmsNorm', x, learned({ scale, offset: false }), options(slot('epsilon', epsilon, 1e-6))),
  l2_normalize: ({ attributes: { axis, epsilon } }) =>
    typed('nn.l2Normalize', x, literal('axis', axis + 1), options(slot('epsilon', epsilon, 1e-12))),
} satisfies { [K in OpKind]?: OpSource<K> };

function learned({ scale, offset }: ScaleAndOffset): Argument {
  return scale || offset ? weights : noWeights;
}
