/** Diagnostics for other programs: JSON, GitHub annotations and SARIF. */

import { catalogue } from '../dsl/catalogue/index.ts';
import type { Diagnostic } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';

interface Place {
  readonly file: string;
  /** Both from 1; columns in UTF-16 code units, as editors count them. The end is exclusive. */
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

function placeOf({ source, start, end }: Span): Place {
  return { file: source.path, start: source.position(start), end: source.position(end) };
}

/** An array of `{code, severity, message, file, start, end, labels, notes, help}`. */
export function formatJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(plainDiagnostics(diagnostics), null, 2);
}

/** The same as values, for a place in other JSON. */
export function plainDiagnostics(diagnostics: readonly Diagnostic[]) {
  return diagnostics.map(({ code, severity, message, span, labels, notes, help }) => ({
    code,
    severity,
    message,
    ...placeOf(span),
    labels: labels.map((label) => ({ text: label.text, ...placeOf(label.span) })),
    notes,
    help: help ?? null,
  }));
}

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function formatGitHub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ code, severity, message, span, notes, help }) => {
      const { file, start, end } = placeOf(span);
      const range = `line=${start.line},col=${start.column},endLine=${end.line},endColumn=${end.column}`;
      const body = [message, ...notes, ...(help === undefined ? [] : [`help: ${help}`])].join('\n');
      return `::${severity} file=${escapeProperty(file)},${range},title=${escapeProperty(code)}::${escapeData(body)}`;
    })
    .join('\n');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A SARIF 2.1.0 log, which code scanning services read. */
export function formatSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const codes = [...new Set(diagnostics.map((each) => each.code))].sort();
  const rules = codes.map((id) => ({
    id,
    shortDescription: { text: id.replaceAll('-', ' ') },
    fullDescription: { text: catalogue[id].why },
    defaultConfiguration: { level: catalogue[id].severity },
    help: { text: `${catalogue[id].why}\n\nWrong:\n\n${catalogue[id].wrong}\nRight:\n\n${catalogue[id].right}` },
  }));
  const results = diagnostics.map(({ code, severity, message, span, labels, notes, help }) => ({
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: [message, ...notes, ...(help === undefined ? [] : [`help: ${help}`])].join('\n') },
    locations: [{ physicalLocation: sarifPlace(span) }],
    ...(labels.length > 0 && {
      relatedLocations: labels.map((label, id) => ({
        id,
        physicalLocation: sarifPlace(label.span),
        message: { text: label.text },
      })),
    }),
  }));
  const driver = { name: 'specc', version, rules };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return JSON.stringify(log, null, 2);
}

function sarifPlace(span: Span): object {
  const { file, start, end } = placeOf(span);
  return {
    artifactLocation: { uri: encodeURI(file) },
    region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
  };
}
