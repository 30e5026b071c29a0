import { type Diagnostic, diagnostic } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';
import type { ModuleScope } from './project.ts';

/**
 * Declarations of this file that lead back to themselves; each circle is told once.
 *
 * @param references which declarations each one names, with the place
 */
export function findCycles(
  module: ModuleScope,
  references: ReadonlyMap<string, ReadonlyMap<string, Span>>,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    const at = path.indexOf(name);
    if (at >= 0) {
      const cycle = path.slice(at);
      const span = references.get(cycle.at(-1)!)!.get(name)!;
      diagnostics.push(diagnostic('recursion', span, { name, cycle }));
      return;
    }
    if (done.has(name)) return;
    path.push(name);
    for (const next of references.get(name)?.keys() ?? []) {
      if (module.declarations.get(next)?.module === module) visit(next);
    }
    path.pop();
    done.add(name);
  };
  for (const name of references.keys()) visit(name);
  return diagnostics;
}
