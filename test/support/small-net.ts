/** A classifier that has a bit of everything: convolutions, both norms, a residual, pooling, dropout, a final softmax. */
import type { Graph } from '../../src/compiler/graph.ts';
import type { Pads } from '../../src/compiler/ops/kind.ts';
import { handGraph } from './hand-graph.ts';
import { fromGlorot } from './initializers.ts';

const around: Pads = [
  [1, 1],
  [1, 1],
];
const learned = { scale: true, offset: true };
const weights = { bias: true, ...fromGlorot } as const;
const conv = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: around, groups: 1, ...weights } as const;

/** `[6, 6, 2]` to 3 classes; its activations are smooth, so that finite differences hold everywhere. */
export function smallNet(): Graph {
  return handGraph({ image: [6, 6, 2] }, (g, { image }) => {
    const stem = g.op('conv2d', { ...conv, filters: 4 }, [image], [6, 6, 4], 'stem/conv2d');
    const first = g.op('silu', {}, [
      g.op('group_norm', { groups: 2, epsilon: 1e-3, ...learned }, [stem], undefined, 'stem/norm'),
    ]);
    const wide = {
      ...conv,
      dilation: [2, 2],
      padding: [
        [2, 2],
        [2, 2],
      ],
      filters: 4,
      bias: false,
    } as const;
    const body = g.op('conv2d', wide, [first], undefined, 'body/conv2d');
    const normal = g.op('batch_norm', { epsilon: 1e-3, momentum: 0.9, ...learned }, [body], undefined, 'body/norm');
    // used twice: by the sum and by the gate
    const sum = g.op('add', {}, [first, normal]);
    const pooled = g.op('global_avg_pool', {}, [sum], [4]);
    const gate = g.op('sigmoid', {}, [g.op('dense', { units: 4, ...weights }, [pooled], [4], 'gate')]);
    const gated = g.op('mul', {}, [sum, gate]);
    const window = {
      kernel: [2, 2],
      stride: [2, 2],
      dilation: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    } as const;
    const small = g.op('avg_pool', { ...window, countPadding: false, ceiling: [0, 0] }, [gated], [3, 3, 4]);
    const dropped = g.op('dropout', { rate: 0.25, per: 'element' }, [small], undefined, 'dropout');
    const flat = g.op('flatten', {}, [dropped], [36]);
    return g.op('softmax', { axis: 0 }, [g.op('dense', { units: 3, ...weights }, [flat], [3], 'dense')]);
  });
}
