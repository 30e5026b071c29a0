/** The optimizers, as kernels of a program. */
import { adam } from './adam.ts';
import type { OptimizerRule, OptimizerSettings } from './rule.ts';
import { sgd } from './sgd.ts';

export type { OptimizerSettings } from './rule.ts';

export const optimizerRules: { readonly [Kind in OptimizerSettings['kind']]: OptimizerRule<Kind> } = { adam, sgd };

export function optimizerRule<Kind extends OptimizerSettings['kind']>(settings: { kind: Kind }): OptimizerRule<Kind> {
  return optimizerRules[settings.kind];
}
