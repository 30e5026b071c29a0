/** Loads what a command names — a model of a specification, an experiment — telling on the way what is wrong with it. */
import { type Compilation, compile, elaborate, type Settings } from '../compiler/compile.ts';
import type { Graph } from '../compiler/graph.ts';
import { type Ablation, ablationsOf, elaborateVariant, isMeant, type Variant } from '../compiler/variants/index.ts';
import { surveyAblation } from '../compiler/variants/survey.ts';
import { type Experiment, loadExperiment } from '../config/experiment.ts';
import type { ConfigLoader } from '../config/link.ts';
import { readModelSettings } from '../config/model-settings.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { type Diagnostic, hasErrors } from '../dsl/diagnostic.ts';
import { didYouMean } from '../shared/suggest.ts';
import { type ChosenVariant, chooseVariant, modelOfAblation, noAblation } from './choose-variant.ts';
import { AlreadyReported, WrongUse } from './failure.ts';
import { showDiagnostics } from './show-diagnostics.ts';
import { fileLoader, readSource, recordingLoader, splitModel } from './source-files.ts';
import type { Terminal } from './terminal.ts';

/**
 * The graph of `FILE#Model`, or of the only model of `FILE`, with the parameters that `--set` gives; with `variant`, that of a
 * variant of it.
 *
 * @param variant as `--variant` names it: `Conv + DRDB`, its slug, or `Table6/Conv + DRDB` where several ablations have one
 * @throws WrongUse if there is no such file, model or variant, AlreadyReported if it has errors
 */
export function loadModel(
  argument: string,
  overrides: readonly string[],
  terminal: Terminal,
  variant?: string | undefined,
): Graph {
  const { path, model } = splitModel(argument);
  const compilation = compileSpec(path, terminal);
  const chosen = variant === undefined ? undefined : variantOf(compilation, variant, { path, model }, terminal);
  const item = chosen === undefined ? chooseModel(compilation.models, path, model) : chosen.item;
  const settings = settingsOf(item, overrides, terminal);
  const { value: graph, diagnostics } =
    chosen === undefined
      ? elaborate(compilation, item.name.text, settings)
      : elaborateVariant(compilation, chosen.ablation, chosen.variant, settings);
  if (hasErrors(diagnostics)) throw reported(diagnostics, terminal);
  showDiagnostics(diagnostics, terminal);
  if (graph === undefined) throw new Error(`${argument} has neither a graph nor errors`);
  return graph;
}

/** @throws AlreadyReported if something is wrong with the variant */
function variantOf(
  compilation: Compilation,
  name: string,
  from: { readonly path: string; readonly model: string | undefined },
  terminal: Terminal,
): ChosenVariant {
  const { value: chosen, diagnostics } = chooseVariant(compilation, name, from);
  if (chosen === undefined) throw reported(diagnostics, terminal);
  return chosen;
}

/** A specification whose definitions have nothing wrong. */
function compileSpec(path: string, terminal: Terminal): Compilation {
  if (!path.endsWith('.spec')) throw new WrongUse(`'${path}' is not a specification`, 'name a file that ends in .spec');
  const compilation = compile(path, readSource(path).text, fileLoader);
  if (hasErrors(compilation.diagnostics)) throw reported(compilation.diagnostics, terminal);
  return compilation;
}

function settingsOf(item: LayerItem, overrides: readonly string[], terminal: Terminal): Settings {
  const { value: settings, diagnostics } = readModelSettings(item, overrides);
  if (hasErrors(diagnostics)) throw reported(diagnostics, terminal);
  return settings;
}

export interface LoadedAblation<T> {
  readonly ablation: Ablation;
  readonly variants: readonly T[];
}

/**
 * The ablations of a specification, or the one of a name, each with what `visit` makes of the graphs of all variants that
 * are right. What is wrong with the others is shown.
 *
 * @throws WrongUse if there is no such file or ablation, AlreadyReported if nothing in them is right
 */
