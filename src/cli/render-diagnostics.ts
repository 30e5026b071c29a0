/**
 * Diagnostics as text, laid out as rustc does:
 *
 *     error[unclosed-bracket]: this `(` is never closed
 *      --> blocks.spec:3:14
 *       |
 *     3 |   y = conv2d(x
 *       |             ^
 *     4 | }
 *       | - expected `)` before this
 *       = help: add the missing `)`
 */
import type { Diagnostic } from '../dsl/diagnostic.ts';
import type { Source, Span } from '../dsl/source.ts';
import { shownMessage, visible } from './shown-text.ts';

/** What a piece of the text is; a terminal gives each its colour. */
export type Style = 'error' | 'warning' | 'message' | 'gutter' | 'secondary' | 'note' | 'help';

export type Color = (style: Style, text: string) => string;

const plain: Color = (_style, text) => text;

const TAB_WIDTH = 4;
/** A longer line of source is shown around its marks only. */
const WIDEST_LINE = 160;
/** How much of a clipped line is shown before and after what is marked. */
const AROUND_MARK = 40;

/** All diagnostics, with an empty line between two; the empty text for none. */
export function renderPlain(diagnostics: readonly Diagnostic[], color: Color = plain): string {
  return diagnostics.map((each) => renderDiagnostic(each, color)).join('\n');
}

export function renderDiagnostic(diagnostic: Diagnostic, color: Color = plain): string {
  const { severity, span, labels } = diagnostic;
  const marks: Mark[] = [
    ...marksOf(span, severity, ''),
    ...labels.flatMap((label) => marksOf(label.span, 'secondary', label.text)),
  ];
  const width = String(Math.max(...marks.map((mark) => mark.line))).length;
  const gutter = (text: string): string => color('gutter', `${text.padStart(width)} |`);

  const title = `${color(severity, `${severity}[${diagnostic.code}]`)}: ${color('message', shownMessage(diagnostic.message))}`;
  const lines = [title];
  for (const source of new Set([span.source, ...labels.map((label) => label.span.source)])) {
    const here = marks.filter((mark) => mark.source === source);
    const { line, column } = source.position((source === span.source ? span : labels.find(liesIn(source))!.span).start);
    const arrow = source === span.source ? '-->' : ':::';
    lines.push(`${' '.repeat(width)}${color('gutter', arrow)} ${source.path}:${line}:${column}`, gutter(''));
    lines.push(...snippet(source, here, gutter, color));
  }
  const detail = (style: 'note' | 'help', text: string): void => {
    const indent = ' '.repeat(width + 3 + style.length + 2);
    const body = shownMessage(text).split('\n').join(`\n${indent}`);
    lines.push(`${' '.repeat(width)} ${color('gutter', '=')} ${color(style, style)}: ${body}`);
  };
  for (const note of diagnostic.notes) detail('note', note);
  if (diagnostic.help !== undefined) detail('help', diagnostic.help);
  return `${lines.join('\n')}\n`;
}

function liesIn(source: Source) {
  return (label: { span: Span }): boolean => label.span.source === source;
}

/** An underline in one line: columns count from 0 in the text as it is shown. */
interface Mark {
  readonly source: Source;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly style: Style;
  readonly text: string;
}

/** A span in one line is one mark; a longer one marks the rest of its first line and the beginning of its last. */
function marksOf(span: Span, style: Style, text: string): Mark[] {
  const { source } = span;
  const start = source.position(span.start);
  const end = source.position(Math.max(span.end, span.start));
  const mark = (line: number, first: number, last: number, label: string): Mark => {
    const shown = source.line(line);
    const from = shownWidth(shown.slice(0, first));
    const to = shownWidth(shown.slice(0, last));
    return { source, line, from, to: Math.max(to, from + 1), style, text: label };
  };
  if (start.line === end.line) return [mark(start.line, start.column - 1, end.column - 1, text)];
  const lastLine = end.column === 1 ? end.line - 1 : end.line;
  const lastEnd = end.column === 1 ? source.line(lastLine).length : end.column - 1;
  if (lastLine === start.line) return [mark(lastLine, start.column - 1, lastEnd, text)];
  const indent = source.line(lastLine).length - source.line(lastLine).trimStart().length;
  return [
    mark(start.line, start.column - 1, source.line(start.line).length, ''),
    mark(lastLine, Math.min(indent, lastEnd - 1), lastEnd, text),
  ];
}

