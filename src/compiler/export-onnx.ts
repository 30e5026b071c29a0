/**
 * A model with its weights as an ONNX file for other runtimes.
 *
 * In: a graph, the numbers of its weights by path, and how the file is wanted. Out: its bytes, or why there can be none.
 * Inputs and outputs have the model's names; nodes and weights are named by their paths, each weight in the layout in
 * which its operator reads it. The same graph, weights and options give the same bytes.
 */
import { emitOnnx, type Opset } from './emit/onnx/index.ts';
import { type Graph, modelOf, shapeOf } from './graph.ts';
import { type InferenceLayouts, inferenceProgram } from './inference.ts';
import type { Layout } from './lower/rule.ts';
import { traceBatch } from './program/batch-axis.ts';
import { arrangeWeights } from './program/passes/arrange-weights.ts';
import { bindInputs } from './program/passes/bind-inputs.ts';
import { foldBatchNorm } from './program/passes/fold-batch-norm.ts';
import { optimise } from './program/passes/index.ts';
import type { Program } from './program/program.ts';
import { ProgramError } from './program/shape-rules.ts';
import { verifyProgram } from './program/verify.ts';

export interface ExportOptions {
  /** Undefined leaves it open, as the axis `N`. */
  readonly batch: number | undefined;
  readonly opset: Opset;
  readonly layouts: InferenceLayouts;
  /** Whether batch normalisation goes into the convolution before it. */
  readonly fold: boolean;
  readonly producerVersion: string;
  /** Stored with the model, beside its name and its parameters. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type Exported = { readonly model: Uint8Array } | { readonly problem: string; readonly help: string };

/** Stands for the open number of examples while the program is built; prime and unlike any size, to be told from them. */
const STAND_IN = 9973;
const BATCH_AXIS = 'N';

/** A protocol-buffer message ends before 2 GiB; a megabyte is for all that is not weights. */
export const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 20;

export function exportOnnx(
  graph: Graph,
  weights: ReadonlyMap<string, { readonly data: Float32Array }>,
  options: ExportOptions,
): Exported {
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_WEIGHT_BYTES) return tooLarge(bytes);
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const size = options.batch ?? STAND_IN;
  const program = withWeights(inferenceProgram(graph, size, options.layouts), inputs, weights, options.fold);
  if (options.batch === undefined) {
    const traced = traceBatch(program, inputs, size);
    if ('refused' in traced) {
      return {
        problem: `'${traced.refused.origin}' needs the number of examples: it ${traced.why}`,
        help: 'give the number with --batch, for instance --batch 1',
      };
    }
  }
  const model = emitOnnx(program, graph.name, {
    opset: options.opset,
    ...(options.batch === undefined ? { batch: { size, name: BATCH_AXIS, inputs } } : {}),
    producerVersion: options.producerVersion,
    doc: docOf(graph),
    docs: portDocs(graph, options.layouts),
    metadata: { model: graph.name, parameters: JSON.stringify(modelOf(graph).parameters), ...options.metadata },
  });
  return { model };
}

function withWeights(
  source: Program,
  inputs: ReadonlySet<string>,
  weights: ReadonlyMap<string, { readonly data: Float32Array }>,
  fold: boolean,
): Program {
  // Optimised before the numbers are known, so that nothing but their order is computed from them; a normalisation of all
  // examples in a row is for a number of them that is known, and no help to a reader of the file.
  const bound = bindInputs(optimise(source, { disable: ['affine'] }), (name) => {
    if (inputs.has(name)) return undefined;
    const weight = weights.get(name);
    if (!weight) throw new ProgramError(`the weight ${name} is missing`);
    return weight.data;
  });
  const arranged = arrangeWeights(bound);
  const program = fold ? foldBatchNorm(arranged) : arranged;
  verifyProgram(program);
  return program;
}

function docOf(graph: Graph): string {
  const { doc, parameters } = modelOf(graph);
  const given = Object.entries(parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const heading = `${graph.name}(${given.join(', ')})`;
  return doc === undefined ? heading : `${doc.trim()}\n\n${heading}`;
}

/** Says the order of the axes of images. */
function portDocs(graph: Graph, { inputs, outputs }: InferenceLayouts): ReadonlyMap<string, string> {
  const axes = (layout: Layout | undefined): string => (layout === 'channels-first' ? '[N, C, H, W]' : '[N, H, W, C]');
  const docs = (ports: Graph['inputs'], layout: Layout | undefined): [string, string][] =>
    ports.filter(({ value }) => shapeOf(graph, value).length === 3).map(({ name }) => [name, axes(layout)]);
  return new Map([...docs(graph.inputs, inputs), ...docs(graph.outputs, outputs)]);
}

function tooLarge(bytes: number): Exported {
  return {
    problem: `the weights take ${(bytes / 1e9).toFixed(1)} GB, and an ONNX file holds less than 2.1 GB`,
    help: 'export the model with smaller parameters (--set)',
  };
}
