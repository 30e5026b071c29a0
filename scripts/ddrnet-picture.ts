/**
 * Draws docs/ddrnet.svg: DDRNet with its blocks open as the figures 1 to 4 of the paper show them.
 *
 *     npx tsx scripts/ddrnet-picture.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, elaborate } from '../src/compiler/compile.ts';
import { pictureOf } from '../src/compiler/picture/picture.ts';
import { renderSvg } from '../src/compiler/picture/svg.ts';

const SPEC = 'specs/ddrnet.spec';

/** Besides the blocks of the network: a residual unit, and the two attentions. */
const OPEN = [
  'local/Residual[0]',
  'local/Residual[0]/change',
  'refined/channel',
  'refined/channel/mean',
  'refined/channel/peak',
  'refined/spatial',
  'refined/spatial/attention',
];

export function ddrnetPicture(): string {
  const { value: graph } = elaborate(compile(SPEC, readFileSync(SPEC, 'utf8'), { read: () => undefined }), 'DDRNet');
  if (graph === undefined) throw new Error(`${SPEC} has errors: see \`specc check ${SPEC}\``);
  return renderSvg(pictureOf(graph), { depth: 2, toggled: new Set(OPEN) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../docs/ddrnet.svg', import.meta.url)), ddrnetPicture());
}
