/**
 * Makes constants of inputs whose numbers are known: a model with its weights baked in, which an engine can fuse and
 * lay out ahead of time. They keep the names of the inputs. Not part of the optimisation, which knows no numbers.
 */
import type { Program } from '../program.ts';
import { rewrite } from './rewrite.ts';

/** Inputs that `values` does not name stay inputs. Throws `ProgramError` when the numbers do not fill the input. */
export function bindInputs(program: Program, values: (name: string) => Float32Array | undefined): Program {
  return rewrite(program, ({ kernel, attributes, shape }, _, { weight }) => {
    if (kernel !== 'input') return undefined;
    const data = values(attributes.name);
    return data && weight(attributes.name, data, shape);
  });
}
