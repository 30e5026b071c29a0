/** `specc fmt`: rewrites specifications in the one way; with `--check`, only says which are not. */

import { hasErrors } from '../../dsl/diagnostic.ts';
import { format } from '../../dsl/format.ts';
import { EXIT } from '../failure.ts';
import { writeWhole } from '../generated-files.ts';
import { showDiagnostics } from '../show-diagnostics.ts';
import { findSources, readSource } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

export function run(paths: readonly string[], { check = false }: { check?: boolean }, terminal: Terminal): number {
  const { green, red } = terminal.noteColours;
  const specs = findSources(paths).filter((file) => file.kind === 'spec');
  let broken = 0;
  let changed = 0;
  for (const { path } of specs) {
    const source = readSource(path);
    const { value: text, diagnostics } = format(source);
    if (hasErrors(diagnostics)) {
      showDiagnostics(diagnostics, terminal);
      broken += 1;
      continue;
    }
    if (text === source.text) continue;
    changed += 1;
    if (check) terminal.problem(`${red('not formatted')} ${path}`);
    else {
      writeWhole(path, text);
      terminal.note(`${green('formatted')} ${path}`);
    }
  }
  if (broken > 0)
    terminal.problem(
      `${broken === 1 ? 'a file' : `${broken} files`} with errors left as ${broken === 1 ? 'it is' : 'they are'}`,
    );
  if (check && changed > 0) terminal.problem('help: run `specc fmt`');
  if (changed === 0 && broken === 0)
    terminal.note(`${green('✔')} ${specs.length} ${specs.length === 1 ? 'file' : 'files'} formatted`);
  return broken > 0 || (check && changed > 0) ? EXIT.errors : EXIT.clean;
}
