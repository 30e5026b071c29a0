/** The call of every operation that a source can write; `input` nodes come from the model's own inputs. */
import type { OpKind } from '../kind.ts';
import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { indexing } from './indexing.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { sequence } from './sequence.ts';
import { shaping } from './shaping.ts';
import type { Signature } from './signature.ts';
import { source } from './source.ts';

/** Operations that a source can call. */
export type CallableOp = Exclude<OpKind, 'input'>;

export const signatures: { readonly [K in CallableOp]: Signature } = {
  ...convolution,
  ...pooling,
  ...sequence,
  ...normalization,
  ...activation,
  ...arithmetic,
  ...shaping,
  ...source,
  ...indexing,
};

export function isCallableOp(name: string): name is CallableOp {
  return Object.hasOwn(signatures, name);
}