/** The marked lines of one source, each followed by its marks; `...` stands for lines left out. */
function snippet(source: Source, marks: readonly Mark[], gutter: (text: string) => string, color: Color): string[] {
  const lines: string[] = [];
  const numbers = [...new Set(marks.map((mark) => mark.line))].sort((a, b) => a - b);
  let before: number | undefined;
  for (const number of numbers) {
    if (before !== undefined && number === before + 2) lines.push(sourceLine(source, before + 1, gutter));
    else if (before !== undefined && number > before + 1) lines.push(color('gutter', '...'));
    const here = marks.filter((each) => each.line === number);
    const clips = clipsOf(source, number, here);
    for (const [index, clip] of clips.entries()) {
      lines.push(sourceLine(source, number, gutter, clip));
      for (const mark of here.filter((each) => clipAt(clips, each) === index)) {
        const width = Math.max(1, Math.min(mark.to, clip.to) - mark.from);
        const underline = (mark.style === 'secondary' ? '-' : '^').repeat(width);
        const text = mark.text === '' ? underline : `${underline} ${shownMessage(mark.text)}`;
        const before = mark.from - clip.from + (clip.from > 0 ? 1 : 0);
        lines.push(`${gutter('')} ${' '.repeat(before)}${color(mark.style, text)}`);
      }
    }
    before = number;
  }
  return lines;
}

/** The columns of a line that are shown, as its text is shown. */
interface Clip {
  readonly from: number;
  readonly to: number;
}

/** All of a short line; of a long one what lies around its marks, in pieces where they are far apart. */
function clipsOf(source: Source, number: number, marks: readonly Mark[]): readonly Clip[] {
  const width = shownWidth(source.line(number));
  if (width <= WIDEST_LINE) return [{ from: 0, to: width }];
  const clips: { from: number; to: number }[] = [];
  for (const mark of [...marks].sort((a, b) => a.from - b.from)) {
    const from = Math.max(0, mark.from - AROUND_MARK);
    const to = Math.min(width, Math.min(mark.to, mark.from + AROUND_MARK) + AROUND_MARK);
    const last = clips.at(-1);
    if (last !== undefined && from <= last.to && to - last.from <= WIDEST_LINE) last.to = Math.max(last.to, to);
    else clips.push({ from, to });
  }
  return clips;
}

function clipAt(clips: readonly Clip[], mark: Mark): number {
  const at = clips.findLastIndex((clip) => clip.from <= mark.from);
  return Math.max(0, at);
}

function sourceLine(source: Source, number: number, gutter: (text: string) => string, clip?: Clip): string {
  const whole = shownText(source.line(number));
  const { from, to } = clip ?? { from: 0, to: Math.min(whole.length, WIDEST_LINE) };
  const text = `${from > 0 ? '…' : ''}${whole.slice(from, to)}${to < whole.length ? '…' : ''}`;
  return `${gutter(String(number))} ${text}`.trimEnd();
}

/** Tabs as spaces, and characters that would be obeyed rather than shown as pictures of themselves. */
function shownText(text: string): string {
  let shown = '';
  for (const character of text) {
    if (character === '\t') shown += ' '.repeat(TAB_WIDTH - (shown.length % TAB_WIDTH));
    else shown += visible(character);
  }
  return shown;
}

function shownWidth(text: string): number {
  return shownText(text).length;
}
