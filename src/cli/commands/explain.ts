/** `specc explain CODE`: what a diagnostic means, with a wrong and a right example; without a code, all of them. */

import { ablations } from '../../dsl/catalogue/ablations.ts';
import { configuration } from '../../dsl/catalogue/configuration.ts';
import { evaluation } from '../../dsl/catalogue/evaluation.ts';
import { type Code, catalogue } from '../../dsl/catalogue/index.ts';
import { names } from '../../dsl/catalogue/names.ts';
import { shapes } from '../../dsl/catalogue/shapes.ts';
import { syntax } from '../../dsl/catalogue/syntax.ts';
import { weightMaps } from '../../dsl/catalogue/weight-maps.ts';
import { didYouMean } from '../../shared/suggest.ts';
import { WrongUse } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { wrapText } from '../wrap-text.ts';

const parts = {
  'The form of a specification': syntax,
  Names: names,
  'Values and blocks': evaluation,
  Shapes: shapes,
  Ablations: ablations,
  'Training configurations': configuration,
  'Weight maps': weightMaps,
};

export function run([code]: readonly string[], _options: object, terminal: Terminal): number {
  if (code === undefined) listCodes(terminal);
  else explain(codeIn(code), terminal);
  return 0;
}

/** A code as it is typed or copied: `error[shape-mismatch]`, `Shape mismatch`. */
function codeIn(given: string): string {
  const bracketed = /\[([^\]]+)\]/.exec(given)?.[1] ?? given;
  return bracketed
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}

function listCodes(terminal: Terminal): void {
  const { bold } = terminal.colours;
  const sections = Object.entries(parts).map(([title, codes]) =>
    [bold(title), ...Object.keys(codes).map((each) => `  ${each}`)].join('\n'),
  );
  terminal.print(sections.join('\n\n'));
  terminal.note('\n`specc explain CODE` explains one of them.');
}

function explain(code: string, terminal: Terminal): void {
  if (!Object.hasOwn(catalogue, code)) {
    const near = didYouMean(code, Object.keys(catalogue)) ?? '`specc explain` lists all codes';
    throw new WrongUse(`there is no diagnostic \`${code}\``, near);
  }
  const { severity, why, wrong, right } = catalogue[code as Code];
  const { bold, red, yellow, green } = terminal.colours;
  const heading = severity === 'error' ? red(severity) : yellow(severity);
  const example = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ');
  const width = Math.min(terminal.width ?? 80, 100);
  terminal.print(
    [
      `${bold(code)} (${heading})`,
      '',
      wrapText(why, width),
      '',
      red('Wrong:'),
      '',
      example(wrong),
      '',
      green('Right:'),
      '',
      example(right),
    ].join('\n'),
  );
}
