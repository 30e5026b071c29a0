/**
 * The process's streams as commands see them: standard output carries results, standard error everything that is said
 * about the work. Colours follow NO_COLOR, FORCE_COLOR and whether a person is at the other end.
 */
import pico from 'picocolors';

export type Colours = ReturnType<typeof pico.createColors>;

export interface Terminal {
  /** A line, or several, of the result: standard output. */
  print(text: string): void;
  /** Progress and remarks: standard error, silent with `--quiet`. */
  note(text: string): void;
  /** Problems: standard error, always. */
  problem(text: string): void;
  /** For what is printed. */
  readonly colours: Colours;
  /** For what is noted. */
  readonly noteColours: Colours;
  /** Columns of the result; undefined where it goes to a file or a pipe, which have no width. */
  readonly width: number | undefined;
  /** Whether progress may be redrawn in place. */
  readonly interactive: boolean;
  readonly quiet: boolean;
}

export function openTerminal({ quiet = false, color = true }: { quiet?: boolean; color?: boolean }): Terminal {
  const coloured = (stream: NodeJS.WriteStream): boolean => {
    const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
    if (!color || NO_COLOR) return false;
    if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0';
    return stream.isTTY === true && TERM !== 'dumb';
  };
  const write = (stream: NodeJS.WriteStream) => (text: string) => {
    stream.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const problem = write(process.stderr);
  return {
    print: write(process.stdout),
    note: quiet ? () => {} : problem,
    problem,
    colours: pico.createColors(coloured(process.stdout)),
    noteColours: pico.createColors(coloured(process.stderr)),
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
    interactive: !quiet && process.stderr.isTTY === true,
    quiet,
  };
}

/** A reader that has seen enough, such as `head`, closes the pipe; that ends the program and is no error. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}
