/**
 * TensorFlow.js source.
 *
 * In: a graph. Out: one file of TypeScript that reads as if written by hand: a function a block, the model's function
 * first, typed weights, the table of weights, and `bindWeights`. It imports `@tensorflow/tfjs-core` and, from
 * `./layers/`, the files in `layersSource`. The same graph gives the same bytes.
 */
import { IndentationText, Project, QuoteKind, type SourceFile, VariableDeclarationKind } from 'ts-morph';
import { hashSeed } from '../../../shared/random.ts';
import { type Constant, type Graph, isOp, modelOf, type ValueId } from '../../graph.ts';
import { nameFunctions } from './function-names.ts';
import { type FunctionText, FunctionWriter } from './function-text.ts';
import { camelCase, type Names } from './names.ts';
import { outline } from './outline.ts';
import { type FunctionPlan, planFunctions, usedBy } from './plan.ts';
import { sharedRows, weightRows } from './weight-table.ts';
import { type WeightInterface, weightInterface } from './weight-types.ts';

export { layersSource } from './layers-source.ts';

/** How to call a model's function: `name(...inputs, weights, mode)`, where it has weights and a mode to take. */
export interface ModelSignature {
  readonly name: string;
  readonly weights: boolean;
  readonly mode: boolean;
}

export function modelSignature(graph: Graph): ModelSignature {
  const plans = planFunctions(graph, outline(graph));
  nameFunctions(plans, graph.name);
  const { name, traits } = plans.at(-1)!;
  return { name, weights: traits.weights, mode: traits.mode };
}

/** Where generated code stands, and for which variant of a model. */
export interface EmitPlace {
  /** The module of the layers, from the file. */
  readonly layers: string;
  /** `Table6/Conv`, and the specification whose ablation makes it. */
  readonly variant: string;
  readonly path: string;
}

/** @param place undefined: a model itself, beside `layers/` */
export function emitTfjs(graph: Graph, place?: EmitPlace): string {
  const plans = planFunctions(graph, outline(graph));
  const names = nameFunctions(plans, graph.name);
  const interfaces = new Map(plans.map((plan) => [plan, weightInterface(graph, plan)]));

  const project = new Project({
    useInMemoryFileSystem: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, quoteKind: QuoteKind.Single },
  });
  const file = project.createSourceFile(`${graph.name}.ts`);
  file.addImportDeclarations([
    { namespaceImport: 'tf', moduleSpecifier: '@tensorflow/tfjs-core' },
    { namespaceImport: 'nn', moduleSpecifier: place?.layers ?? './layers/index.js' },
  ]);
  addConstants(file, graph, names);
  const model = plans.at(-1)!;
  const statements: string[] = [];
  for (const plan of inOrderOfUse(model)) {
    const weights = interfaces.get(plan)!;
    if (plan.traits.weights) statements.push(interfaceText(weights, plan));
    for (const text of functionTexts(graph, plan, weights, plan === model)) statements.push(functionText(text));
  }
  // All at once: each call reads the whole file again.
  file.addStatements([...statements, ...weightTableTexts(graph, model)].join('\n'));
  return withHeader(graph, file.getFullText(), place);
}

/** The model first, and every function after one that calls it. */
function inOrderOfUse(model: FunctionPlan): readonly FunctionPlan[] {
  const found = new Set([model]);
  for (const plan of found) {
    for (const statement of plan.statements[0]!) if (statement.kind !== 'op') found.add(usedBy(statement).plan);
  }
  return [...found];
}

function functionTexts(
  graph: Graph,
  plan: FunctionPlan,
  weights: WeightInterface,
  isModel: boolean,
): readonly FunctionText[] {
  const whole = (): FunctionText => new FunctionWriter(graph, plan, weights).write(isModel);
  if (!isModel || !endsInSoftmax(graph, plan)) return [whole()];
  const count = plan.statements[0]!.length;
  const logits = new FunctionWriter(graph, plan, weights, count - 1).write(isModel);
  const { parameters } = logits;
  const given = parameters.map(({ name }) => name).join(', ');
  const model = whole();
  return [
    { ...model, body: `return tf.softmax(${plan.name}Logits(${given}));` },
    {
      ...logits,
      name: `${plan.name}Logits`,
      doc: `The scores that \`${plan.name}\` takes the softmax of: what a loss should see.`,
    },
  ];
}

/** Whether the model's only result is a softmax over the last axis, of something that the model's function makes. */
function endsInSoftmax(graph: Graph, plan: FunctionPlan): boolean {
  const last = plan.statements[0]!.at(-1);
  const [output] = graph.outputs;
  if (last?.kind !== 'op' || graph.outputs.length !== 1 || !isOp(last.node, 'softmax')) return false;
  const before = plan.statements[0]!.at(-2);
  const source: ValueId = last.node.inputs[0]!;
  const isChain = before !== undefined && (before.kind === 'op' ? before.node.outputs[0] === source : true);
  const { length } = graph.values[source]!.shape;
  return last.node.outputs[0] === output!.value && isChain && last.node.attributes.axis === length - 1;
}

