/** `specc summary FILE[#Model]`: layers, shapes, parameters and cost, summed up block by block. */
import { type Graph, modelOf, type Shape } from '../../compiler/graph.ts';
import { type MemoryEstimate, type MemoryEstimates, memoryEstimates } from '../../compiler/memory.ts';
import { type Summary, summarize } from '../../compiler/summary.ts';
import { matchBlocks } from '../../compiler/variants/blocks.ts';
import { PATH_PATTERN } from '../../compiler/variants/match.ts';
import { catalogue } from '../../dsl/catalogue/index.ts';
import { wholeDepth } from '../depth-option.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { loadModel } from '../load-model.ts';
import { bytes, grouped } from '../quantities.ts';
import { type SummaryRow, summaryRows } from '../summary-rows.ts';
import type { Terminal } from '../terminal.ts';
import { wrapText } from '../wrap-text.ts';

interface Options {
  readonly format: 'table' | 'json' | 'md';
  readonly set?: readonly string[];
  readonly variant?: string;
  readonly depth?: string;
  readonly batch?: string;
  readonly recompute?: readonly string[];
}

type WithMemory = Summary & { readonly memory: MemoryEstimates };

/** That of a training configuration which does not say. */
const DEFAULT_BATCH = 32;

const COLUMNS = ['layer', 'output', 'parameters', 'MACs'] as const;

export function run([argument]: readonly string[], options: Options, terminal: Terminal): number {
  const depth = options.depth === undefined ? undefined : wholeDepth(options.depth);
  const graph = loadModel(argument!, options.set ?? [], terminal, options.variant);
  const batch = options.batch === undefined ? DEFAULT_BATCH : wholeBatch(options.batch);
  const recompute = blocksOf(graph, options.recompute ?? []);
  const summary = { ...summarize(graph), memory: memoryEstimates(graph, batch, recompute) };
  if (options.format === 'json') terminal.print(JSON.stringify(summary, null, 2));
  else {
    const rows = summaryRows(graph, depth);
    terminal.print(
      options.format === 'md' ? asMarkdown(graph, summary, rows) : asTable(graph, summary, rows, terminal),
    );
  }
  return EXIT.clean;
}

function wholeBatch(text: string): number {
  const batch = Number(text);
  if (Number.isInteger(batch) && batch >= 1) return batch;
  throw new WrongUse(`--batch takes a whole number of images, at least 1, not '${text}'`);
}

/** The paths of the blocks that the patterns of `--recompute` mean. */
function blocksOf(graph: Graph, patterns: readonly string[]): readonly string[] {
  const wrong = patterns.find((pattern) => !PATH_PATTERN.test(pattern));
  if (wrong !== undefined) {
    throw new WrongUse(`--recompute takes paths of blocks, such as local/Residual[2] or **/Residual*, not '${wrong}'`);
  }
  const { paths, unmatched } = matchBlocks(graph, patterns);
  const [missing] = unmatched;
  if (missing === undefined) return paths;
  const { message, help } = catalogue['config-recompute-nothing'];
  const args = { ...missing, model: graph.name };
  throw new WrongUse(`--recompute: ${message(args)}`, help?.(args));
}

function asTable(graph: Graph, summary: WithMemory, rows: readonly SummaryRow[], { colours, width }: Terminal): string {
  const { bold, dim, cyan } = colours;
  const cells = rows.map((row) => [`${'  '.repeat(row.depth)}${row.label}`, shapeText(row.shape), ...countCells(row)]);
  const widths = COLUMNS.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at]!.length)));
  if (width !== undefined) {
    const others = widths.slice(1).reduce((sum, each) => sum + each + 2, 0);
    widths[0] = Math.max(12, Math.min(widths[0]!, width - others));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at < 2 ? clipped(cell, widths[at]!).padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  const rule = dim('─'.repeat(widths.reduce((sum, each) => sum + each + 2, -2)));
  return [
    wrapText(heading(graph, bold), Math.max(60, width ?? 100)),
    portsText(summary),
    '',
    bold(line(COLUMNS)),
    rule,
    ...cells.map((row, at) => (rows[at]!.group ? cyan(line(row)) : line(row))),
    rule,
    line(['total', '', grouped(summary.parameters), grouped(summary.macs)]),
    '',
    ...totals(summary),
  ].join('\n');
}

function asMarkdown(graph: Graph, summary: WithMemory, rows: readonly SummaryRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `### ${heading(graph, String)}`,
    '',
    portsText(summary),
    '',
    line(COLUMNS),
    '| :-- | :-- | --: | --: |',
    ...rows.map((row) => {
      const label = row.group ? `**${row.label}**` : row.label;
      return line([`${'&emsp;'.repeat(row.depth)}${label}`, shapeText(row.shape), ...countCells(row)]);
    }),
    line(['total', '', grouped(summary.parameters), grouped(summary.macs)]),
    '',
    ...totals(summary).map((each) => `- ${each}`),
  ].join('\n');
}

/** The model with the values of its parameters: `Net(classes: 4, size: 64)`. */
function heading(graph: Graph, emphasise: (text: string) => string): string {
  const given = Object.entries(modelOf(graph).parameters).map(
    ([name, value]) => `${name}: ${JSON.stringify(value).replaceAll(',', ', ')}`,
  );
  return `${emphasise(graph.name)}(${given.join(', ')})`;
}

/** `image [64, 64, 3] → output [4]`. */
function portsText({ inputs, outputs }: Summary): string {
  const ports = (list: Summary['inputs']): string =>
    list.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(', ');
  return `${ports(inputs)} → ${ports(outputs)}`;
}

function totals({ parameters, tensors, buffers, macs, activations, memory }: WithMemory): string[] {
  return [
    `${grouped(parameters)} parameters in ${grouped(tensors)} tensors (${bytes(4 * parameters)} as float32)`,
    ...(buffers > 0 ? [`${grouped(buffers)} running statistics, which training does not learn`] : []),
    `${grouped(macs)} multiply-accumulates for one example`,
    `${grouped(activations)} activations for one example (${bytes(4 * activations)} as float32)`,
    ...(memory.training ? [memoryText('training with Adam', memory.training)] : []),
    ...(memory.inference ? [memoryText('inference', memory.inference)] : []),
  ];
}

/** `memory of training with Adam at batch 32: about 1.2 GB, activations 1.1 GB; most at gradient stem/conv2d` */
function memoryText(what: string, { batch, bytes: whole, activations, at }: MemoryEstimate): string {
  const most = at === '' ? '' : `; most at ${at}`;
  return `memory of ${what} at batch ${batch}: about ${bytes(whole)}, activations ${bytes(activations)}${most}`;
}

function countCells({ parameters, macs }: SummaryRow): [string, string] {
  return [parameters === 0 ? '' : grouped(parameters), macs === 0 ? '' : grouped(macs)];
}

function shapeText(shape: Shape | undefined): string {
  return shape === undefined ? '' : `[${shape.join(', ')}]`;
}

/** A label that is too long loses its middle: the depth at its start and the kind at its end say most. */
function clipped(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 3);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}
