/** A comparison as text for a terminal: a tree of blocks for each model, like `git diff` in its colours. */
import type { Change, ModelDiff, Totals } from '../../compiler/diff/model-diff.ts';
import { bytes, counted, grouped, percentMore, signed } from '../quantities.ts';
import type { Colours } from '../terminal.ts';
import { ablationRows } from './ablation-rows.ts';
import type { Comparison, ModelEntry, PlacedModel } from './compare.ts';
import { definitionTexts, parameterText, portText } from './phrases.ts';
import { type DiffRow, diffRows, type Mark, type RowOptions } from './rows.ts';
import { weightAccount, weightLines } from './weights-text.ts';

/** So many lines about weights are shown without `--all`. */
const MOST_WEIGHTS = 12;

export function comparisonText(comparison: Comparison, options: RowOptions, colours: Colours): string {
  const { models, ablations, definitions, skipped } = comparison;
  const shown = models.filter(({ status }) => status !== 'same').map((entry) => entryText(entry, options, colours));
  const rows = ablationRows(ablations, options);
  if (rows.length > 0) shown.push([colours.bold('ablations'), ...rowLines(rows, colours)].join('\n'));
  const lines = definitions.flatMap(definitionTexts);
  if (lines.length > 0) shown.push([colours.bold('definitions'), ...lines.map((line) => `  ${line}`)].join('\n'));
  for (const model of skipped) shown.push(colours.dim(`${titleOf(model)} needs parameters: --set NAME=VALUE`));
  if (shown.length === 0) return 'no difference';
  return shown.join('\n\n');
}

export function titleOf({ file, name, variant }: PlacedModel): string {
  return `${file}#${name}${variant === undefined ? '' : ` (${variant})`}`;
}

/** `specs/net.spec#Net`, or both names where they are not one. */
export function headOf({ old, new: next }: ModelEntry): string {
  if (old === undefined || next === undefined) return titleOf((next ?? old)!);
  const [before, after] = [titleOf(old), titleOf(next)];
  return before === after ? after : `${before} → ${after}`;
}

function entryText(entry: ModelEntry, options: RowOptions, colours: Colours): string {
  const { status, diff, totals } = entry;
  const head = colours.bold(headOf(entry));
  if (diff === undefined) {
    const paint = status === 'added' ? colours.green : colours.red;
    const said = status === 'added' ? '+ new model' : '- model that is gone';
    return `${head}\n  ${paint(`${said}: ${sizeText(totals!)}`)}`;
  }
  return [head, ...diffLines(diff, options, colours)].join('\n');
}

export function sizeText({ layers, parameters, macs, memory }: Totals): string {
  return `${counted(layers, 'layer')}, ${counted(parameters, 'parameter')}, ${counted(macs, 'MAC')}, ${bytes(memory)} of activations`;
}

function diffLines(diff: ModelDiff, options: RowOptions, colours: Colours): string[] {
  const { dim, yellow } = colours;
  const lines = totalsLines(diff.totals, colours);
  if (diff.sameNetwork) lines.push(dim('  the same network: only names differ'));
  const facts = factsOf(diff);
  if (facts.length > 0) lines.push('', ...facts.map((fact) => `  ${yellow('~')} ${fact}`));
  const rows = diffRows(diff.parts, diff, options);
  if (rows.length > 0) lines.push('', ...rowLines(rows, colours));
  const account = weightAccount(diff.weights);
  if (account !== undefined) {
    const all = weightLines(diff.weights);
    const some = options.all ? all : all.slice(0, MOST_WEIGHTS);
    lines.push('', `  weights: ${account}`);
    lines.push(...some.map(({ mark, text }) => `    ${paintOf(mark, colours)(`${mark} ${text}`)}`));
    if (some.length < all.length) lines.push(dim(`    … ${all.length - some.length} more; --all shows them`));
  }
  return lines;
}

