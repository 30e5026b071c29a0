/** Several experiments of the same files: the variants of an ablation differ in settings alone. */
import { type Compilation, compile } from '../compiler/compile.ts';
import type { ConfigLoader } from './link.ts';

/**
 * A loader whose specifications are compiled once, however many experiments are loaded with it. What it reads must not
 * change as long as it is used.
 */
export function compilingOnce(loader: ConfigLoader): ConfigLoader {
  const compilations = new Map<string, Compilation>();
  return {
    ...loader,
    compile: (path, text) => {
      const known = compilations.get(path);
      if (known !== undefined) return known;
      const made = compile(path, text, loader);
      compilations.set(path, made);
      return made;
    },
  };
}
