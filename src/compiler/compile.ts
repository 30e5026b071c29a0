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
}

/** Reads `path` with its imports and checks all definitions. */
export function compile(path: string, text: string, loader: Loader): Compilation {
  const { value: project, diagnostics } = loadProject(path, text, loader);
  const models = new Map(modelsOf(project).map((item) => [item.name.text, item]));
  // Names and shapes of a text that could not be read in full would only repeat what is wrong with its form.
  if (hasErrors(diagnostics.filter((each) => !isBetweenFiles(each)))) {
    return { project, models, diagnostics: ordered(diagnostics) };
  }
  const names = project.modules.flatMap(checkNames);
  if (hasErrors(diagnostics)) {
    // What is unused, or leads back to itself, may follow from what is wrong between the files.
    const certain = names.filter(({ code, severity }) => severity === 'error' && code !== 'recursion');
    return { project, models, diagnostics: ordered([...diagnostics, ...certain]) };
  }
  const circular = names.some((each) => each.code === 'recursion');
  const reported = new Map<string, Diagnostic>();
  if (!circular) checkDefinitions(project, reported);
  return { project, models, diagnostics: ordered([...diagnostics, ...names, ...reported.values()]) };
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
  if (hasErrors(compilation.diagnostics)) return compilation.diagnostics;
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
