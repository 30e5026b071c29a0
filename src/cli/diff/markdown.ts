/** A comparison as Markdown for a pull request: a headline table, then each model with its blocks to unfold. */
import type { AblationChange } from '../../compiler/diff/ablations.ts';
import type { ModelDiff } from '../../compiler/diff/model-diff.ts';
import { NOTHING } from '../../compiler/diff/totals.ts';
import type { Diagnostic } from '../../dsl/diagnostic.ts';
import { markdownCode, markdownCodeCell, unlinked } from '../../shared/markdown.ts';
import { bytes, counted, grouped, percentMore, signed } from '../quantities.ts';
import { renderPlain } from '../render-diagnostics.ts';
import { ablationRows, newMistakes } from './ablation-rows.ts';
import type { Comparison, ModelEntry } from './compare.ts';
import { definitionTexts } from './phrases.ts';
import { type DiffRow, diffRows, type Mark, type RowOptions } from './rows.ts';
import { WORKING_TREE } from './sides.ts';
import { costsOf, factsOf, titleOf } from './text.ts';
import { weightAccount, weightLines } from './weights-text.ts';

/** GitHub refuses comments of more than 65,536 characters; whoever posts this may add a few of its own. */
export const MOST_CHARACTERS = 60_000;
/** So many mistakes of ablations are shown in full. */
const MOST_MISTAKES = 5;
/** The colours of a `diff` block: green, red, orange, grey; mistakes are red. */
const MARKS: Readonly<Record<Mark, string>> = { '+': '+', '-': '-', '~': '!', '>': '#', '!': '-' };

/** What is left over where the whole is too long is said at its end. */
export function comparisonMarkdown(comparison: Comparison, options: RowOptions): string {
  const { models, ablations, definitions, skipped } = comparison;
  const differing = models.filter(({ status }) => status !== 'same');
  const head = [`### Architecture: ${sideText(comparison.old)} → ${sideText(comparison.new)}`, ''];
  const lines = definitions.flatMap(definitionTexts);
  const mistakes = newMistakes(ablations);
  if (mistakes.length > 0) head.push(...caution(mistakes), '');
  if (differing.length === 0 && ablations.length === 0 && lines.length === 0)
    return [...head, 'No difference.'].join('\n');
  if (differing.length > 0) head.push(...headline(differing), '');
  const sections = [
    ...differing.flatMap((entry) => sectionsOf(entry, differing.length > 1, options)),
    ...(ablations.length > 0 ? [folded(ablationTitle(ablations), fenced(ablationRows(ablations, options)))] : []),
    ...(lines.length > 0 ? [folded('definitions', lines.map((line) => `- ${escaped(line)}`).join('\n'))] : []),
    ...skipped.map((model) => `${markdownCode(titleOf(model))} needs parameters to be compared.`),
  ];
  return fitted(head.join('\n'), sections);
}

/** What `specc check` says, before everything else. */
function caution(mistakes: readonly Diagnostic[]): string[] {
  const some = mistakes.slice(0, MOST_MISTAKES);
  const left = mistakes.length - some.length;
  return [
    `**${counted(mistakes.length, 'mistake')} in ablations:** \`specc check\` refuses the new side.`,
    '',
    codeBlock('text', renderPlain(some).trimEnd()),
    ...(left > 0 ? ['', `And ${left} more.`] : []),
  ];
}

function ablationTitle(changes: readonly AblationChange[]): string {
  return `${counted(changes.length, 'ablation')}: ${[...new Set(changes.map(({ old, new: next }) => (next ?? old)!.name))].join(', ')}`;
}

function fitted(head: string, sections: readonly string[]): string {
  let text = head;
  for (const [at, section] of sections.entries()) {
    if (text.length + section.length + 1 > MOST_CHARACTERS) {
      const left = sections.length - at;
      return `${text}\n\n**Cut here:** ${left} more ${left === 1 ? 'section is' : 'sections are'} too long for a comment. \`specc diff\` shows all.`;
    }
    text += `\n${section}`;
  }
  return text;
}

/** A file, a folder or a revision; the working tree is none of these. */
function sideText(label: string): string {
  return label === WORKING_TREE ? label : markdownCode(label);
}

