/** Ends of a command other than success, told without a stack trace. */
import { shownMessage } from './shown-text.ts';
import type { Terminal } from './terminal.ts';

/** What the exit code says to scripts. */
export const EXIT = { clean: 0, errors: 1, wrongUse: 2, internal: 70 } as const;

/** A command cannot do what was asked; `main` prints the message and the help and ends with `exitCode`. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    readonly help?: string,
    readonly exitCode: number = EXIT.errors,
  ) {
    super(message);
  }
}

/** What was typed makes no sense: a file that is not there, options that exclude each other. */
export class WrongUse extends CommandFailure {
  constructor(message: string, help?: string) {
    super(message, help, EXIT.wrongUse);
  }
}

/** Everything that there is to say has been said, in diagnostics. */
export class AlreadyReported extends Error {
  constructor(readonly exitCode: number = EXIT.errors) {
    super('already reported');
  }
}

/** Tells what ended a command, and what exit code says so. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  if (error instanceof AlreadyReported) return error.exitCode;
  if (hasHelp(error)) {
    terminal.problem(problemText(error.message, error.help, terminal));
    return error instanceof CommandFailure ? error.exitCode : EXIT.errors;
  }
  const system = systemProblem(error);
  if (system !== undefined) {
    terminal.problem(problemText(system, undefined, terminal));
    return EXIT.errors;
  }
  return reportBug(error, terminal);
}

export function problemText(message: string, help: string | undefined, { noteColours: colours }: Terminal): string {
  const lines = [`${colours.red(colours.bold('error'))}: ${shownMessage(message)}`];
  if (help !== undefined) lines.push(`${colours.cyan('help')}: ${shownMessage(help)}`);
  return lines.join('\n');
}

/** Errors of the data, training and engine parts say what to do beside what is wrong. */
function hasHelp(error: unknown): error is Error & { help: string | undefined } {
  return (
    error instanceof CommandFailure || (error instanceof Error && 'help' in error && typeof error.help === 'string')
  );
}

/** Failures of the machine rather than of specc: a full disk, a folder that may not be written. */
function systemProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? ` '${error.path}'` : '';
  const reasons: Record<string, string> = {
    ENOENT: `there is no file or folder${path}`,
    EACCES: `there is no permission to use${path}`,
    EPERM: `there is no permission to use${path}`,
    EROFS: `the file system of${path} cannot be written`,
    ENOSPC: `the disk is full${path && `, at${path}`}`,
    EISDIR: `${path.trim() || 'a path'} is a folder, not a file`,
    EEXIST: `there is something else${path && ` at${path}`} already`,
    ENOTEMPTY: `the folder${path} is not empty`,
    ELOOP: `the symbolic links${path && ` at${path}`} lead in a circle`,
    ENAMETOOLONG: `the name${path} is too long for the file system`,
    ENOTDIR: `a part of the path${path} is a file, not a folder`,
    EMFILE: 'too many files are open',
  };
  return reasons[String(error.code)];
}

function reportBug(error: unknown, terminal: Terminal): number {
  const { noteColours: colours } = terminal;
  const message = error instanceof Error ? error.message : String(error);
  terminal.problem(`${colours.red(colours.bold('internal error'))}: ${message.split('\n')[0]}`);
  if (process.env['SPECC_DEBUG']) terminal.problem(error instanceof Error && error.stack ? error.stack : message);
  else {
    terminal.problem(
      `${colours.cyan('help')}: this is a bug in specc, not in your files; SPECC_DEBUG=1 shows where, for a report`,
    );
  }
  return EXIT.internal;
}
