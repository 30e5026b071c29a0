/** Reads the arguments of a benchmark: mistakes end it with the usage, and `--help` asks for that. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The options of `config`, and the arguments beside them where it allows any. Ends the process with code 0 after `--help`,
 * and with 2 after an option that there is not or that lacks its value.
 *
 * @param usage a line or more: how the benchmark is called, with what it takes unless told
 */
export function parseOptions<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.slice(2).some((each) => each === '--help' || each === '-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return wrongUse(error.message.split('. ')[0]!, usage);
  }
}

/** Says what is wrong and how it would be right, and ends the process with code 2. */
export function wrongUse(message: string, usage: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}
