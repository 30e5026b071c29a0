import type { CommandModule } from '../../src/cli/commands.ts';
import { reportFailure } from '../../src/cli/failure.ts';
import { openTerminal, type Terminal } from '../../src/cli/terminal.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, as `main` does. */
export async function specc(command: CommandModule, args: readonly string[], options: object = {}): Promise<Ended> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    ...openTerminal({ color: false }),
    print: (text) => void stdout.push(text),
    note: (text) => void stderr.push(text),
    problem: (text) => void stderr.push(text),
    interactive: false,
  };
  const defaults = { engine: 'native', format: 'table', checkpoint: 'best' };
  let code: number;
  try {
    code = await command.run(args, { ...defaults, ...options }, terminal);
  } catch (error) {
    code = reportFailure(error, terminal);
  }
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
}
