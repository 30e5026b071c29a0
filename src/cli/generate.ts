/**
 * What `specc build` generates:
 *
 *   Model.ts         a model of a specification with the defaults of its parameters
 *   ablations/       the variants of its ablations (generate-ablations.ts)
 *   NAME.train.ts    the plan of NAME.train.yaml, with one for each variant of its ablation, and plan.ts, their type
 *   layers/          the layers that models are made of
 *
 * In: source files. Out: texts by path below the output folder, and everything that is wrong with the sources.
 */
import { compile, elaborate } from '../compiler/compile.ts';
import { emitTfjs, layersSource } from '../compiler/emit/tfjs/index.ts';
import type { Graph } from '../compiler/graph.ts';
import { compilingOnce } from '../config/compile-once.ts';
import { type AblationPlans, emitConfig, PLAN_TYPES, planTypes } from '../config/emit-config.ts';
import { loadExperiment } from '../config/experiment.ts';
import { experimentName } from '../config/paths.ts';
import type { Plan } from '../config/plan.ts';
import { type Diagnostic, hasErrors } from '../dsl/diagnostic.ts';
import { uniqueDiagnostics } from './diagnose.ts';
import { WrongUse } from './failure.ts';
import { type AddFile, generateAblations } from './generate-ablations.ts';
import { GENERATED_MARK } from './generated-files.ts';
import { fileLoader, readSource, type SourceFile } from './source-files.ts';

export interface Generated {
  readonly files: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
  /** What files do not tell: variants that share a network. */
  readonly notes: readonly string[];
}

/** @throws WrongUse if two sources generate one file */
export function generate(sources: readonly SourceFile[]): Generated {
  const files = new GeneratedFiles();
  const diagnostics: Diagnostic[] = [];
  const notes: string[] = [];
  for (const { kind, path } of sources) {
    const found = kind === 'spec' ? generateModels(path, files, notes) : generateConfig(path, files);
    diagnostics.push(...found);
  }
  return { files: files.texts, diagnostics: uniqueDiagnostics(diagnostics), notes };
}

class GeneratedFiles {
  readonly texts = new Map<string, string>();
  readonly #origins = new Map<string, string>();

  add(file: string, text: string, origin: string): void {
    // Where case does not tell files apart, `Net.ts` and `net.ts` are one.
    const key = file.toLowerCase();
    const other = this.#origins.get(key);
    if (other !== undefined && other !== origin) {
      throw new WrongUse(`${other} and ${origin} would both be generated as ${file}`, 'rename one of them');
    }
    this.#origins.set(key, origin);
    this.texts.set(file, text.startsWith(GENERATED_MARK) ? text : `${GENERATED_MARK}. Do not edit.\n${text}`);
  }
}

function generateModels(path: string, files: GeneratedFiles, notes: string[]): readonly Diagnostic[] {
  const compilation = compile(path, readSource(path).text, fileLoader);
  const found = [...compilation.diagnostics];
  if (hasErrors(found)) return found;
  const graphs = new Map<string, Graph>();
  for (const [name, item] of compilation.models) {
    // A model whose parameters have no defaults has no shapes until a configuration gives them.
    if (item.parameters.some((each) => each.default === undefined)) continue;
    const { value: graph, diagnostics } = elaborate(compilation, name);
    found.push(...diagnostics);
    if (graph === undefined) continue;
    graphs.set(name, graph);
    files.add(`${name}.ts`, emitTfjs(graph), `the model ${name} of ${path}`);
    addLayers(files);
  }
  const add: AddFile = (file, text, origin) => {
    files.add(file, text, origin);
    addLayers(files);
  };
  const ablations = generateAblations(compilation, path, graphs, add);
  notes.push(...ablations.notes);
  return [...found, ...ablations.diagnostics];
}

function addLayers(files: GeneratedFiles): void {
  for (const [file, text] of Object.entries(layersSource)) files.add(`layers/${file}`, text, 'the layers of specc');
}

function generateConfig(path: string, files: GeneratedFiles): readonly Diagnostic[] {
  const source = readSource(path);
  const { value, diagnostics } = loadExperiment(source, fileLoader);
  if (value === undefined) return diagnostics;
  const found = [...diagnostics];
  let ablation: AblationPlans | undefined;
  if (value.ablation !== undefined) {
    const { ablation: chosen, seeds } = value.ablation;
    const loader = compilingOnce(fileLoader);
    const plans: Plan[] = [];
    for (const { name } of [chosen.base, ...chosen.variants]) {
      const made = loadExperiment(source, loader, [`ablation.variant=${JSON.stringify(name)}`]);
      found.push(...made.diagnostics);
      if (made.value !== undefined) plans.push(made.value.written);
    }
    ablation = { ablation: chosen.name, seeds, plans };
  }
  files.add(`${experimentName(path)}.train.ts`, emitConfig(value.written, path, ablation), path);
  files.add(PLAN_TYPES, planTypes, 'the type of plans');
  return found;
}
