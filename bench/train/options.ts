/** What the options of the benchmarks of training have in common. */
import { availableParallelism } from 'node:os';
import { wrongUse } from '../parse-options.ts';

export const workloadOptions = {
  models: { type: 'string', default: 'ddrnet,resnet18' },
  batch: { type: 'string', default: '16' },
  size: { type: 'string', default: '64' },
  threads: { type: 'string', default: `${availableParallelism()}` },
  format: { type: 'string', default: 'table' },
} as const;

/** Everything but the figures themselves, so that `--format json` leaves the standard output clean. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export interface OptionReader<Name extends string> {
  /** Some of `known`, with commas between. */
  choices<Choice extends string>(name: Name, known: readonly Choice[]): Choice[];
  /** What each of some texts, with commas between, stands for. */
  listed<Choice>(name: Name, read: (text: string) => Choice | undefined, known: readonly string[]): Choice[];
  /** A whole number above zero. */
  natural(name: Name): number;
}

/** Reads texts as what they stand for; one that stands for nothing ends the process with the usage, code 2. */
export function optionReader<Name extends string>(
  options: Readonly<Record<Name, string>>,
  usage: string,
): OptionReader<Name> {
  const fail = (message: string): never => wrongUse(message, usage);
  const listed: OptionReader<Name>['listed'] = (name, read, known) =>
    options[name]
      .split(',')
      .map((given) => read(given) ?? fail(`--${name}: '${given}' is none of ${known.join(', ')}`));
  return {
    listed,
    choices: (name, known) => listed(name, (given) => known.find((each) => each === given), known),
    natural: (name) => {
      const number = Number(options[name]);
      if (Number.isInteger(number) && number >= 1) return number;
      return fail(`--${name}: '${options[name]}' is no whole number above zero`);
    },
  };
}
