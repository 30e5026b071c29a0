/** The command line as commander sees it, made from the table of commands. */
import { Command, CommanderError, Option } from 'commander';
import { COMMAND_GROUPS, type CommandRow, commands } from './commands.ts';
import { EXIT, problemText, reportFailure } from './failure.ts';
import { readVersion } from './package-root.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/**
 * Runs `specc` with its arguments and returns the exit code. Whatever happens, it has been told on standard error, and
 * nothing is thrown.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let terminal = openTerminal({ quiet: args.includes('--quiet'), color: !args.includes('--no-color') });
  let exitCode: number = EXIT.clean;
  const program = new Command('specc')
    .description('A compiler for neural-network architectures: *.spec in, typed TensorFlow.js and native training out.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('-q, --quiet', 'say only what is wrong, and results')
    .option('--no-color', 'no colours, as with NO_COLOR=1')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command');
  quietly(program, terminal);

  for (const row of commands) {
    const command = addRow(parentOf(program, row, terminal), row);
    command.action(async () => {
      // Apart: `graph --color macs` is no contrary of `--no-color`.
      const { quiet, color } = program.opts();
      const options = command.opts();
      terminal = openTerminal({ quiet, color });
      const module = await row.load();
      exitCode = await module.run(command.args, options, terminal);
    });
    quietly(command, terminal);
  }

  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has printed its help, its version or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.wrongUse;
    return reportFailure(error, terminal);
  }
}

function addRow(
  program: Command,
  { usage, group, summary, options = [], choices = {}, exits = [], examples }: CommandRow,
): Command {
  const command = program
    .command(usage.replace(/^([a-z]+ )(?=[a-z])/, ''))
    .description(summary)
    .helpGroup(`${group}:`);
  for (const [flags, description, fallback] of options) {
    const option = new Option(flags, description);
    if (fallback !== undefined) option.default(fallback);
    const allowed = choices[option.attributeName()];
    if (allowed !== undefined) option.choices(allowed);
    if (option.variadic) collectOnePerFlag(option);
    command.addOption(option);
  }
  if (exits.length > 0) {
    const lines = exits.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`);
    command.addHelpText('after', `\nExit codes:\n${lines.join('\n')}`);
  }
  return command.addHelpText('after', `\nExamples:\n${examples.map((each) => `  $ ${each}`).join('\n')}`);
}

/** `weights list <model>` belongs to the command `weights`, which is nothing but its parts. */
function parentOf(program: Command, { usage, group }: CommandRow, terminal: Terminal): Command {
  const [, name] = /^([a-z]+) [a-z]/.exec(usage) ?? [];
  if (name === undefined) return program;
  const made = program.commands.find((each) => each.name() === name);
  if (made !== undefined) return made;
  const parent = program
    .command(name)
    .description(COMMAND_GROUPS[name] ?? '')
    .helpGroup(`${group}:`)
    .helpCommand(false);
  quietly(parent, terminal);
  return parent;
}

/** `--set a=1 --set b=2`, without taking the arguments that follow for further values. */
function collectOnePerFlag(option: Option): void {
  option.variadic = false;
  option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
}

/** Errors in our own form, and thrown rather than ending the process under our feet. */
function quietly(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    outputError: (text) => {
      const [message = '', suggestion] = text
        .trim()
        .replace(/^error: /, '')
        .split('\n');
      const near = /\(Did you mean (?:one of )?(.*)\?\)/.exec(suggestion ?? '')?.[1];
      const help = near === undefined ? `see \`${commandPath(command)} --help\`` : `did you mean \`${near}\`?`;
      terminal.problem(problemText(message, help, terminal));
    },
  });
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
