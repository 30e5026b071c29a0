/**
 * Text to syntax tree.
 *
 *   lex (tokens.ts) ─▶ layout (layout.ts) ─▶ parse each chunk (parser.ts) ─▶ build the tree (build-*.ts)
 *
 * Never throws. Statements and items fail alone: a mistake in one is reported once, and the others are read as if it
 * were not there. Names are not looked up. The time taken grows with the length of the text and nothing else.
 */
import type { Module } from './ast.ts';
import { buildModule } from './build-ast.ts';
import type { Outcome } from './diagnostic.ts';
import { layout } from './layout.ts';
import type { Source } from './source.ts';
import { lex } from './tokens.ts';

/** The syntax tree of a file, as far as it can be understood, and its mistakes of form in the order of the text. */
export function parse(source: Source): Outcome<Module> {
  const { module, diagnostics } = buildModule(source, layout(source, lex(source)));
  return { value: module, diagnostics: diagnostics.toSorted((a, b) => a.span.start - b.span.start) };
}
