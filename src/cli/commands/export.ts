/** `specc export FILE[#Model] | RUN`: a model with its weights as an ONNX file that other runtimes load. */
import { dirname } from 'node:path';
import type { Opset } from '../../compiler/emit/onnx/index.ts';
import { exportOnnx } from '../../compiler/export-onnx.ts';
import { type Graph, type Shape, shapeOf } from '../../compiler/graph.ts';
import type { Layout } from '../../compiler/lower/rule.ts';
import { allWeights } from '../../compiler/ops/weights/index.ts';
import { makeFolder } from '../../data/make-folder.ts';
import type { NamedTensors } from '../../engines/engine.ts';
import { initialWeights } from '../../engines/initialize.ts';
import { weightsOnly } from '../../training/checkpoint.ts';
import { writeDurably } from '../../training/durable-file.ts';
import { fitWeights, readWeights } from '../../training/read-weights.ts';
import { experimentOfRun } from '../../training/run-experiment.ts';
import { openRun } from '../../training/run-folder.ts';
import { CommandFailure, EXIT, WrongUse } from '../failure.ts';
import { loadModel } from '../load-model.ts';
import { readVersion } from '../package-root.ts';
import { splitModel } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';
import { outputFile } from '../weight-files.ts';

export interface ExportOptions {
  readonly out?: string;
  readonly set?: readonly string[];
  readonly variant?: string;
  readonly seed?: string;
  readonly weights?: string;
  readonly checkpoint: 'best' | 'last';
  readonly batch?: string;
  readonly inputLayout: Layout;
  readonly outputLayout: Layout;
  readonly fold?: boolean;
  readonly opset: string;
  readonly format: 'pretty' | 'json';
}

/** What is exported, and what the file tells of where it is from. */
interface Subject {
  readonly graph: Graph;
  readonly weights: NamedTensors;
  /** Where the weights are from. */
  readonly origin: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const DEFAULT_SEED = 1;

export function run([argument]: readonly string[], options: ExportOptions, terminal: Terminal): number {
  const batch = options.batch === undefined ? undefined : wholeNumber('--batch', options.batch, 1);
  const { path } = splitModel(argument!);
  const out = options.out === undefined ? undefined : outputFile(options.out, 'model.onnx');
  const subject = path.endsWith('.spec') ? fromSpec(argument!, options, terminal) : fromRun(argument!, options);
  const { graph, weights, origin, metadata } = subject;
  const layouts = { inputs: options.inputLayout, outputs: options.outputLayout };
  refuseIdleLayouts(graph, layouts);
  const exported = exportOnnx(graph, weights, {
    batch,
    opset: Number(options.opset) as Opset,
    layouts,
    fold: options.fold === true,
    producerVersion: readVersion(),
    metadata: { ...metadata, weights: origin, input_layout: layouts.inputs, output_layout: layouts.outputs },
  });
  if ('problem' in exported) throw new CommandFailure(exported.problem, exported.help);

  const file = out ?? `${graph.name}.onnx`;
  makeFolder(dirname(file));
  writeDurably(file, exported.model);
  const ports = (list: Graph['inputs'], layout: Layout): Port[] =>
    list.map(({ name, value }) => ({ name, shape: portShape(shapeOf(graph, value), layout, batch) }));
  const report: Report = {
    file,
    bytes: exported.model.length,
    opset: Number(options.opset),
    inputs: ports(graph.inputs, layouts.inputs),
    outputs: ports(graph.outputs, layouts.outputs),
    weights: { from: origin, tensors: allWeights(graph).length },
  };
  terminal.print(options.format === 'json' ? JSON.stringify(report, null, 2) : asText(report, terminal));
  return EXIT.clean;
}

/** @throws WrongUse, AlreadyReported or TrainingError */
function fromSpec(argument: string, options: ExportOptions, terminal: Terminal): Subject {
  const { seed: given, weights: from, checkpoint } = options;
  if (given !== undefined && from !== undefined) {
    throw new WrongUse('--seed and --weights exclude each other', 'weights are either drawn anew or read');
  }
  const seed = given === undefined ? DEFAULT_SEED : wholeNumber('--seed', given, 0);
  const graph = loadModel(argument, options.set ?? [], terminal, options.variant);
  const metadata = { spec: splitModel(argument).path };
  if (from !== undefined) {
    return { graph, weights: fitWeights(graph, readWeights(from, checkpoint), from), origin: from, metadata };
  }
  return { graph, weights: initialWeights(graph, seed), origin: `seed ${seed}, untrained`, metadata };
}

/** @throws WrongUse or TrainingError */
function fromRun(argument: string, { set, variant, seed, weights, checkpoint }: ExportOptions): Subject {
  const own = Object.entries({ '--set': set, '--variant': variant, '--seed': seed, '--weights': weights });
  const given = own.find(([, value]) => value !== undefined);
  if (given !== undefined) {
    throw new WrongUse(
      `a run has its own parameters and weights, so ${given[0]} does not go with '${argument}'`,
      'name a specification (FILE.spec#Model) to choose them, or leave the option out',
    );
  }
  const opened = openRun(argument);
  const { graph } = experimentOfRun(opened);
  const { plan, classes } = opened.record;
  return {
    graph,
    weights: fitWeights(graph, weightsOnly(opened.checkpoints.load(checkpoint).tensors), argument),
    origin: `${argument}, ${checkpoint} checkpoint`,
    metadata: {
      run: plan.name,
      // what whoever feeds the model has to know
      classes: JSON.stringify(classes),
      normalize: JSON.stringify(plan.data.normalize),
    },
  };
}

function refuseIdleLayouts(graph: Graph, layouts: { readonly inputs: Layout; readonly outputs: Layout }): void {
  const images = (ports: Graph['inputs']): boolean => ports.some(({ value }) => shapeOf(graph, value).length === 3);
  for (const [option, layout, ports] of [
    ['--input-layout', layouts.inputs, graph.inputs],
    ['--output-layout', layouts.outputs, graph.outputs],
  ] as const) {
    if (layout === 'channels-last' || images(ports)) continue;
    const what = option === '--input-layout' ? 'takes' : 'makes';
    throw new WrongUse(`${graph.name} ${what} no images [H, W, C]`, `leave ${option} out`);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number;
  throw new WrongUse(`${option} takes a whole number, at least ${least}, not '${text}'`);
}

function portShape(shape: Shape, layout: Layout, batch: number | undefined): (number | string)[] {
  const first = shape.length === 3 && layout === 'channels-first';
  return [batch ?? 'N', ...(first ? [shape[2]!, shape[0]!, shape[1]!] : shape)];
}

interface Port {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

interface Report {
  readonly file: string;
  readonly bytes: number;
  readonly opset: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly weights: { readonly from: string; readonly tensors: number };
}

function asText({ file, bytes, opset, inputs, outputs, weights }: Report, { colours }: Terminal): string {
  const ports = (list: readonly Port[]): string =>
    list.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  return [
    `${colours.bold(file)}: ${(bytes / 1e6).toFixed(1)} MB, ONNX opset ${opset}`,
    `${ports(inputs)} → ${ports(outputs)}`,
    `${weights.tensors} weight tensors from ${weights.from}`,
  ].join('\n');
}
