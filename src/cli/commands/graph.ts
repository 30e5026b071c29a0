/** `specc graph FILE[#Model]`: a picture of a model, as SVG, as Mermaid, or as a page to look around in. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Depth, depthFor, MOST_BOXES } from '../../compiler/picture/depth.ts';
import { renderMermaid } from '../../compiler/picture/mermaid.ts';
import { type Picture, pictureOf } from '../../compiler/picture/picture.ts';
import { renderSvg } from '../../compiler/picture/svg.ts';
import { makeFolder } from '../../data/make-folder.ts';
import { grouped } from '../../shared/grouped.ts';
import { wholeDepth } from '../depth-option.ts';
import { EXIT } from '../failure.ts';
import { graphPage, pageScript } from '../graph-page/page.ts';
import { loadModel } from '../load-model.ts';
import type { Terminal } from '../terminal.ts';
import { outputFile } from '../weight-files.ts';

export interface GraphOptions {
  readonly format: 'svg' | 'mermaid' | 'html';
  readonly out?: string;
  readonly set?: readonly string[];
  readonly variant?: string;
  readonly depth?: string;
  /** False with `--no-fold`. */
  readonly fold: boolean;
}

export async function run([argument]: readonly string[], options: GraphOptions, terminal: Terminal): Promise<number> {
  const wanted = options.depth === undefined ? undefined : wholeDepth(options.depth);
  const out = options.out === undefined ? undefined : outputFile(options.out, `model.${endings[options.format]}`);
  const picture = pictureOf(loadModel(argument!, options.set ?? [], terminal, options.variant));
  const { fold } = options;
  const chosen = depthFor(picture, wanted, { fold });
  tellDepth(chosen, wanted, terminal);
  const text = await renderers[options.format](picture, { depth: chosen.depth, fold });
  if (out === undefined) terminal.print(text.trimEnd());
  else {
    makeFolder(dirname(out));
    writeFileSync(out, text);
    terminal.note(`wrote ${out}: ${grouped(chosen.boxes)} boxes, blocks open to depth ${chosen.depth}`);
  }
  return EXIT.clean;
}

const endings: Readonly<Record<GraphOptions['format'], string>> = { svg: 'svg', mermaid: 'mmd', html: 'html' };

type Renderer = (
  picture: Picture,
  view: { readonly depth: number; readonly fold: boolean },
) => string | Promise<string>;

const renderers: Readonly<Record<GraphOptions['format'], Renderer>> = {
  svg: renderSvg,
  mermaid: renderMermaid,
  html: async (picture, view) => graphPage(picture, view, await pageScript()),
};

function tellDepth({ depth, boxes, complete, limited }: Depth, wanted: number | undefined, terminal: Terminal): void {
  if (limited) {
    terminal.note(
      `blocks are open to depth ${depth}, not ${wanted}: that is ${grouped(boxes)} boxes, and deeper are more than ${grouped(MOST_BOXES)}`,
    );
  } else if (!complete && wanted === undefined) {
    terminal.note(
      `blocks are open to depth ${depth}, which is ${grouped(boxes)} boxes; --depth ${depth + 1} shows more`,
    );
  }
}