export function loadAblations<T>(
  path: string,
  name: string | undefined,
  overrides: readonly string[],
  visit: (variant: Variant, graph: Graph, base: Graph) => T,
  terminal: Terminal,
): { readonly loaded: readonly LoadedAblation<T>[]; readonly hasErrors: boolean } {
  const compilation = compileSpec(path, terminal);
  const { value: all, diagnostics } = ablationsOf(compilation);
  const chosen = name === undefined ? all : all.filter((each) => each.name === name);
  if (chosen.length === 0) {
    if (hasErrors(diagnostics)) throw reported(diagnostics, terminal);
    throw name === undefined || all.length === 0 ? noAblation(path) : noSuchAblation(path, name, all);
  }
  const wrong = [...(name === undefined ? diagnostics : chosen.flatMap(brokenIn))];
  const loaded = chosen.map((ablation) => {
    const settings = settingsOf(modelOfAblation(compilation, ablation), overrides, terminal);
    const survey = surveyAblation(compilation, ablation, visit, settings);
    wrong.push(...survey.diagnostics);
    return { ablation, variants: survey.value };
  });
  showDiagnostics(wrong, terminal);
  return { loaded: loaded.filter(({ variants }) => variants.length > 0), hasErrors: hasErrors(wrong) };
}

function brokenIn({ broken }: Ablation): readonly Diagnostic[] {
  return broken.flatMap(({ diagnostics }) => diagnostics);
}

function noSuchAblation(path: string, name: string, all: readonly Ablation[]): WrongUse {
  const names = all.map((each) => each.name);
  const problem = `'${path}' has no ablation \`${name}\``;
  const home = all.find((each) => [each.base, ...each.variants].some((variant) => isMeant(name, each, variant.name)));
  if (home === undefined) return new WrongUse(problem, didYouMean(name, names) ?? `there is ${names.join(', ')}`);
  return new WrongUse(problem, `it is a variant of ${home.name}: \`specc variants ${path} ${home.name}\` lists it`);
}

function chooseModel(models: ReadonlyMap<string, LayerItem>, path: string, wanted: string | undefined): LayerItem {
  const names = [...models.keys()];
  const [first] = models.values();
  if (first === undefined)
    throw new WrongUse(`'${path}' defines no model`, 'a `block` is a part of a model; only a `model` stands alone');
  const listed = names.map((each) => `${path}#${each}`).join(', ');
  if (wanted === undefined) {
    if (models.size === 1) return first;
    throw new WrongUse(`'${path}' has ${models.size} models`, `name one of ${listed}`);
  }
  const found = models.get(wanted);
  if (found !== undefined) return found;
  throw new WrongUse(`'${path}' has no model \`${wanted}\``, didYouMean(wanted, names) ?? `there is ${listed}`);
}

/**
 * The experiment of a training configuration with the fields that `--set` changes. Warnings are shown, errors end the
 * command.
 *
 * @throws WrongUse if there is no such file, AlreadyReported if it has errors
 */
export function loadConfig(
  path: string,
  overrides: readonly string[],
  terminal: Terminal,
  loader: ConfigLoader = fileLoader,
): Experiment {
  if (path.endsWith('.spec')) {
    throw new WrongUse(
      `'${path}' is a specification, not a training configuration`,
      'name a file that ends in .train.yaml',
    );
  }
  const { value, diagnostics } = loadExperiment(readSource(path), loader, overrides);
  if (hasErrors(diagnostics)) throw reported(diagnostics, terminal);
  showDiagnostics(diagnostics, terminal);
  if (value === undefined) throw new Error(`${path} has neither a plan nor errors`);
  return value;
}

/** The same with the texts that it was made from: the configuration first, then every specification that was read. */
export function loadConfigWithSources(
  given: string,
  overrides: readonly string[],
  terminal: Terminal,
): { readonly experiment: Experiment; readonly sources: readonly { readonly path: string; readonly text: string }[] } {
  const { loader, texts } = recordingLoader();
  const { path, text } = readSource(given);
  const experiment = loadConfig(path, overrides, terminal, loader);
  return { experiment, sources: [{ path, text }, ...[...texts].map(([path, text]) => ({ path, text }))] };
}

function reported(diagnostics: readonly Diagnostic[], terminal: Terminal): AlreadyReported {
  showDiagnostics(diagnostics, terminal);
  return new AlreadyReported();
}
