/**
 * Makes docs/std.md, the reference of the standard library, from its files and from the uses that tests hold it to.
 *
 *     npx tsx scripts/std-reference.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { standardLibrary } from '../src/compiler/standard-library.ts';
import type { Item } from '../src/dsl/ast.ts';
import { parse } from '../src/dsl/parse.ts';
import { Source } from '../src/dsl/source.ts';
import { type Use, uses } from '../test/compiler/std/uses.ts';

type Declaration = Exclude<Item, { readonly kind: 'import' }>;

/** The files in the order of the page. */
export function libraryFiles(): readonly string[] {
  const order = ['conv', 'residual', 'norm', 'attention', 'position', 'window', 'shape', 'sequence', 'numbers'];
  const place = (path: string): number => order.indexOf(path.slice('std/'.length, -'.spec'.length));
  return Object.keys(standardLibrary).sort((a, b) => place(a) - place(b));
}

export function declarationsOf(file: string): readonly Declaration[] {
  const { items } = parse(new Source(file, standardLibrary[file]!)).value;
  return items.filter((item): item is Declaration => item.kind !== 'import');
}

/** The text of docs/std.md. */
export function stdReference(): string {
  return `${[intro(), ...libraryFiles().map(section)].join('\n\n')}\n`;
}

function intro(): string {
  const links = libraryFiles().map((file) => {
    const names = declarationsOf(file).map(({ name: { text } }) => `[\`${text}\`](#${text.toLowerCase()})`);
    return `- \`${file}\`: ${names.join(', ')}`;
  });
  return [
    '# The standard library',
    '',
    '<!-- Made by scripts/std-reference.ts from src/compiler/std and its tests; do not edit. -->',
    '',
    'Blocks and functions that are written in the language itself, in `src/compiler/std/`. An import takes them:',
    '',
    '```spec',
    'import { ConvNormAct, SqueezeExcite } from "std/conv.spec"',
    'import { EncoderLayer } from "std/attention.spec"',
    '```',
    '',
    'Parameters of type `layer` take any layer or block, with parameters given or not: `norm: group_norm(8)`, `act: silu`,',
    '`scores: CausalMask`. What a block is not given for them is `Identity` or what its head says.',
    '',
    ...links,
  ].join('\n');
}

function section(file: string): string {
  // The comment that the file begins with.
  const text = standardLibrary[file]!;
  const lines = /^(?:\/\/ .*\n)+/.exec(text)?.[0] ?? '';
  const about = lines.replaceAll(/^\/\/ /gm, '').trim();
  return [`## ${file}`, about, ...declarationsOf(file).map(entry)].join('\n\n');
}

function entry(item: Declaration): string {
  const { name, doc = '' } = item;
  const text = name.span.source.text;
  const end = item.kind === 'const' ? item.span.end : item.body.span.start;
  const head = text.slice(item.span.start, end).trimEnd();
  const shown = (uses[name.text] ?? []).map(example).join('\n');
  return [`### ${name.text}`, doc, ['```', head, '```'].join('\n'), shown].join('\n\n');
}

function example(use: Use): string {
  if ('is' in use) return `- \`${use.use}\` is \`${use.is}\``;
  const shapes = Object.entries(use.inputs).map(([name, shape]) => `\`${name}: [${shape.join(', ')}]\``);
  const count = use.parameters.toLocaleString('en');
  const learned = use.parameters === 0 ? '' : `, ${count} parameters`;
  return `- \`${use.use}\` with ${shapes.join(', ')}: \`[${use.output.join(', ')}]\`${learned}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../docs/std.md', import.meta.url)), stdReference());
}
