/** Loads what a command names — a model of a specification, an experiment — telling on the way what is wrong with it. */
import { compile, elaborate } from '../compiler/compile.ts';
import type { Graph } from '../compiler/graph.ts';
import { type Experiment, loadExperiment } from '../config/experiment.ts';
import type { ConfigLoader } from '../config/link.ts';
import { readModelSettings } from '../config/model-settings.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { type Diagnostic, hasErrors } from '../dsl/diagnostic.ts';
import { didYouMean } from '../shared/suggest.ts';
import { AlreadyReported, WrongUse } from './failure.ts';
import { showDiagnostics } from './show-diagnostics.ts';
import { fileLoader, readSource, recordingLoader, splitModel } from './source-files.ts';
import type { Terminal } from './terminal.ts';

/**
 * The graph of `FILE#Model`, or of the only model of `FILE`, with the parameters that `--set` gives.
 *
 * @throws WrongUse if there is no such file or model, AlreadyReported if it has errors
 */
export function loadModel(argument: string, overrides: readonly string[], terminal: Terminal): Graph {
  const { path, model } = splitModel(argument);
  if (!path.endsWith('.spec')) throw new WrongUse(`'${path}' is not a specification`, 'name a file that ends in .spec');
  const { text } = readSource(path);
  const compilation = compile(path, text, fileLoader);
  if (hasErrors(compilation.diagnostics)) throw reported(compilation.diagnostics, terminal);
  const item = chooseModel(compilation.models, path, model);
  const { value: settings, diagnostics: unfit } = readModelSettings(item, overrides);
  if (hasErrors(unfit)) throw reported(unfit, terminal);
  const { value: graph, diagnostics } = elaborate(compilation, item.name.text, settings);
  if (hasErrors(diagnostics)) throw reported(diagnostics, terminal);
  showDiagnostics(diagnostics, terminal);
  if (graph === undefined) throw new Error(`${argument} has neither a graph nor errors`);
  return graph;
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
