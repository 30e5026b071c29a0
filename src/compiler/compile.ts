/**
 * The compiler, from text to graph, in one screen.
 *
 *   text ─ loadProject ─▶ Project ─ checkNames, checkDefinitions ─▶ diagnostics
 *                            └──── elaborate(model, settings) ────▶ Graph
 *
 * Everything here is pure: the caller reads files (`Loader`) and shows diagnostics.
 */
import type { LayerItem } from '../dsl/ast.ts';
import { type Diagnostic, hasErrors, type Outcome } from '../dsl/diagnostic.ts';
import { checkDefinitions } from './check.ts';
import { checkNames } from './check-names.ts';
import { elaborateModel, type Settings } from './elaborate.ts';
import type { Graph } from './graph.ts';
import { isBetweenFiles, type Loader, loadProject, modelsOf, type Project } from './project.ts';
import { ablationsOf } from './variants/index.ts';
import { isComplete, surveyAblation } from './variants/survey.ts';

export type { Settings } from './elaborate.ts';
export type { Loader, Project } from './project.ts';

export interface Compilation {
  readonly project: Project;
  /** The models of the file by name, in its order. */
  readonly models: ReadonlyMap<string, LayerItem>;
  /** Syntax, imports, names and definitions. */
  readonly diagnostics: readonly Diagnostic[];
  /** Syntax and names in the braces of ablations, which nothing but these ablations needs. */
  readonly inAblations: readonly Diagnostic[];
}

/** Reads `path` with its imports and checks all definitions. */
export function compile(path: string, text: string, loader: Loader): Compilation {
  const { value: project, diagnostics: read } = loadProject(path, text, loader);
  const models = new Map(modelsOf(project).map((item) => [item.name.text, item]));
  const { apart: misread, others: diagnostics } = inAblationsOf(project, read);
  // Names and shapes of a text that could not be read in full would only repeat what is wrong with its form.
  if (hasErrors(diagnostics.filter((each) => !isBetweenFiles(each)))) {
    return { project, models, diagnostics: ordered(diagnostics), inAblations: misread };
  }
  const { apart: misnamed, others } = inAblationsOf(project, project.modules.flatMap(checkNames));
  // What seems unused may be used in what could not be read.
  const names = misread.length === 0 ? others : others.filter(({ code }) => code !== 'unused-name');
  const inAblations = [...misread, ...misnamed.filter(({ span }) => !isMisread(project, span, misread))];
  if (hasErrors(diagnostics)) {
    // What is unused, or leads back to itself, may follow from what is wrong between the files.
    const certain = names.filter(({ code, severity }) => severity === 'error' && code !== 'recursion');
    return { project, models, diagnostics: ordered([...diagnostics, ...certain]), inAblations };
  }
  const circular = names.some((each) => each.code === 'recursion');
  const reported = new Map<string, Diagnostic>();
  if (!circular) checkDefinitions(project, reported);
  return { project, models, diagnostics: ordered([...diagnostics, ...names, ...reported.values()]), inAblations };
}

/** Whether a place is in an entry whose form is wrong, so that its names are not what they seem. */
function isMisread({ modules }: Project, place: Diagnostic['span'], misread: readonly Diagnostic[]): boolean {
  const holds = (entry: Diagnostic['span'], { source, start, end }: Diagnostic['span']): boolean =>
    entry.source === source && start >= entry.start && end <= entry.end;
  return modules.some(({ module }) =>
    module.items.some(
      (item) =>
        item.kind === 'ablation' &&
        item.body.entries.some((each) => holds(each.span, place) && misread.some(({ span }) => holds(each.span, span))),
    ),
  );
}

/** Mistakes in the form of an entry or edit, after which everything else is read as it stands. */
const WITHIN_ENTRIES: ReadonlySet<Diagnostic['code']> = new Set([
  'expected',
  'keyword-as-name',
  'single-quotes',
  'foreign-operator',
  'interpolation-in-plain-string',
  'unknown-name',
]);

/** Those that only entries of ablations are made unusable by, apart from all others. */
function inAblationsOf(
  { modules }: Project,
  diagnostics: readonly Diagnostic[],
): { readonly apart: readonly Diagnostic[]; readonly others: readonly Diagnostic[] } {
  const bodies = modules.flatMap(({ module }) =>
    module.items.flatMap((item) => (item.kind === 'ablation' ? [item.body.span] : [])),
  );
  const isApart = ({ code, span }: Diagnostic): boolean =>
    WITHIN_ENTRIES.has(code) &&
    bodies.some((body) => body.source === span.source && span.start > body.start && span.end < body.end);
  return { apart: diagnostics.filter(isApart), others: diagnostics.filter((each) => !isApart(each)) };
}

/**
 * The graph of a model of the file, or of one that it imports, with these settings; diagnostics are those of the
 * definitions and of this use.
 */
export function elaborate(
  compilation: Compilation,
  model: string,
  settings: Settings = {},
): Outcome<Graph | undefined> {
  const { diagnostics, project } = compilation;
  const found = project.main.declarations.get(model);
  const isModel = found?.kind === 'layer' && found.item.kind === 'model';
  if (!isModel || hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const used = elaborateModel(found.module, found.item, settings, new Map());
  return { value: used.value, diagnostics: [...diagnostics, ...used.diagnostics] };
}

/**
 * Everything that is wrong with a file: its definitions, each of its models with the defaults of its parameters, and its
 * ablations with all of their variants.
 */
export function check(path: string, text: string, loader: Loader): readonly Diagnostic[] {
  const compilation = compile(path, text, loader);
  if (hasErrors(compilation.diagnostics)) return ordered([...compilation.diagnostics, ...compilation.inAblations]);
  const found = [...compilation.diagnostics];
  for (const item of compilation.models.values()) {
    if (item.parameters.every((each) => each.default !== undefined)) {
      found.push(...elaborateModel(compilation.project.main, item, {}, new Map()).diagnostics);
    }
  }
  const { value: ablations, diagnostics: inAblations } = ablationsOf(compilation);
  found.push(...inAblations);
  for (const ablation of ablations) {
    if (isComplete(compilation, ablation))
      found.push(...surveyAblation(compilation, ablation, () => undefined).diagnostics);
  }
  return ordered(unique(found));
}

function unique(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(
    diagnostics.map((each) => [`${each.code} ${each.span.source.path} ${each.span.start} ${each.span.end}`, each]),
  );
  return [...seen.values()];
}

function ordered(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      (a.span.source.path < b.span.source.path ? -1 : a.span.source.path > b.span.source.path ? 1 : 0) ||
      a.span.start - b.span.start,
  );
}
