/**
 * Measures how the compiler grows with its input: every phase on models of 1,000 and of 10,000 operations.
 */
import { cpus } from 'node:os';
import { parseOptions, wrongUse } from '../parse-options.ts';
import { type Clock, clocks, measure } from './measure.ts';
import { type FormName, forms } from './models.ts';
import { type Counts, modelPhases, type Phase, textPhases } from './phases.ts';
import { texts } from './texts.ts';

const USAGE =
  'usage: npm run bench:scale -- [--large] [--texts] [--rounds 3] [--clock processor|wall] [--form NAME]… [--phase NAME]… ' +
  '[--format table|json]';

const { values: options } = parseOptions(
  {
    options: {
      large: { type: 'boolean', default: false },
      texts: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '3' },
      clock: { type: 'string', default: 'processor' },
      form: { type: 'string', multiple: true },
      phase: { type: 'string', multiple: true },
      format: { type: 'string', default: 'table' },
    },
  },
  USAGE,
);

if (!(options.clock in clocks)) wrongUse(`--clock is one of ${Object.keys(clocks).join(', ')}`, USAGE);
const SMALL = 1000;
const sizes = options.large ? [SMALL, 10_000, 20_000] : [SMALL, 10_000];
/** The most that ten times the input may cost. */
const MOST = 12;

interface Row {
  readonly phase: string;
  /** The time at each size, by the chosen clock. */
  readonly milliseconds: readonly number[];
  /** Of the second size to the first. */
  readonly ratio: number;
}

interface Section {
  readonly form: string;
  readonly sizes: readonly number[];
  readonly counts?: readonly Counts[];
  readonly rows: readonly Row[];
}

/** The same phases at each size. */
function rowsOf(phases: readonly (readonly Phase[])[]): readonly Row[] {
  return phases[0]!.flatMap(({ name }, index): Row[] => {
    if (options.phase !== undefined && !options.phase.includes(name)) return [];
    const jobs = phases.map((each) => each[index]!.run);
    const milliseconds = measure(jobs, Number(options.rounds), options.clock as Clock);
    return [{ phase: name, milliseconds, ratio: milliseconds[1]! / milliseconds[0]! }];
  });
}

function modelSection(form: FormName): Section {
  const models = sizes.map((size) => modelPhases(forms[form](size)));
  const phases = models.map((each) => each.phases);
  return { form, sizes, counts: models.map((each) => each.counts), rows: rowsOf(phases) };
}

function textSection(form: keyof typeof texts): Section {
  const at = [1000, 10_000];
  const phases = at.map((size) => textPhases(texts[form](size)));
  return { form, sizes: at, rows: rowsOf(phases) };
}

function show({ form, sizes: at, counts, rows }: Section): void {
  console.log(`\n${form}`);
  for (const { nodes, kernels } of counts ?? []) console.log(`  ${nodes} operations, ${kernels} kernels in training`);
  const head = at.map((size) => `${size.toLocaleString('en')} (ms)`.padStart(13)).join('');
  console.log(`  ${''.padEnd(22)}${head}${'ratio'.padStart(9)}`);
  for (const { phase, milliseconds, ratio } of rows) {
    const cells = milliseconds.map((each) => each.toFixed(each < 10 ? 2 : 0).padStart(13)).join('');
    console.log(`  ${phase.padEnd(22)}${cells}${ratio.toFixed(1).padStart(9)}${ratio > MOST ? '  !' : ''}`);
  }
}

const chosen = options.form;
const wanted = (name: string): boolean => chosen === undefined || chosen.includes(name);
const sections: Section[] = [];
const add = (section: Section): void => {
  sections.push(section);
  if (options.format === 'table') show(section);
};
if (!options.texts) for (const form of Object.keys(forms) as FormName[]) if (wanted(form)) add(modelSection(form));
for (const form of Object.keys(texts) as (keyof typeof texts)[]) if (wanted(form)) add(textSection(form));
if (options.format === 'json') {
  const [processor] = cpus();
  const machine = { processor: processor?.model, processors: cpus().length, node: process.version };
  console.log(JSON.stringify({ machine, sections }, undefined, 2));
}
