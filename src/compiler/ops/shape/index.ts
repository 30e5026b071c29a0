/** The shape rule of every operation that a source can call. */
import type { CallableOp } from '../signature/index.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import { pooling } from './pooling.ts';
import type { ShapeRule } from './rule.ts';
import { sequence } from './sequence.ts';
import { shaping } from './shaping.ts';
import { source } from './source.ts';

export const shapeRules: { readonly [K in CallableOp]: ShapeRule<K> } = {
  ...convolution,
  ...pooling,
  ...sequence,
  ...elementwise,
  ...shaping,
  ...source,
  ...indexing,
};
