/** Modules of the compiler that hold the text of files, so that it reads none; their tests hold them to the files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

interface Embedded {
  /** The folder of the files, below `src/compiler/`. */
  readonly folder: string;
  /** The module that holds them, below `src/compiler/`. */
  readonly module: string;
  /** Its documentation and the name that it exports. */
  readonly doc: string;
  readonly name: string;
  /** Before the name of each file, to make its key. */
  readonly prefix?: string;
  /** The value of `UPDATE_GOLDEN` that rewrites the module; the run that does so fails, having read it before. */
  readonly update: string;
}

const compiler = new URL('../../src/compiler/', import.meta.url);

/** Text by key, as the module has to have it. */
export function embeddedFiles(embedded: Embedded): Readonly<Record<string, string>> {
  const folder = new URL(embedded.folder, compiler);
  const files = readdirSync(folder)
    .sort()
    .map((name) => [`${embedded.prefix ?? ''}${name}`, readFileSync(new URL(name, folder), 'utf8')] as const);
  if (process.env['UPDATE_GOLDEN'] === embedded.update) {
    const quoted = (text: string): string => `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
    const lines = [
      `/** ${embedded.doc} */`,
      `export const ${embedded.name}: Readonly<Record<string, string>> = {`,
      ...files.map(([key, text]) => `  '${key}': ${quoted(text)},`),
      '};',
      '',
    ];
    writeFileSync(new URL(embedded.module, compiler), lines.join('\n'));
  }
  return Object.fromEntries(files);
}
