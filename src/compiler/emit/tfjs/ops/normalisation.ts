import type { OpKind } from '../../../ops/kind.ts';
import { mode, type OpSource, options, slot, typed, weights, x } from '../call.ts';

export const normalisation = {
  batch_norm: ({ attributes: { epsilon, momentum } }) =>
    typed('nn.batchNorm', x, weights, mode, options(slot('epsilon', epsilon, 1e-5), slot('momentum', momentum, 0.9))),
  group_norm: ({ attributes: { groups, epsilon } }) =>
    typed('nn.groupNorm', x, weights, options(slot('groups', groups), slot('epsilon', epsilon, 1e-5))),
  instance_norm: ({ attributes: { epsilon } }) =>
    typed('nn.instanceNorm', x, weights, options(slot('epsilon', epsilon, 1e-5))),
  layer_norm: ({ attributes: { epsilon } }) =>
    typed('nn.layerNorm', x, weights, options(slot('epsilon', epsilon, 1e-5))),
} satisfies { [K in OpKind]?: OpSource<K> };
