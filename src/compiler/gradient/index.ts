/** The backward rule of every operation. */
import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { indexing } from './indexing.ts';
import { normalisation } from './normalisation.ts';
import { pooling } from './pooling.ts';
import { product } from './product.ts';
import { reduction } from './reduction.ts';
import { resampling } from './resampling.ts';
import type { GradientTable } from './rule.ts';
import { sequence } from './sequence.ts';
import { shape } from './shape.ts';
import { source } from './source.ts';

export const gradientRules: GradientTable = {
  ...source,
  ...convolution,
  ...product,
  ...pooling,
  ...sequence,
  ...resampling,
  ...normalisation,
  ...activation,
  ...arithmetic,
  ...shape,
  ...indexing,
  ...reduction,
};