/** Parameters of the model, blocks by other names, inputs and outputs. */
export function factsOf(diff: ModelDiff): string[] {
  return [
    ...diff.parameters.map(parameterText),
    ...diff.blocks.map(({ old, new: next, uses }) => `block ${old} is called ${next} (${counted(uses, 'use')})`),
    ...diff.inputs.map((change) => portText('input', change)),
    ...diff.outputs.map((change) => portText('output', change)),
  ];
}

export interface TotalRow {
  readonly name: string;
  readonly old: string;
  readonly new: string;
  readonly change: string;
  readonly percent: string;
}

export function totalRows(totals: Change<Totals>): TotalRow[] {
  const row = (name: string, key: keyof Totals, text: (count: number) => string = grouped): TotalRow => {
    const [old, next] = [totals.old[key], totals.new[key]];
    const same = old === next;
    return {
      name,
      old: text(old),
      new: text(next),
      change: same ? '' : signed(next - old, text),
      percent: same ? '' : percentMore(old, next),
    };
  };
  return [
    row('parameters', 'parameters'),
    row('MACs', 'macs'),
    row('memory', 'memory', bytes),
    row('layers', 'layers'),
  ];
}

/** Where nothing differs a number once. */
function totalsLines(totals: Change<Totals>, { dim, red, green }: Colours): string[] {
  const rows = totalRows(totals);
  const width = (key: keyof TotalRow): number => Math.max(...rows.map((row) => row[key].length));
  return rows.map((row) => {
    const name = row.name.padEnd(width('name'));
    const after = row.new.padStart(width('new'));
    if (row.change === '') return dim(`  ${name}  ${' '.repeat(width('old'))}    ${after}`);
    const paint = row.change.startsWith('+') ? red : green;
    const change = `${row.change.padStart(width('change'))}  ${row.percent.padStart(width('percent'))}`;
    return `  ${name}  ${row.old.padStart(width('old'))} → ${after}  ${paint(change)}`.trimEnd();
  });
}

const COSTS = ['parameters', 'MACs', 'memory'] as const;
/** Between the labels and the numbers beside them. */
const GAP = 3;

export function costsOf({ delta }: DiffRow): [string, string, string] {
  const text = (count: number, print = grouped): string => (count === 0 ? '' : signed(count, print));
  return [text(delta.parameters), text(delta.macs), text(delta.memory, bytes)];
}

function rowLines(rows: readonly DiffRow[], colours: Colours): string[] {
  const label = (row: DiffRow): string => `${'  '.repeat(row.depth)}${row.mark} ${row.label}`;
  const costs = rows.map(costsOf);
  const used = COSTS.map((title, at) => (costs.some((row) => row[at] !== '') ? title : ''));
  const widths = COSTS.map((_, at) => Math.max(used[at]!.length, ...costs.map((row) => row[at]!.length)));
  const first = Math.max(...rows.map((row) => label(row).length)) + GAP;
  const cells = (row: readonly string[]): string =>
    row.flatMap((cell, at) => (used[at] === '' ? [] : [cell.padStart(widths[at]!)])).join('  ');
  const lines = used.some((title) => title !== '') ? [colours.dim(`  ${' '.repeat(first)}${cells(COSTS)}`)] : [];
  for (const [at, row] of rows.entries()) {
    const paint = paintOf(row.mark, colours);
    const numbers = cells(costs[at]!);
    const text = label(row);
    lines.push(
      numbers.trim() === ''
        ? `  ${paint(text)}`
        : `  ${paint(text)}${' '.repeat(first - text.length)}${colours.dim(numbers.trimEnd())}`,
    );
    for (const detail of row.details) lines.push(`  ${'  '.repeat(row.depth)}    ${detail}`);
  }
  return lines;
}

function paintOf(mark: Mark, { green, red, yellow, cyan }: Colours): (text: string) => string {
  return { '+': green, '-': red, '~': yellow, '>': cyan, '!': red }[mark];
}
