/** `specc check`: every diagnostic of the given files. Exit code 0: no errors; 1: errors; 2: wrong use. */
import type { Diagnostic } from '../../dsl/diagnostic.ts';
import { hasErrors } from '../../dsl/diagnostic.ts';
import { diagnose } from '../diagnose.ts';
import { formatGitHub, formatJson, formatSarif } from '../diagnostic-formats.ts';
import { EXIT } from '../failure.ts';
import { readVersion } from '../package-root.ts';
import { showDiagnostics } from '../show-diagnostics.ts';
import { findSources } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly format: 'pretty' | 'json' | 'sarif' | 'github';
}

export function run(paths: readonly string[], { format }: Options, terminal: Terminal): number {
  const files = findSources(paths);
  const diagnostics = diagnose(files);
  switch (format) {
    case 'json':
      terminal.print(formatJson(diagnostics));
      break;
    case 'sarif':
      terminal.print(formatSarif(diagnostics, readVersion()));
      break;
    case 'github':
      if (diagnostics.length > 0) terminal.print(formatGitHub(diagnostics));
      break;
    case 'pretty':
      showDiagnostics(diagnostics, terminal);
      terminal.note(verdict(diagnostics, files.length, terminal));
  }
  return hasErrors(diagnostics) ? EXIT.errors : EXIT.clean;
}

function verdict(diagnostics: readonly Diagnostic[], files: number, { noteColours: colours }: Terminal): string {
  const errors = diagnostics.filter((each) => each.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [counted(errors, 'error'), counted(warnings, 'warning')].filter((each) => !each.startsWith('0'));
  const checked = `${counted(files, 'file')} checked`;
  if (errors > 0) return `\n${colours.red(colours.bold('✘'))} ${counts.join(', ')}; ${checked}`;
  if (warnings > 0) return `\n${colours.yellow('!')} ${counts.join(', ')}; ${checked}`;
  return `${colours.green('✔')} ${checked}, nothing wrong`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
