/**
 * Ablations: variants of a model, in the order in which they are worked out.
 *
 *   text ─ ablationsOf ─▶ Ablation ─ elaborateVariant ─▶ Graph of each ─ surveyAblation ─▶ all of them, compared
 *
 * Everything is pure, and nothing of it changes the model.
 */
import type { AblationItem } from '../../dsl/ast-ablation.ts';
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../../dsl/diagnostic.ts';
import { suggest } from '../../shared/suggest.ts';
import type { Compilation } from '../compile.ts';
import type { Settings } from '../elaborate.ts';
import type { Graph } from '../graph.ts';
import type { Declaration } from '../project.ts';
import type { Ablation, Variant } from './ablation.ts';
import { elaborateOn, expandPattern, type Subject } from './elaborate.ts';
import { type PathsOf, readAblation } from './read.ts';

export { type Ablation, type BrokenEntry, type Edit, isMeant, type Variant } from './ablation.ts';
export { fingerprint } from './fingerprint.ts';

const readOf = new WeakMap<Compilation, Outcome<readonly Ablation[]>>();

/**
 * The ablations of the file, in its order, with the variants that are right; none of a file whose definitions have errors.
 * The diagnostics are those of all ablations, the broken entries among them.
 */
export function ablationsOf(compilation: Compilation): Outcome<readonly Ablation[]> {
  const known = readOf.get(compilation) ?? readAblations(compilation);
  readOf.set(compilation, known);
  return known;
}

function readAblations(compilation: Compilation): Outcome<readonly Ablation[]> {
  if (hasErrors(compilation.diagnostics)) return { value: [], diagnostics: compilation.diagnostics };
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, AblationItem>();
  const ablations: Ablation[] = [];
  for (const item of compilation.project.main.module.items) {
    if (item.kind !== 'ablation') continue;
    const first = seen.get(item.name.text);
    if (first !== undefined) {
      const labels = [{ span: first.name.span, text: 'first defined here' }];
      diagnostics.push(diagnostic('duplicate-name', item.name.span, { name: item.name.text }, { labels }));
      continue;
    }
    seen.set(item.name.text, item);
    const { value, diagnostics: found } = readItem(compilation, item);
    diagnostics.push(...found);
    if (value !== undefined) ablations.push(value);
  }
  return { value: ablations, diagnostics };
}

/**
 * The graph of a variant, or of the base.
 *
 * @param settings those of the command line or a configuration; what the ablation and the variant set goes before them
 */
export function elaborateVariant(
  compilation: Compilation,
  ablation: Ablation,
  variant: Variant,
  settings: Settings = {},
): Outcome<Graph | undefined> {
  const subject = subjectOf(compilation, ablation.model);
  if (subject === undefined) throw new Error(`${ablation.name} is of no model of this compilation`);
  return elaborateOn(subject, ablation, variant, settings);
}

function readItem(compilation: Compilation, item: AblationItem): Outcome<Ablation | undefined> {
  const { start, end, source } = item.body.span;
  const misread = compilation.inAblations.filter(
    ({ span }) => span.source === source && span.start >= start && span.end <= end,
  );
  const declarations = compilation.project.main.declarations;
  const name = item.model.text;
  const subject = subjectOf(compilation, name);
  if (subject === undefined) {
    const models = [...declarations].filter(([, each]) => each.item.kind === 'model').map(([each]) => each);
    const kind = declarations.get(name)?.item.kind;
    const what =
      kind === undefined ? undefined : { const: 'a constant', fn: 'a function', block: 'a block', model: '' }[kind];
    const found = diagnostic('unknown-base', item.model.span, { name, what, near: suggest(name, models) });
    return { value: undefined, diagnostics: [found, ...misread] };
  }
  const { main } = compilation.project;
  const matches: PathsOf = (session, pattern, all, base) => expandPattern(session, subject, pattern, all, base);
  return readAblation({ module: main, item, model: subject.declaration, matches, misread });
}

/** What is known of each model while its ablations are worked out, kept as long as the compilation. */
const subjects = new WeakMap<Compilation, Map<string, Subject>>();

function subjectOf(compilation: Compilation, model: string): Subject | undefined {
  const known = subjects.get(compilation) ?? new Map<string, Subject>();
  subjects.set(compilation, known);
  const earlier = known.get(model);
  if (earlier !== undefined) return earlier;
  const { main } = compilation.project;
  const declaration: Declaration | undefined = main.declarations.get(model);
  if (declaration?.kind !== 'layer' || declaration.item.kind !== 'model') return undefined;
  const subject: Subject = { declaration, module: main, unedited: new Map() };
  known.set(model, subject);
  return subject;
}
