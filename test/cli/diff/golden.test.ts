/**
 * What is reported of pairs of sides: test/golden/diff. A `.pair` file holds the files of both, each after a line
 * `=== old FILE` or `=== new FILE`; `FILE#Model` names the model, ` --variant NAME` behind it a variant,
 * and a file without text is one of the project.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import * as assert from 'uvu/assert';
import { compareSides } from '../../../src/cli/diff/compare.ts';
import { comparisonJson } from '../../../src/cli/diff/json.ts';
import { comparisonMarkdown } from '../../../src/cli/diff/markdown.ts';
import type { DiffSide } from '../../../src/cli/diff/sides.ts';
import { comparisonText } from '../../../src/cli/diff/text.ts';
import { weightMapText } from '../../../src/cli/diff/weight-map-file.ts';
import { openTerminal } from '../../../src/cli/terminal.ts';
import { needsMap } from '../../../src/compiler/diff/diff-models.ts';
import type { Source } from '../../../src/dsl/source.ts';
import { golden } from '../../support/golden.ts';

const schema = new Ajv({ allErrors: true, strict: true }).compile(
  JSON.parse(readFileSync('schemas/diff.schema.json', 'utf8')),
);
const { colours } = openTerminal({ color: false });

function sideOf(which: 'old' | 'new', pair: Source): DiffSide {
  const texts = new Map<string, string>();
  let first: string | undefined;
  let variant: string | undefined;
  for (const piece of pair.text.split(/^=== /m).slice(1)) {
    const [head = '', ...lines] = piece.split('\n');
    const [, side, file = '', named] = /^(\w+) (\S+)(?: --variant (.*))?$/.exec(head) ?? [];
    if (side !== which) continue;
    variant ??= named;
    const path = file.split('#')[0]!;
    const text = lines.join('\n');
    texts.set(path, text === '' && existsSync(path) ? readFileSync(path, 'utf8') : text);
    first ??= file;
  }
  const [root = '', model] = first!.split('#');
  const loader = { read: (path: string) => texts.get(path) };
  return {
    label: first!,
    model,
    ...(variant === undefined ? {} : { variant: { name: variant, takes: 'itself' } }),
    root,
    files: [root],
    loader,
    shown: (path) => `${which}/${path}`,
  };
}

function comparisonOf(pair: Source) {
  return compareSides(sideOf('old', pair), sideOf('new', pair), []);
}

golden(
  'diff',
  {
    txt: ({ source }) => `${comparisonText(comparisonOf(source), { depth: 99, all: false }, colours)}\n`,
    md: ({ source }) => `${comparisonMarkdown(comparisonOf(source), { depth: 99, all: false })}\n`,
    json: ({ source }) => {
      const text = comparisonJson(comparisonOf(source));
      schema(JSON.parse(text));
      assert.equal(schema.errors ?? [], [], 'the JSON is as its schema says');
      // Whole models are long lists of weights that load.
      const short = JSON.parse(text, (key, value) =>
        key === 'weights' && Array.isArray(value) ? value.filter(({ fate }) => fate !== 'kept') : value,
      );
      return source.path.startsWith('model-replaced') ? '' : `${JSON.stringify(short)}\n`;
    },
    'map.yaml': ({ source }) => {
      const maps = comparisonOf(source).models.flatMap(({ diff }) => {
        return diff !== undefined && needsMap(diff.weights.weights) ? [weightMapText(diff.weights)] : [];
      });
      return maps.join('---\n');
    },
  },
  '.pair',
).run();
