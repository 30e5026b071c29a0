import { batchlessValues } from '../../../batchless.ts';
import type { OpKind } from '../../../ops/kind.ts';
import { literal, type OpSource, options, slot, typed, untyped, x } from '../call.ts';
import { pairValue } from './window.ts';

/** Axes count the batch in the generated code. */
const withBatch = (axis: number): number => axis + 1;

export const shaping = {
  concat: ({ attributes: { axis }, inputs }, graph) => {
    const batchless = inputs.filter((input) => batchlessValues(graph).has(input)).length;
    const mixed = batchless > 0 && batchless < inputs.length;
    return typed(mixed ? 'nn.concat' : 'tf.concat', { kind: 'inputs' }, literal('axis', withBatch(axis)));
  },
  split: ({ attributes: { axis, sizes } }) =>
    typed('nn.split', x, literal('axis', withBatch(axis)), literal('sizes', sizes)),
  slice: ({ attributes: { axis, start, end } }) =>
    typed('nn.slice', x, literal('axis', withBatch(axis)), literal('start', start), literal('end', end)),
  reshape: ({ attributes: { shape } }) => untyped('tf.reshape', x, literal('shape', [-1, ...shape])),
  flatten: () => typed('nn.flatten', x),
  transpose: ({ attributes: { permutation } }) =>
    typed('tf.transpose', x, literal('permutation', [0, ...permutation.map(withBatch)])),
  pad: ({ attributes: { pads, value } }) => {
    const paddings = literal('pads', [[0, 0], ...pads]);
    return value === 0 ? typed('tf.pad', x, paddings) : typed('tf.pad', x, paddings, literal('value', value));
  },
  reduce_mean: reduction('tf.mean'),
  reduce_sum: reduction('tf.sum'),
  reduce_max: reduction('nn.reduceMax'),
  reduce_min: reduction('nn.reduceMin'),
  broadcast_to: ({ attributes: { shape } }) => untyped('nn.broadcastTo', x, literal('shape', shape)),
  resize: ({ attributes: { size, method, alignCorners } }) =>
    typed(
      'nn.resize',
      x,
      literal('size', pairValue(size)),
      options(slot('method', method, 'nearest'), slot('alignCorners', alignCorners, false)),
    ),
  upsample: ({ attributes: { scale, method } }) =>
    typed('nn.upsample', x, options(slot('scale', pairValue(scale)), slot('method', method))),
} satisfies { [K in OpKind]?: OpSource<K> };

function reduction<K extends 'reduce_mean' | 'reduce_sum' | 'reduce_max' | 'reduce_min'>(callee: string): OpSource<K> {
  return ({ attributes: { axes, keepAxes } }) => {
    const over = literal('axes', axes.map(withBatch));
    return keepAxes ? untyped(callee, x, over, literal('keepAxes', true)) : untyped(callee, x, over);
  };
}
