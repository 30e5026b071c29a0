/** Pictures of small networks: what is to be seen, and how Mermaid and SVG write it. */
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import { renderMermaid } from '../../../src/compiler/picture/mermaid.ts';
import { type Picture, pictureOf } from '../../../src/compiler/picture/picture.ts';
import { renderSvg } from '../../../src/compiler/picture/svg.ts';
import { viewOf } from '../../../src/compiler/picture/view.ts';
import { type GoldenCase, golden } from '../../support/golden.ts';
import { viewText } from '../../support/view-text.ts';

function pictureIn({ source }: GoldenCase): Picture {
  const { value, diagnostics } = elaborate(compile(source.path, source.text, { read: () => undefined }), 'Net');
  if (value === undefined) throw new Error(diagnostics.map(({ code }) => code).join(', '));
  return pictureOf(value);
}

const ALL = 9;

const test = golden('picture', {
  'closed.txt': (input) => viewText(viewOf(pictureIn(input), { depth: 1 })),
  'open.txt': (input) => viewText(viewOf(pictureIn(input), { depth: ALL })),
  'unfolded.txt': (input) => viewText(viewOf(pictureIn(input), { depth: 2, fold: false })),
  mmd: (input) => renderMermaid(pictureIn(input), { depth: ALL }),
  svg: (input) => renderSvg(pictureIn(input), { depth: 2 }),
});

test.run();
