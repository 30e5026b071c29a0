/** Shows diagnostics on standard error, in the terminal's colours. */
import { type Diagnostic, hasErrors } from '../dsl/diagnostic.ts';
import { AlreadyReported } from './failure.ts';
import { type Color, renderPlain, type Style } from './render-diagnostics.ts';
import type { Colours, Terminal } from './terminal.ts';

export function showDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  const shown = terminal.quiet ? diagnostics.filter((each) => each.severity === 'error') : diagnostics;
  if (shown.length > 0) terminal.problem(renderPlain(shown, coloured(terminal.noteColours)));
}

/** The look of each piece of a diagnostic. */
export function coloured(colours: Colours): Color {
  const looks: Record<Style, (text: string) => string> = {
    error: (text) => colours.bold(colours.red(text)),
    warning: (text) => colours.bold(colours.yellow(text)),
    message: colours.bold,
    gutter: colours.blue,
    secondary: colours.blue,
    note: colours.bold,
    help: colours.cyan,
  };
  return (style, text) => looks[style](text);
}

/** Shows what was found, and ends the command if it is an error. */
export function refuseErrors(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  showDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) throw new AlreadyReported();
}
