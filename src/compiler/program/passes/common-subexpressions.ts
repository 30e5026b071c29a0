/** Makes equal instructions once. Every rewriting does; this one does nothing else. */
import type { Program } from '../program.ts';
import { rewrite } from './rewrite.ts';

export function shareEqual(program: Program): Program {
  return rewrite(program, () => undefined);
}
