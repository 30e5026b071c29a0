/** The entry of the command line: runs the program and turns whatever happens into an exit code. */
import { reportFailure } from './failure.ts';
import { runProgram } from './program.ts';
import { endWithReader, openTerminal } from './terminal.ts';

endWithReader();
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => process.exit(reportFailure(error, openTerminal({}))));
}
process.exitCode = await runProgram(process.argv.slice(2));
