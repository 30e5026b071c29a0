/** Runs generated TypeScript in this process, on whatever TensorFlow.js is given. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ts } from 'ts-morph';
import { emitTfjs, layersSource, modelSignature } from '../../compiler/emit/tfjs/index.ts';
import type { Graph } from '../../compiler/graph.ts';
import type { WeightSpec } from '../../compiler/ops/weights/index.ts';

/** As the generated file's `nn.Mode`. */
export interface Mode {
  readonly training: boolean;
  readonly mask?: (path: string, shape: number[], rate: number) => tfjs.Tensor;
  readonly update?: (statistic: tfjs.Tensor, value: tfjs.Tensor) => void;
}

export interface GeneratedModel {
  /** One tensor, or as many as the graph has outputs. */
  readonly run: (inputs: readonly tfjs.Tensor[], weights: unknown, mode: Mode) => unknown;
  readonly weightSpecs: readonly Omit<WeightSpec, 'name'>[];
  readonly bindWeights: (tensors: ReadonlyMap<string, tfjs.Tensor>) => unknown;
}

type Exports = Record<string, unknown>;

/** Emits, transpiles and evaluates a graph. */
export function loadGenerated(tf: typeof tfjs, graph: Graph): GeneratedModel {
  const files = new Map([
    ['./model.js', emitTfjs(graph)],
    ...Object.entries(layersSource).map(([name, text]) => [`./layers/${name.replace('.ts', '.js')}`, text] as const),
  ]);
  const loaded = new Map<string, Exports>();
  const load = (file: string): Exports => {
    const known = loaded.get(file);
    if (known) return known;
    const module = { exports: {} as Exports };
    loaded.set(file, module.exports);
    const require = (name: string): unknown =>
      name === '@tensorflow/tfjs-core' ? tf : load(file === './model.js' ? name : `./layers/${name.slice(2)}`);
    const evaluate = new Function('require', 'module', 'exports', transpile(files.get(file)!));
    evaluate(require, module, module.exports);
    return module.exports;
  };
  const model = load('./model.js');
  const signature = modelSignature(graph);
  const call = model[signature.name] as (...args: unknown[]) => unknown;
  return {
    run: (inputs, weights, mode) =>
      call(...inputs, ...(signature.weights ? [weights] : []), ...(signature.mode ? [mode] : [])),
    weightSpecs: model['weightSpecs'] as GeneratedModel['weightSpecs'],
    // A model without weights has nothing to bind.
    bindWeights: (model['bindWeights'] ?? (() => undefined)) as GeneratedModel['bindWeights'],
  };
}

/** By source: the layers are the same for every model. */
const transpiled = new Map<string, string>();

function transpile(text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
  const script = transpiled.get(text) ?? ts.transpileModule(text, { compilerOptions }).outputText;
  transpiled.set(text, script);
  return script;
}
