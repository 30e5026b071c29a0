/**
 * Makes docs/ops.md, the reference of every layer, from the tables of the compiler.
 *
 *     npx tsx scripts/ops-reference.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { callOf } from '../src/compiler/emit/tfjs/ops/index.ts';
import { nameOf } from '../src/compiler/evaluate/op-arguments.ts';
import { gradientRules } from '../src/compiler/gradient/index.ts';
import type { Shape } from '../src/compiler/graph.ts';
import { lowerRules } from '../src/compiler/lower/index.ts';
import { costRules } from '../src/compiler/ops/cost/index.ts';
import { initializers } from '../src/compiler/ops/initializer.ts';
import { shapeRules } from '../src/compiler/ops/shape/index.ts';
import { activation } from '../src/compiler/ops/signature/activation.ts';
import { arithmetic } from '../src/compiler/ops/signature/arithmetic.ts';
import { convolution } from '../src/compiler/ops/signature/convolution.ts';
import { type CallableOp, signatures } from '../src/compiler/ops/signature/index.ts';
import { indexing } from '../src/compiler/ops/signature/indexing.ts';
import { normalization } from '../src/compiler/ops/signature/normalization.ts';
import { pooling } from '../src/compiler/ops/signature/pooling.ts';
import { sequence } from '../src/compiler/ops/signature/sequence.ts';
import { shaping } from '../src/compiler/ops/signature/shaping.ts';
import type { ParameterSpec, Signature } from '../src/compiler/ops/signature/signature.ts';
import { source } from '../src/compiler/ops/signature/source.ts';
import { weightRules } from '../src/compiler/ops/weights/index.ts';
import { graphOf, type OpCase } from '../test/compiler/gradient/case.ts';
import { cases } from '../test/compiler/gradient/cases/index.ts';

const sections: readonly (readonly [title: string, ops: object])[] = [
  ['Convolution, dense and matrix products', convolution],
  ['Pooling', pooling],
  ['Normalisation', normalization],
  ['Activation', activation],
  ['Arithmetic', arithmetic],
  ['Sequences', sequence],
  ['Shape', shaping],
  ['Source', source],
  ['Positions by index', indexing],
];

/** The text of docs/ops.md. */
export function opsReference(): string {
  return `${[intro(), ...sections.map(([title, ops]) => section(title, Object.keys(ops) as CallableOp[])), initializerSection(), matrix()].join('\n\n')}\n`;
}

function intro(): string {
  const links = sections.flatMap(([title, ops]) => {
    const names = Object.keys(ops).map((op) => `[\`${op}\`](#${op})`);
    return `- ${title}: ${names.join(', ')}`;
  });
  return [
    '# Layers',
    '',
    '<!-- Made by scripts/ops-reference.ts from the tables of the compiler; do not edit. -->',
    '',
    `The ${Object.keys(signatures).length} layers of the language. Shapes are channel-last and without the batch axis; \`[...]\` is any number of axes.`,
    'Inputs come first, and `|>` gives the first of them: `x |> conv2d(64, 3)` is `conv2d(x, 64, 3)`. Parameters follow in the',
    'order of their table, or by name. A parameter without a default has to be given.',
    '',
    ...links,
    '- [Initializers](#initializers)',
    '- [What is supported where](#what-is-supported-where)',
  ].join('\n');
}

function section(title: string, ops: readonly CallableOp[]): string {
  return [`## ${title}`, ...ops.map(entry)].join('\n\n');
}

function entry(op: CallableOp): string {
  const { summary, shapes, parameters, inputs }: Signature = signatures[op];
  const required = parameters.filter((each) => each.default === undefined).map((each) => each.name);
  const given = inputs.map((each) => (each.list ? `[${each.name}, …]` : each.name));
  const call = `${op}(${[...given, ...required].join(', ')})`;
  const lines = [`### ${op}`, '', summary, '', '```', call, shapes, '```'];
  if (parameters.length > 0)
    lines.push('', '| parameter | takes | default | |', '| --- | --- | --- | --- |', ...parameters.map(row));
  return lines.join('\n');
}

function row({ name, type, default: value, doc }: ParameterSpec): string {
  const shown = value === undefined ? 'required' : value === null ? '' : `\`${JSON.stringify(value)}\``;
  return `| \`${name}\` | ${cell(nameOf(type))} | ${shown} | ${cell(doc)} |`;
}

function initializerSection(): string {
  const rows = Object.values(initializers).map(({ form, doc }) => {
    const forms = form.split(' or ').map((text) => `\`"${text}"\``);
    return `| ${forms.join(', ')} | ${doc} |`;
  });
  return [
    '## Initializers',
    '',
    'How weights start, as text. The fan in is how many inputs an output sees, the fan out how many outputs an input reaches:',
    'for a convolution its window times the channels of a group. Nothing is cut off where that is not said. PyTorch cuts',
    '`trunc_normal_` at ±2 and not at two deviations, and Keras all of its normal initializers at two deviations.',
    '',
    '| initializer | weights |',
    '| --- | --- |',
    ...rows,
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Op by concern, from the very tables that the compiler runs. */
function matrix(): string {
  const rows = (Object.keys(signatures) as CallableOp[]).map((op) => {
    const [shape, forward, backward] = [shapeRules, lowerRules, gradientRules].map((table) => op in table);
    const cells = [
      `[\`${op}\`](#${op})`,
      tick(shape),
      weightsOf(op),
      (costRules[op] as unknown) === costRules.input ? 'free' : 'counted',
      cases[op].length,
      tick(isWritten(op)),
      tick(forward && backward),
      tick(forward),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '## What is supported where',
    '',
    'Weights are trainable unless in parentheses. MACs are counted for convolutions, dense layers and matrix products.',
    '"Gradient" is how many uses of the layer are compared with finite differences in the tests, each in every memory layout',
    'that its inputs can come in. "Trains natively" is the training step that is compiled ahead of time, forward and backward.',
    '',
    '| layer | shape rule | weights | MACs | gradient | TensorFlow.js | trains natively | ONNX |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function tick(supported: boolean | undefined): string {
  return supported ? '✓' : '';
}

/** Whether TypeScript is written for it. */
function isWritten(op: CallableOp): boolean {
  const graph = graphOf(op, cases[op][0] as OpCase<CallableOp>, 'none');
  const node = graph.nodes.find((each) => each.op === op);
  return node !== undefined && callOf(graph, node) !== undefined;
}

function weightsOf(op: CallableOp): string {
  const [use] = cases[op];
  const rule = weightRules[op] as (
    attributes: object,
    inputs: readonly Shape[],
  ) => readonly { readonly name: string; readonly trainable: boolean }[];
  return rule(use!.attributes, use!.inputs)
    .map(({ name, trainable }) => (trainable ? `\`${name}\`` : `(\`${name}\`)`))
    .join(', ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../docs/ops.md', import.meta.url)), opsReference());
}