function addConstants(file: SourceFile, graph: Graph, names: Names): void {
  const constant = (name: string, initializer: string, doc: string): void => {
    const declarations = [{ name: names.claim(name), initializer }];
    file.addVariableStatement({
      isExported: true,
      declarationKind: VariableDeclarationKind.Const,
      declarations,
      docs: [doc],
    });
  };
  for (const { name, value } of graph.inputs) {
    const shape = graph.values[value]!.shape;
    constant(
      `${camelCase(name)}Shape`,
      `[${shape.join(', ')}] as const`,
      `Of \`${camelCase(name)}\`, without the batch.`,
    );
  }
  const output = graph.values[graph.outputs[0]!.value]!.shape;
  if (graph.outputs.length === 1 && output.length === 1) {
    file.addVariableStatement({
      isExported: true,
      declarationKind: VariableDeclarationKind.Const,
      declarations: [{ name: 'classes', initializer: String(output[0]) }],
      docs: ['How many scores the model gives.'],
    });
  }
}

function interfaceText({ name, parameters, fields, alias }: WeightInterface, plan: FunctionPlan): string {
  const line = parameters.join(', ');
  const list =
    parameters.length === 0
      ? ''
      : line.length <= 80
        ? `<${line}>`
        : `<\n${parameters.map((each) => `  ${each},`).join('\n')}\n>`;
  const lines = fields.map((field) => `  readonly ${field.name}: ${field.type};`);
  const declaration = alias
    ? `export type ${name}${list} =${line.length + alias.length <= 80 ? ' ' : '\n  '}${alias};`
    : `export interface ${name}${list} {\n${lines.join('\n')}\n}`;
  return `\n/** Weights of \`${plan.name}\`. */\n${declaration}`;
}

function functionText({ name, doc, parameters, returnType, body }: FunctionText): string {
  const written = parameters.map(
    (each) => `${each.name}: ${each.type}${each.initializer ? ` = ${each.initializer}` : ''}`,
  );
  const line = `export function ${name}(${written.join(', ')}): ${returnType} {`;
  const head =
    line.length <= 110
      ? line
      : `export function ${name}(\n${written.map((each) => `  ${each},`).join('\n')}\n): ${returnType} {`;
  const lines = body.split('\n').map((each) => `  ${each}`);
  return `\n${docText(doc)}\n${head}\n${lines.join('\n')}\n}`;
}

function docText(doc: string): string {
  const lines = doc.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `/** ${lines[0]} */`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */`;
}

function weightTableTexts(graph: Graph, model: FunctionPlan): readonly string[] {
  const rows = weightRows(graph);
  const table = `
/** Path, shape and start of every weight, as checkpoints have them. */
export const weightSpecs: readonly nn.WeightSpec[] = nn.weightTable([\n${rows.map((row) => `  ${row}`).join('\n')}\n]);`;
  if (rows.length === 0) return [table];
  const shared = sharedRows(graph);
  const sharing = `
/** Layers that use the weights of another, by path. */
export const sharedWeights: Readonly<Record<string, string>> = {\n${shared.map((row) => `  ${row}`).join('\n')}\n};`;
  const type = model.weights;
  const bind = `
/** The weights as \`${model.name}\` takes them, from tensors or variables by path. */
export function bindWeights(
  tensors: ReadonlyMap<string, tf.Tensor> | Readonly<Record<string, tf.Tensor>>,
): ${type} {
  return nn.bindWeights<${type}>(weightSpecs, tensors${shared.length > 0 ? ', sharedWeights' : ''});
}`;
  return shared.length > 0 ? [table, sharing, bind] : [table, bind];
}

/** What made the file, and a hash of the rest of it. */
function withHeader(graph: Graph, text: string, place: EmitPlace | undefined): string {
  const { parameters } = modelOf(graph);
  const given = Object.entries(parameters).map(([name, value]) => `${name}: ${constantText(value)}`);
  const words = hashSeed(text).map((word) => word.toString(16).padStart(8, '0'));
  const path = place?.path ?? graph.scopes[0]!.span.source.path;
  return [
    `// Generated by specc from ${path}. Do not edit: change the spec and build again.`,
    `// Model: ${graph.name}(${given.join(', ')})`,
    ...(place === undefined ? [] : [`// Variant: ${place.variant}`]),
    `// Content: ${words.join('')}`,
    '',
    text,
  ].join('\n');
}

function constantText(value: Constant): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(constantText).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([name, field]) => `${name}: ${constantText(field)}`)
    .join(', ')} }`;
}
