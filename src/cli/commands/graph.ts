/**
 * `specc graph FILE[#Model]`: a picture of a model, as SVG, as Mermaid, or as a page to look around in; of a folder, pages
 * of all its models with an index.
 */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Depth, depthFor, MOST_BOXES } from '../../compiler/picture/depth.ts';
import type { Measure } from '../../compiler/picture/heat.ts';
import { renderMermaid } from '../../compiler/picture/mermaid.ts';
import { type Picture, pictureOf } from '../../compiler/picture/picture.ts';
import { renderSvg } from '../../compiler/picture/svg.ts';
import { makeFolder } from '../../data/make-folder.ts';
import { grouped } from '../../shared/grouped.ts';
import { wholeDepth } from '../depth-option.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { graphPage, pageScript } from '../graph-page/page.ts';
import { writeSite } from '../graph-site.ts';
import { loadModel } from '../load-model.ts';
import { counted } from '../quantities.ts';
import { showDiagnostics } from '../show-diagnostics.ts';
import { kindOfPath } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';
import { outputFile } from '../weight-files.ts';

export interface GraphOptions {
  /** `svg` unless told; of a folder `html`. */
  readonly format?: 'svg' | 'mermaid' | 'html';
  readonly color?: Measure;
  readonly out?: string;
  readonly set?: readonly string[];
  readonly variant?: string;
  readonly depth?: string;
  /** False with `--no-fold`. */
  readonly fold: boolean;
}

type Format = NonNullable<GraphOptions['format']>;

export async function run([argument]: readonly string[], options: GraphOptions, terminal: Terminal): Promise<number> {
  const wanted = options.depth === undefined ? undefined : wholeDepth(options.depth);
  if (kindOfPath(argument!) === 'folder') return drawFolder(argument!, wanted, options, terminal);
  const { format = 'svg', fold, color } = options;
  const out = options.out === undefined ? undefined : outputFile(options.out, `model.${endings[format]}`);
  const picture = pictureOf(loadModel(argument!, options.set ?? [], terminal, options.variant));
  const chosen = depthFor(picture, wanted, { fold });
  tellDepth(chosen, wanted, terminal);
  const text = await renderers[format](picture, { depth: chosen.depth, fold, color });
  if (out === undefined) terminal.print(text.trimEnd());
  else {
    makeFolder(dirname(out));
    writeFileSync(out, text);
    terminal.note(`wrote ${out}: ${grouped(chosen.boxes)} boxes, blocks open to depth ${chosen.depth}`);
  }
  return EXIT.clean;
}

async function drawFolder(
  folder: string,
  depth: number | undefined,
  { format = 'html', out, set = [], variant, fold, color }: GraphOptions,
  terminal: Terminal,
): Promise<number> {
  if (format !== 'html') throw new WrongUse(`of a folder there are pages, and no ${format}`, 'name one specification');
  if (set.length > 0 || variant !== undefined) {
    throw new WrongUse('--set and --variant are for one model', 'name its specification');
  }
  if (out === undefined) throw new WrongUse('the pages of a folder need a folder to be written to', 'add -o site');
  const { index, pages, diagnostics } = await writeSite(folder, out, { depth, fold, color });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  showDiagnostics(errors, terminal);
  terminal.note(`wrote ${index} and ${counted(pages, 'page')}`);
  return errors.length > 0 ? EXIT.errors : EXIT.clean;
}

const endings: Readonly<Record<Format, string>> = { svg: 'svg', mermaid: 'mmd', html: 'html' };

type Renderer = (
  picture: Picture,
  view: { readonly depth: number; readonly fold: boolean; readonly color?: Measure | undefined },
) => string | Promise<string>;

const renderers: Readonly<Record<Format, Renderer>> = {
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
