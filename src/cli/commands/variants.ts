/**
 * `specc variants FILE [ABLATION]`: what each variant is, costs and changes, before anything runs.
 *
 * Exit code 1 when something is wrong with an entry, which is told; the variants that are right are listed all the same.
 */

import type { Graph } from '../../compiler/graph.ts';
import { type Comparison, compareWithBase } from '../../compiler/variants/compare.ts';
import type { Ablation, Variant } from '../../compiler/variants/index.ts';
import { grouped } from '../../shared/grouped.ts';
import { markdownCell, markdownCodeCell, markdownName, markdownText } from '../../shared/markdown.ts';
import { EXIT } from '../failure.ts';
import { loadAblations } from '../load-model.ts';
import { splitModel } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';
import { wrapText } from '../wrap-text.ts';

interface Options {
  readonly format: 'table' | 'json' | 'md';
  readonly set?: readonly string[];
}

interface Row {
  readonly variant: Variant;
  readonly isBase: boolean;
  readonly comparison: Comparison;
}

const COLUMNS = ['variant', 'parameters', 'Δ', 'MACs', 'Δ', 'output', 'layers', 'shapes', 'changes'] as const;
/** Columns of numbers, which are aligned on the right. */
const NUMBERS: ReadonlySet<number> = new Set([1, 2, 3, 4]);

export function run([file, name]: readonly string[], options: Options, terminal: Terminal): number {
  const { path } = splitModel(file!);
  const visit = (variant: Variant, graph: Graph, base: Graph): Row => ({
    variant,
    isBase: graph === base,
    comparison: compareWithBase(base, graph),
  });
  const { loaded, hasErrors } = loadAblations(path, name, options.set ?? [], visit, terminal);
  const shown = loaded.map(({ ablation, variants }): Shown => ({ ablation, rows: variants }));
  if (shown.length === 0 && options.format !== 'json') return EXIT.errors;
  if (options.format === 'json') terminal.print(JSON.stringify(shown.map(asJson), null, 2));
  else {
    const print = options.format === 'md' ? asMarkdown : asTable;
    terminal.print(shown.map((each) => print(each, terminal)).join('\n\n'));
  }
  return hasErrors ? EXIT.errors : EXIT.clean;
}

interface Shown {
  readonly ablation: Ablation;
  readonly rows: readonly Row[];
}

function asTable({ ablation, rows }: Shown, { colours, width }: Terminal): string {
  const { bold, dim, green, red } = colours;
  const cells = [[...COLUMNS], ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  const room = width === undefined ? undefined : width - widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const line = (row: readonly string[], paint: (text: string, at: number) => string): string =>
    row
      .map((cell, at) => {
        const last = at === row.length - 1;
        const text =
          last && room !== undefined && cell.length > Math.max(room, 16) ? clip(cell, Math.max(room, 16)) : cell;
        return paint(last ? text : NUMBERS.has(at) ? text.padStart(widths[at]!) : text.padEnd(widths[at]!), at);
      })
      .join('  ')
      .trimEnd();
  const isDelta = (at: number): boolean => COLUMNS[at] === 'Δ';
  const painted = (text: string, at: number): string => {
    if (at === 0) return bold(text);
    if (isDelta(at)) return text.includes('+') ? red(text) : text.includes('−') ? green(text) : text;
    return at >= 5 ? dim(text) : text;
  };
  const [head, ...lines] = cells;
  return [
    bold(`${ablation.name} of ${ablation.model}`),
    ...(ablation.doc === undefined ? [] : [wrapText(ablation.doc, Math.max(60, width ?? 100))]),
    '',
    line(head!, (text) => dim(text)),
    ...lines.map((each) => line(each, painted)),
  ].join('\n');
}

function asMarkdown({ ablation, rows }: Shown): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `### ${ablation.name} of ${ablation.model}`,
    '',
    ...(ablation.doc === undefined ? [] : [markdownText(ablation.doc), '']),
    line(COLUMNS),
    line(COLUMNS.map((_, at) => (NUMBERS.has(at) ? '--:' : ':--'))),
    ...rows.map((row) => {
      const [name, ...cells] = cellsOf(row).slice(0, -1);
      return line([
        markdownName(name!),
        ...cells.map(markdownCell),
        row.variant.changes.map(markdownCodeCell).join('; '),
      ]);
    }),
  ].join('\n');
}

function asJson({ ablation, rows }: Shown) {
  return {
    ablation: ablation.name,
    model: ablation.model,
    doc: ablation.doc,
    variants: rows.map(({ variant, isBase, comparison }) => ({
      name: variant.name,
      slug: variant.slug,
      doc: variant.doc,
      base: isBase,
      settings: variant.settings,
      changes: variant.changes,
      parameters: comparison.summary.parameters,
      tensors: comparison.summary.tensors,
      macs: comparison.summary.macs,
      deltaParameters: comparison.parameters,
      deltaMacs: comparison.macs,
      outputs: comparison.summary.outputs,
      changedShapes: comparison.shapes,
      added: comparison.added,
      removed: comparison.removed,
    })),
  };
}

function cellsOf({ variant, isBase, comparison }: Row): string[] {
  const { summary, shapes, added, removed } = comparison;
  const layers = [added.length > 0 ? `+${added.length}` : '', removed.length > 0 ? `−${removed.length}` : ''];
  return [
    variant.name,
    grouped(summary.parameters),
    isBase ? '' : difference(comparison.parameters, summary.parameters - comparison.parameters),
    grouped(summary.macs),
    isBase ? '' : difference(comparison.macs, summary.macs - comparison.macs),
    summary.outputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' '),
    layers.join(' ').trim(),
    shapes.length === 0 ? '' : shapesText(comparison),
    variant.changes.join('; '),
  ];
}

/** The first shape that differs, where every further one follows from it, and how many there are. */
function shapesText({ shapes }: Comparison): string {
  const { path, before, after } = shapes[0]!;
  const others = shapes.length === 1 ? '' : ` and ${shapes.length - 1} more`;
  return `${path} [${before.join(', ')}] → [${after.join(', ')}]${others}`;
}

function difference(count: number, base: number): string {
  if (count === 0) return '±0';
  const sign = count < 0 ? '−' : '+';
  const share = base === 0 ? '' : ` (${sign}${((100 * Math.abs(count)) / base).toFixed(1)} %)`;
  return `${sign}${grouped(Math.abs(count))}${share}`;
}

function clip(text: string, width: number): string {
  return `${text.slice(0, width - 1)}…`;
}
