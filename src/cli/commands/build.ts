/** `specc build`: generated TypeScript beside its sources' names, kept in step with them. */
import { watch } from 'node:fs';
import { hasErrors } from '../../dsl/diagnostic.ts';
import { EXIT, reportFailure } from '../failure.ts';
import { generate } from '../generate.ts';
import { applyDifference, compareGenerated, type Difference } from '../generated-files.ts';
import { showDiagnostics } from '../show-diagnostics.ts';
import { findSources, kindOfPath, projectSources, SPECS_FOLDER } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly out: string;
  readonly check?: boolean;
  readonly watch?: boolean;
}

/** Editors save in several steps; one build is enough for them, in milliseconds. */
const SETTLE = 80;

export async function run(paths: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  return options.watch ? watchAndBuild(paths, options, terminal) : build(paths, options, terminal);
}

function build(paths: readonly string[], { out, check }: Options, terminal: Terminal): number {
  const { files, diagnostics, notes } = generate(paths.length === 0 ? projectSources() : findSources(paths));
  showDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) {
    terminal.problem('nothing was generated');
    return EXIT.errors;
  }
  const difference = compareGenerated(out, files, paths.length === 0);
  if (check) return reportStale(out, difference, terminal);
  applyDifference(out, files, difference);
  reportBuilt(out, difference, terminal);
  for (const note of notes) terminal.note(terminal.noteColours.dim(`${out}/${note}`));
  return EXIT.clean;
}

function reportStale(out: string, { missing, stale, leftOver, unchanged }: Difference, terminal: Terminal): number {
  const { red, green, yellow } = terminal.noteColours;
  if (missing.length + stale.length + leftOver.length === 0) {
    terminal.note(`${green('✔')} ${out}: all ${unchanged.length} files are up to date`);
    return EXIT.clean;
  }
  for (const path of stale) terminal.problem(`${red('stale')}     ${out}/${path}`);
  for (const path of missing) terminal.problem(`${red('missing')}   ${out}/${path}`);
  for (const path of leftOver) terminal.problem(`${yellow('left over')} ${out}/${path}`);
  terminal.problem('help: run `specc build` and commit what it writes');
  return EXIT.errors;
}

function reportBuilt(out: string, { missing, stale, leftOver, unchanged }: Difference, terminal: Terminal): void {
  const { green, yellow, dim } = terminal.noteColours;
  for (const path of [...missing, ...stale].sort()) terminal.note(`${green('wrote')}   ${out}/${path}`);
  for (const path of leftOver) terminal.note(`${yellow('removed')} ${out}/${path}`);
  if (unchanged.length > 0) {
    terminal.note(dim(`${unchanged.length} ${unchanged.length === 1 ? 'file' : 'files'} in ${out} unchanged`));
  }
}

/** Builds now and after every change of a source, until it is interrupted. */
async function watchAndBuild(paths: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const attempt = (): void => {
    try {
      build(paths, options, terminal);
    } catch (error) {
      reportFailure(error, terminal);
    }
  };
  attempt();
  const watched = paths.length > 0 ? paths : [kindOfPath(SPECS_FOLDER) === 'folder' ? SPECS_FOLDER : '.'];
  let timer: NodeJS.Timeout | undefined;
  const watchers = watched.map((path) =>
    watch(path, { recursive: true }, (_, file) => {
      if (file !== null && !/\.(spec|ya?ml)$/.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(attempt, SETTLE);
    }),
  );
  terminal.note('watching for changes; Ctrl-C ends');
  await new Promise<void>((resolve) => process.once('SIGINT', resolve));
  clearTimeout(timer);
  for (const each of watchers) each.close();
  return EXIT.clean;
}
