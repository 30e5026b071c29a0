/**
 * The one formatting: 100 columns, two blanks a level, a statement a line, an empty line between declarations.
 *
 * It keeps every comment and never changes the meaning: the tree of the result is the tree of the source. What is up to
 * the writer are single empty lines, and whether a pipeline, an `if` or a record that would fit on a line is broken.
 * Formatting a formatted text changes nothing.
 */
import { hasErrors, type Outcome } from './diagnostic.ts';
import { CommentQueue, commentsOf } from './format/comments.ts';
import { printDocument } from './format/document.ts';
import { ModulePrinter } from './format/print-module.ts';
import { parse } from './parse.ts';
import type { Source } from './source.ts';

export const LINE_WIDTH = 100;

/** The formatted text, or the text as it is if it has errors, beside what parsing reports. */
export function format(source: Source): Outcome<string> {
  const { value: module, diagnostics } = parse(source);
  if (hasErrors(diagnostics)) return { value: source.text, diagnostics };
  const printer = new ModulePrinter(source, new CommentQueue(commentsOf(source)));
  return { value: printDocument(printer.module(module), LINE_WIDTH), diagnostics };
}