function headline(entries: readonly ModelEntry[]): string[] {
  const cell = (old: number, next: number, text: (count: number) => string): string => {
    if (old === next) return unbroken(text(next));
    const percent = percentMore(old, next);
    const change = `**${unbroken(signed(next - old, text))}**${percent === '' ? '' : ` (${unbroken(percent)})`}`;
    return `${unbroken(text(old))} → ${unbroken(text(next))}<br>${change}`;
  };
  const rows = entries.map(({ diff, status, totals, title }) => {
    const name = markdownCodeCell(title);
    if (diff === undefined) {
      const { parameters, macs, memory, layers } = totals!;
      const counts = [parameters, macs].map(grouped);
      return [
        `${name} ${status === 'added' ? 'is new' : 'is gone'}`,
        ...counts,
        unbroken(bytes(memory)),
        grouped(layers),
        '',
      ];
    }
    const { old, new: next } = diff.totals;
    return [
      name,
      cell(old.parameters, next.parameters, grouped),
      cell(old.macs, next.macs, grouped),
      cell(old.memory, next.memory, bytes),
      old.layers === next.layers ? grouped(next.layers) : `${grouped(old.layers)} → ${grouped(next.layers)}`,
      checkpointCell(diff),
    ];
  });
  return [
    '| model | parameters | MACs | memory | layers | old checkpoint |',
    '| :-- | --: | --: | --: | --: | :-- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

function checkpointCell({ weights: { weights } }: ModelDiff): string {
  const kept = weights.filter(({ fate }) => fate === 'kept').length;
  const mapped = weights.filter(({ fate }) => fate === 'renamed').length;
  if (kept === weights.length) return 'loads';
  const map = mapped > 0 ? `, ${grouped(mapped)} with a map` : '';
  return `${grouped(kept)} of ${grouped(weights.length)} weights${map}`;
}

/** @param titled whether there are several models; what one is called stands in the table */
function sectionsOf({ diff, title }: ModelEntry, titled: boolean, options: RowOptions): string[] {
  // A model that only one side has is in the table.
  if (diff === undefined) return [];
  const facts = [
    ...(diff.sameNetwork ? ['the same network: only names differ'] : []),
    ...factsOf(diff).map((fact) => escaped(fact)),
  ];
  const head = [
    ...(titled ? [`\n#### ${markdownCode(title)}\n`] : []),
    ...(facts.length > 0 ? [`${facts.map((fact) => `- ${fact}`).join('\n')}\n`] : []),
  ];
  return [...(head.length > 0 ? [head.join('\n')] : []), ...partSections(diff, options), ...weightSection(diff)];
}

/** The blocks of the model, each to unfold; layers stand as they are. */
function partSections(diff: ModelDiff, options: RowOptions): string[] {
  const sections: string[] = [];
  let layers: DiffRow[] = [];
  const close = (): void => {
    if (layers.length > 0) sections.push(fenced(layers));
    layers = [];
  };
  const rows = diffRows(diff.parts, diff, options);
  for (const [at, row] of rows.entries()) {
    if (row.depth > 0) continue;
    const end = rows.findIndex((each, place) => place > at && each.depth === 0);
    const own = rows.slice(at, end < 0 ? rows.length : end);
    if (own.length === 1) layers.push(row);
    else {
      close();
      const costs = costsText(row);
      // Its line is in the summary.
      const inside = row.details.length > 0 ? [{ ...row, delta: NOTHING }, ...own.slice(1)] : own.slice(1).map(raised);
      sections.push(folded(`${row.mark} ${row.label}${costs === '' ? '' : `: ${costs}`}`, fenced(inside)));
    }
  }
  close();
  return sections;
}

function raised(row: DiffRow): DiffRow {
  return { ...row, depth: row.depth - 1 };
}

function costsText(row: DiffRow): string {
  const [parameters, macs, memory] = costsOf(row);
  return [
    ...(parameters === '' ? [] : [`${parameters} parameters`]),
    ...(macs === '' ? [] : [`${macs} MACs`]),
    ...(memory === '' ? [] : [`${memory} of activations`]),
  ].join(', ');
}

function fenced(rows: readonly DiffRow[]): string {
  const lines = rows.flatMap((row) => {
    const indent = '  '.repeat(row.depth);
    const costs = costsText(row);
    const own = `${MARKS[row.mark]} ${indent}${row.label}${costs === '' ? '' : `   ${costs}`}`;
    return [own, ...row.details.map((detail) => `  ${indent}    ${detail}`)];
  });
  return codeBlock('diff', lines.join('\n'));
}

function weightSection({ weights }: ModelDiff): string[] {
  const account = weightAccount(weights);
  if (account === undefined) return [];
  const lines = weightLines(weights).map(({ mark, text }) => `${MARKS[mark]} ${text}`);
  return [folded(`weights: ${account}`, codeBlock('diff', lines.join('\n')))];
}

/** A block that no run of backticks in the text ends. */
function codeBlock(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function folded(title: string, body: string): string {
  return `<details><summary>${html(title)}</summary>\n\n${body}\n\n</details>`;
}

/** Narrow cells would come between a number and its unit. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '&nbsp;');
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Names with underscores and brackets are no Markdown, and addresses no links. */
function escaped(text: string): string {
  return unlinked(text.replace(/[\\`*_[\]<>|]/g, '\\$&'));
}
