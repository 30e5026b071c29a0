/**
 * `specc graph FOLDER -o SITE`: a page for each model of the specifications in a folder, and `index.html`, which lists them.
 * Models that cannot be drawn are listed with the reason.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compile, elaborate } from '../compiler/compile.ts';
import { depthFor } from '../compiler/picture/depth.ts';
import { shapeText } from '../compiler/picture/figures.ts';
import type { Measure } from '../compiler/picture/heat.ts';
import { escaped } from '../compiler/picture/markup.ts';
import { pictureOf } from '../compiler/picture/picture.ts';
import { summarize } from '../compiler/summary.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { type Diagnostic, hasErrors } from '../dsl/diagnostic.ts';
import { grouped } from '../shared/grouped.ts';
import { graphPage, pageScript } from './graph-page/page.ts';
import { pageStyle } from './graph-page/style.ts';
import { fileLoader, findSources, readSource } from './source-files.ts';

interface Listed {
  readonly model: string;
  readonly spec: string;
  readonly doc: string | undefined;
  /** The cells after the name; or why there is no picture. */
  readonly cells: readonly string[] | string;
  /** The page, beside the index. */
  readonly page: string | undefined;
}

export interface Site {
  readonly index: string;
  readonly pages: number;
  readonly diagnostics: readonly Diagnostic[];
}

interface SiteOptions {
  readonly depth: number | undefined;
  readonly fold: boolean;
  readonly color: Measure | undefined;
}

/** Writes the pages; what is wrong with specifications comes back. */
export async function writeSite(folder: string, out: string, options: SiteOptions): Promise<Site> {
  const script = await pageScript();
  const names = new Set<string>(['index']);
  const diagnostics: Diagnostic[] = [];
  const listed: Listed[] = [];
  mkdirSync(out, { recursive: true });
  for (const { path } of findSources([folder]).filter(({ kind }) => kind === 'spec')) {
    const compilation = compile(path, readSource(path).text, fileLoader);
    diagnostics.push(...compilation.diagnostics);
    for (const [model, item] of compilation.models) {
      const { cells, picture, found } = drawnModel(compilation, item);
      diagnostics.push(...found.filter((each) => !compilation.diagnostics.includes(each)));
      const page = picture && `${freeName(model, path, names)}.html`;
      if (picture !== undefined && page !== undefined) {
        const { fold, color } = options;
        const { depth } = depthFor(picture, options.depth, { fold });
        writeFileSync(join(out, page), graphPage(picture, { depth, fold, color }, script));
      }
      listed.push({ model, spec: path, doc: item.doc, cells, page });
    }
  }
  const index = join(out, 'index.html');
  writeFileSync(index, indexPage(folder, listed));
  return { index, pages: listed.filter(({ page }) => page !== undefined).length, diagnostics };
}

function drawnModel(compilation: ReturnType<typeof compile>, item: LayerItem) {
  const needed = item.parameters.filter((each) => each.default === undefined).map(({ name }) => name.text);
  if (needed.length > 0) {
    return { cells: `its parameters have no defaults: ${needed.join(', ')}`, picture: undefined, found: [] };
  }
  const { value: graph, diagnostics: found } = elaborate(compilation, item.name.text);
  if (graph === undefined || hasErrors(found)) {
    const first = found.find(({ severity }) => severity === 'error');
    return { cells: first?.message ?? 'it has errors', picture: undefined, found };
  }
  const { inputs, outputs, parameters, macs } = summarize(graph);
  const shapes = (ports: typeof inputs): string => ports.map(({ shape }) => shapeText(shape)).join(', ');
  const cells = [shapes(inputs), shapes(outputs), grouped(parameters), grouped(macs)];
  return { cells, picture: pictureOf(graph), found };
}

/** The model's name; with that of the file, or a number, where another page has it. Upper and lower case are one. */
function freeName(model: string, path: string, taken: Set<string>): string {
  const long = `${basename(path, '.spec')}-${model}`;
  let name = taken.has(model.toLowerCase()) ? long : model;
  for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${long}-${number}`;
  taken.add(name.toLowerCase());
  return name;
}

function indexPage(folder: string, listed: readonly Listed[]): string {
  const title = escaped(`Models of ${folder}`);
  const rows = listed.map(({ model, spec, doc, cells, page }) => {
    const name = page === undefined ? escaped(model) : `<a href="${escaped(encodeURI(page))}">${escaped(model)}</a>`;
    const about = doc === undefined ? '' : `<p>${escaped(doc.split('\n\n')[0]!)}</p>`;
    const rest =
      typeof cells === 'string'
        ? `<td class="without" colspan="4">not drawn: ${escaped(cells)}</td>`
        : cells.map((cell) => `<td>${escaped(cell)}</td>`).join('');
    return `<tr><th scope="row">${name}${about}</th><td class="file">${escaped(spec)}</td>${rest}</tr>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${pageStyle}
html,body{height:auto}
body{display:block;max-width:1180px;margin:0 auto;padding:24px 20px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin-top:16px}
th,td{text-align:right;vertical-align:top;padding:7px 10px;border-bottom:1px solid var(--line);white-space:nowrap;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;white-space:normal;min-width:220px}
thead th{color:var(--muted);font-weight:400;min-width:0}
thead th:nth-child(n+3){text-align:right}
th p{margin:2px 0 0;font-weight:400;color:var(--muted);font-size:13px}
td.file,td.without{text-align:left;color:var(--muted)}
td.without{white-space:normal}
a{color:var(--accent)}
</style>
</head>
<body>
<h1>${title}</h1>
<div class="wide"><table>
<thead><tr><th>model</th><th>file</th><th>input</th><th>output</th><th>parameters</th><th>MACs</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</body>
</html>
`;
}
