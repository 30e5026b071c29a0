/** All variants of an ablation at once: their graphs, and that no two of them are the same network. */
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../../dsl/diagnostic.ts';
import type { Compilation } from '../compile.ts';
import type { Settings } from '../elaborate.ts';
import type { Graph } from '../graph.ts';
import type { Ablation, Variant } from './ablation.ts';
import { fingerprint } from './fingerprint.ts';
import { elaborateVariant } from './index.ts';

/**
 * What `visit` makes of the base and every variant that could be elaborated, the base first; nothing where the base could
 * not be. No graph but the base's is kept, unless `visit` keeps it.
 *
 * @param visit gets the graph of a variant and that of the base
 * @param settings those of the command line or a configuration, as for `elaborateVariant`
 */
export function surveyAblation<T>(
  compilation: Compilation,
  ablation: Ablation,
  visit: (variant: Variant, graph: Graph, base: Graph) => T,
  settings: Settings = {},
): Outcome<readonly T[]> {
  const base = elaborateVariant(compilation, ablation, ablation.base, settings);
  if (base.value === undefined) return { value: [], diagnostics: base.diagnostics };
  const surveyed = [visit(ablation.base, base.value, base.value)];
  const diagnostics: Diagnostic[] = [...base.diagnostics];
  /** What is wrong with a path that a sweep varies is wrong at each of its points. */
  const told = new Set<string>();
  const tell = (found: Diagnostic): void => {
    const text = `${found.span.start} ${found.message}`;
    if (!told.has(text)) diagnostics.push(found);
    told.add(text);
  };
  const seen = new Map([[fingerprint(base.value), ablation.base]]);
  for (const variant of ablation.variants) {
    const { value: graph, diagnostics: found } = elaborateVariant(compilation, ablation, variant, settings);
    for (const each of found) tell(each);
    if (graph === undefined || hasErrors(found)) continue;
    const print = fingerprint(graph);
    const other = seen.get(print);
    if (other === undefined) {
      seen.set(print, variant);
      surveyed.push(visit(variant, graph, base.value));
    } else diagnostics.push(sameNetwork(variant, other, ablation));
  }
  return { value: surveyed, diagnostics };
}

function sameNetwork(variant: Variant, other: Variant, { base }: Ablation): Diagnostic {
  const { name, span } = variant;
  if (other === base) {
    return diagnostic('same-as-base', span, { name, cause: variant.swept ? 'sweep' : 'variant' });
  }
  const labels = [{ span: other.span, text: `\`${other.name}\` is here` }];
  return diagnostic('same-network', span, { name, other: other.name }, { labels });
}

/** Whether all parameters of the model have values, with these settings and without any from elsewhere. */
export function isComplete({ project }: Compilation, { model, base }: Ablation, settings: Settings = {}): boolean {
  const declaration = project.main.declarations.get(model);
  if (declaration?.kind !== 'layer') return false;
  return declaration.item.parameters.every(
    (each) => each.default !== undefined || each.name.text in base.settings || each.name.text in settings,
  );
}
