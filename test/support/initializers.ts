/** How weights start in graphs written by hand. */
import { type Initializer, zeros } from '../../src/compiler/ops/initializer.ts';

export const fromZeros = { initializer: zeros, biasInitializer: zeros } as const;

const glorot: Initializer = { kind: 'glorot_uniform' };
export const fromGlorot = { initializer: glorot, biasInitializer: zeros } as const;
