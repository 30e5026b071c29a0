/** `specc diff OLD NEW`: what differs between architectures, for people who review them and for programs. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../data/make-folder.ts';
import { wholeDepth } from '../depth-option.ts';
import { newMistakes } from '../diff/ablation-rows.ts';
import { excesses, readBudgets, withoutBudget } from '../diff/budget.ts';
import { canonicalText } from '../diff/canonical.ts';
import { type Comparison, compareSides, SideErrors } from '../diff/compare.ts';
import { comparisonJson } from '../diff/json.ts';
import { comparisonMarkdown } from '../diff/markdown.ts';
import type { RowOptions } from '../diff/rows.ts';
import { openSides } from '../diff/sides.ts';
import { comparisonSvg } from '../diff/svg.ts';
import { comparisonText } from '../diff/text.ts';
import { weightMapText } from '../diff/weight-map-file.ts';
import { AlreadyReported, EXIT, problemText, WrongUse } from '../failure.ts';
import { showDiagnostics } from '../show-diagnostics.ts';
import { type Colours, openTerminal, type Terminal } from '../terminal.ts';

export interface DiffOptions {
  readonly base?: string;
  readonly set?: readonly string[];
  readonly variant?: readonly string[];
  readonly format: 'text' | 'md' | 'json' | 'svg';
  readonly out?: string;
  readonly textconv?: boolean;
  readonly depth?: string;
  readonly all?: boolean;
  readonly exitCode?: boolean;
  readonly path?: string;
  readonly budget?: readonly string[];
  readonly weightMap?: string;
}

type Report = (comparison: Comparison, shape: RowOptions, colours: Colours) => string;

const PLAIN = openTerminal({ color: false }).colours;

const reports: Readonly<Record<DiffOptions['format'], Report>> = {
  text: comparisonText,
  md: comparisonMarkdown,
  json: comparisonJson,
  svg: (comparison, { depth }) => comparisonSvg(comparison, depth),
};

export function run(args: readonly string[], options: DiffOptions, terminal: Terminal): number {
  if (options.textconv) return printCanonical(args, options, terminal);
  const shape = {
    depth: options.depth === undefined ? Number.POSITIVE_INFINITY : wholeDepth(options.depth),
    all: options.all ?? false,
  };
  const budgets = readBudgets(options.budget ?? []);
  const sides = openSides(args, options);
  const comparison = compared(() => compareSides(sides.old, sides.new, options.set ?? []), terminal);
  const text = reports[options.format](comparison, shape, options.out === undefined ? terminal.colours : PLAIN);
  if (options.out === undefined) terminal.print(text.trimEnd());
  else {
    makeFolder(dirname(options.out));
    writeFileSync(options.out, text.endsWith('\n') ? text : `${text}\n`);
    terminal.note(`wrote ${options.out}`);
  }
  if (options.weightMap !== undefined) writeWeightMap(options.weightMap, comparison, terminal);
  for (const remark of withoutBudget(comparison, budgets)) terminal.note(remark);
  const exceeded = excesses(comparison, budgets);
  for (const { message, help } of exceeded) terminal.problem(problemText(message, help, terminal));
  const mistakes = newMistakes(comparison.ablations);
  showDiagnostics(mistakes, terminal);
  return mistakes.length > 0 || exceeded.length > 0 || (options.exitCode && differs(comparison))
    ? EXIT.errors
    : EXIT.clean;
}

/** `--textconv FILE`: what git compares in place of the file. */
function printCanonical([file, ...others]: readonly string[], { path }: DiffOptions, terminal: Terminal): number {
  if (file === undefined || others.length > 0)
    throw new WrongUse('--textconv takes one file', 'specc diff --textconv FILE');
  terminal.print(canonicalText(file, path));
  return EXIT.clean;
}

function compared(compare: () => Comparison, terminal: Terminal): Comparison {
  try {
    return compare();
  } catch (error) {
    if (!(error instanceof SideErrors)) throw error;
    showDiagnostics(error.diagnostics, terminal);
    throw new AlreadyReported();
  }
}

function writeWeightMap(file: string, { models }: Comparison, terminal: Terminal): void {
  const compared = models.flatMap(({ diff }) => diff ?? []);
  const [only] = compared;
  if (only === undefined || compared.length > 1) {
    throw new WrongUse(
      'a weight map is for one model',
      `name the models: specc diff OLD#Model NEW#Model --weight-map ${file}`,
    );
  }
  if (!/\.ya?ml$/.test(file))
    throw new WrongUse(`a weight map is YAML, which '${file}' is no name for`, 'name it map.yaml');
  writeFileSync(file, weightMapText(only.weights));
  const loaded = only.weights.weights.filter(({ fate }) => fate === 'kept' || fate === 'renamed').length;
  const partial = loaded < only.weights.weights.length ? ' --partial' : '';
  terminal.note(
    `${loaded} of ${only.weights.weights.length} weights are in ${file}: specc weights load MODEL OLD.safetensors --map ${file}${partial} -o NEW.safetensors`,
  );
}

function differs({ models, ablations, definitions }: Comparison): boolean {
  return definitions.length > 0 || ablations.length > 0 || models.some(({ status }) => status !== 'same');
}
