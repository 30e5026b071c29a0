/** The phases that are measured, each from what the ones before it made. */
import { checkDefinitions } from '../../src/compiler/check.ts';
import { checkNames } from '../../src/compiler/check-names.ts';
import { check } from '../../src/compiler/compile.ts';
import { elaborateModel } from '../../src/compiler/elaborate.ts';
import { emitOnnx } from '../../src/compiler/emit/onnx/index.ts';
import { emitTfjs } from '../../src/compiler/emit/tfjs/index.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import { inferenceProgram } from '../../src/compiler/inference.ts';
import { optimise } from '../../src/compiler/program/passes/index.ts';
import type { Program } from '../../src/compiler/program/program.ts';
import { loadProject, modelsOf } from '../../src/compiler/project.ts';
import { summarize } from '../../src/compiler/summary.ts';
import { trainingStep } from '../../src/compiler/training-step.ts';
import { format } from '../../src/dsl/format.ts';
import { parse } from '../../src/dsl/parse.ts';
import { Source } from '../../src/dsl/source.ts';
import type { ScaleModel } from './models.ts';

export interface Phase {
  readonly name: string;
  readonly run: () => unknown;
}

const BATCH = 2;

/** What reads and checks a text, whether or not it makes a model. */
export function textPhases({ files }: ScaleModel): readonly Phase[] {
  const [path, text] = [...files][0]!;
  const loader = { read: (file: string) => files.get(file) };
  const sources = [...files].map(([file, content]) => new Source(file, content));
  return [
    { name: 'parse', run: () => sources.map(parse) },
    { name: 'format', run: () => sources.map(format) },
    { name: 'check (all of it)', run: () => check(path, text, loader) },
  ];
}

/** Every phase that a model goes through, and how many operations and kernels it has. */
export function modelPhases(model: ScaleModel): { readonly phases: readonly Phase[]; readonly counts: Counts } {
  const [path, text] = [...model.files][0]!;
  const loader = { read: (file: string) => model.files.get(file) };
  const loaded = loadProject(path, text, loader);
  const project = loaded.value;
  const item = modelsOf(project)[0]!;
  const found = check(path, text, loader);
  if (found.length > 0) throw new Error(`${found[0]!.code}: ${found[0]!.message}`);
  const elaborate = (): Graph => elaborateModel(project.main, item, {}, new Map()).value!;
  const graph = elaborate();
  const inference = inferenceProgram(graph, BATCH);
  const step = (): Program =>
    trainingStep({
      graph,
      batch: BATCH,
      optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 },
      loss: { kind: 'cross_entropy', labelSmoothing: 0 },
    }).program;
  const training = step();
  const optimisedInference = optimise(inference);
  const optimisedTraining = optimise(training);
  const phases: Phase[] = [
    ...textPhases(model),
    { name: 'load', run: () => loadProject(path, text, loader) },
    { name: 'check names', run: () => project.modules.map(checkNames) },
    { name: 'check definitions', run: () => checkDefinitions(project, new Map()) },
    { name: 'elaborate', run: elaborate },
    { name: 'summarize', run: () => summarize(graph) },
    { name: 'emit tfjs', run: () => emitTfjs(graph) },
    { name: 'lower (inference)', run: () => inferenceProgram(graph, BATCH) },
    { name: 'passes (inference)', run: () => optimise(inference) },
    { name: 'emit onnx (inference)', run: () => emitOnnx(optimisedInference, 'scale') },
    { name: 'training step', run: step },
    { name: 'passes (training)', run: () => optimise(training) },
    { name: 'emit onnx (training)', run: () => emitOnnx(optimisedTraining, 'scale') },
  ];
  return { phases, counts: { nodes: graph.nodes.length, kernels: optimisedTraining.instructions.length } };
}

export interface Counts {
  /** Operations of the graph. */
  readonly nodes: number;
  /** Instructions of the optimised training step. */
  readonly kernels: number;
}
