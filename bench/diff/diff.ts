/**
 * Measures the difference of two models in this process, at 1,000 and at 10,000 operations: processor time, the longest
 * single run, and how much ten times the operations cost.
 */
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { diffModels } from '../../src/compiler/diff/diff-models.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import { parseOptions } from '../parse-options.ts';
import { measure } from '../scale/measure.ts';
import { type FormName, forms } from '../scale/models.ts';

const USAGE = 'usage: npm run bench:diff -- [--rounds 3] [--only REGEX] [--format table|json]';

const { values: options } = parseOptions(
  {
    options: {
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      format: { type: 'string', default: 'table' },
    },
  },
  USAGE,
);

const SIZES = [1000, 10_000] as const;

/** What was done to the model; each text is of the first form. */
interface Edit {
  readonly name: string;
  readonly form: FormName;
  readonly other: (size: number) => string;
}

const chosen = options.only === undefined ? undefined : new RegExp(options.only);

function textOf(form: FormName, size: number): string {
  return forms[form](size).files.get('main.spec')!;
}

function replaced(form: FormName, from: string | RegExp, to: string): (size: number) => string {
  return (size) => {
    const text = textOf(form, size);
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`${form} has no ${from} to replace`);
    return edited;
  };
}

const edits: readonly Edit[] = [
  { name: 'nothing', form: 'chain', other: (size) => textOf('chain', size) },
  { name: 'another name for the block', form: 'chain', other: replaced('chain', /Residual/g, 'Unit') },
  {
    name: 'a layer more in each block',
    form: 'chain',
    other: replaced('chain', '|> relu |> conv2d', '|> relu |> dropout(0.1) |> conv2d'),
  },
  { name: 'the block inlined', form: 'chain', other: inlined },
  {
    name: 'one layer at the start',
    form: 'flat',
    other: replaced('flat', '  x = image\n', '  x = image |> conv2d(8, 5)\n'),
  },
  { name: 'every third kernel', form: 'written', other: replaced('written', /dilation: 3/g, 'dilation: 4') },
  {
    name: 'one layer, all wired to it',
    form: 'dense',
    other: replaced('dense', 'features = [x]', 'features = [x |> relu]'),
  },
  { name: 'everything renamed', form: 'written', other: renamed },
  { name: 'one block moved to the front', form: 'written', other: movedToTheFront },
  { name: 'two halves swapped', form: 'written', other: halvesSwapped },
  { name: 'every layer replaced', form: 'written', other: replacedWhole },
  { name: 'another model', form: 'flat', other: (size) => textOf('dense', size) },
  { name: 'another model of many blocks', form: 'written', other: (size) => textOf('chain', size) },
];

/** Every round of the loop with the layers of the block in its place. */
function inlined(size: number): string {
  const body =
    'change = x |> conv2d(C, 3) |> batch_norm |> relu |> conv2d(C, 3) |> batch_norm\n    x = x + change |> relu';
  return textOf('chain', size).replace('x = x |> Residual', body.replaceAll('(C,', '(8,'));
}

/** No block, result or model keeps its name. */
function renamed(size: number): string {
  return textOf('written', size).replace(/\b(Unit|x|first|second|Written|width)(\d*)\b/g, '$1_new$2');
}

/** The last unit stands first. */
function movedToTheFront(size: number): string {
  const text = textOf('written', size);
  const count = text.match(/^block /gm)!.length;
  const uses = (order: (at: number) => number): string =>
    Array.from({ length: count }, (_, at) => `  x${at + 1} = x${at} |> Unit${order(at)}`).join('\n');
  return swapped(
    text,
    uses((at) => at),
    uses((at) => (at === 0 ? count - 1 : at - 1)),
  );
}

function halvesSwapped(size: number): string {
  const text = textOf('written', size);
  const count = text.match(/^block /gm)!.length;
  const uses = (shift: number): string =>
    Array.from({ length: count }, (_, at) => `  x${at + 1} = x${at} |> Unit${(at + shift) % count}`).join('\n');
  return swapped(text, uses(0), uses(count >> 1));
}

/** The same blocks in the same order with another kernel, activation and norm in each. */
function replacedWhole(size: number): string {
  return textOf('written', size)
    .replace(/conv2d\((\w+), \d/g, 'conv2d($1, 5')
    .replaceAll('|> relu', '|> gelu')
    .replaceAll('|> batch_norm', '|> layer_norm');
}

function swapped(text: string, from: string, to: string): string {
  if (!text.includes(from) || from === to) throw new Error('there is nothing to swap');
  return text.replace(from, to);
}

function graphOf(text: string): Graph {
  const compilation = compile('main.spec', text, { read: () => undefined });
  const [name] = compilation.models.keys();
  const { value, diagnostics } = elaborate(compilation, name!);
  if (value === undefined) throw new Error(diagnostics[0]?.message ?? 'no model');
  return value;
}

interface Row {
  readonly edit: string;
  readonly operations: readonly number[];
  readonly milliseconds: readonly number[];
  readonly longest: number;
  readonly ratio: number;
}

const rows = edits
  .filter(({ name }) => chosen?.test(name) ?? true)
  .map(({ name, form, other }): Row => {
    const pairs = SIZES.map((size) => [graphOf(textOf(form, size)), graphOf(other(size))] as const);
    const [a, b] = pairs.at(-1)!;
    const start = performance.now();
    diffModels(a, b);
    const longest = performance.now() - start;
    const milliseconds = measure(
      pairs.map(
        ([old, next]) =>
          () =>
            diffModels(old, next),
      ),
      Number(options.rounds),
      'processor',
    );
    const row = {
      edit: name,
      operations: [a.nodes.length, b.nodes.length],
      milliseconds,
      longest,
      ratio: milliseconds[1]! / milliseconds[0]!,
    };
    if (options.format === 'table') show(row);
    return row;
  });
if (options.format === 'json') console.log(JSON.stringify(rows, undefined, 2));

function show({ edit, operations, milliseconds, longest, ratio }: Row): void {
  const times = milliseconds.map((each) => each.toFixed(1).padStart(9)).join('');
  console.log(
    `${edit.padEnd(30)}${operations.join(' → ').padStart(16)}${times}${longest.toFixed(0).padStart(9)}${ratio.toFixed(1).padStart(7)}`,
  );
}
