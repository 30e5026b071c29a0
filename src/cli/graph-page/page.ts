/**
 * The page of `specc graph --format html`: one file that holds a picture and the program that draws it, and loads
 * nothing from anywhere.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { heatStyle, type Measure } from '../../compiler/picture/heat.ts';
import { escaped } from '../../compiler/picture/markup.ts';
import type { Picture } from '../../compiler/picture/picture.ts';
import { styleSheet } from '../../compiler/picture/theme.ts';
import { pageStyle } from './style.ts';

/** What the page begins with. */
export interface PageStart {
  readonly depth: number;
  readonly fold: boolean;
  /** What boxes are shaded by; the colours of their kinds unless told. */
  readonly color?: Measure | undefined;
}

/** @param script the program, as `pageScript` gives it */
export function graphPage(picture: Picture, start: PageStart, script: string): string {
  const name = escaped(picture.root.name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${name}</title>
<style>
${styleSheet()}
${heatStyle()}
${pageStyle}
</style>
</head>
<body>
<header>
  <h1>${name}</h1>
  <div class="search">
    <input id="search" type="search" placeholder="Search paths and layers  ( / )" aria-label="Search paths and layers" autocomplete="off" spellcheck="false">
    <ol id="found" hidden></ol>
  </div>
  <div class="tools">
    <button id="shallower" title="Close the deepest blocks">− depth</button>
    <output id="depth" aria-label="Depth"></output>
    <button id="deeper" title="Open the next level">+ depth</button>
    <label title="Draw what repeats in a chain once"><input id="fold" type="checkbox"> fold ×N</label>
    <label title="Shade boxes by their share of a cost">colour <select id="color">
      <option value="">kind</option><option value="params">parameters</option><option value="macs">MACs</option><option value="memory">memory</option>
    </select></label>
    <span class="group"><button id="out" aria-label="Zoom out">−</button><button id="fit">fit</button><button id="in" aria-label="Zoom in">+</button></span>
  </div>
</header>
<main>
  <svg id="stage" class="specc" tabindex="0" role="application" aria-label="The network ${name}; arrow keys move, plus and minus zoom, 0 shows all, Enter opens and closes the chosen block"></svg>
  <aside id="details" aria-live="polite"></aside>
</main>
<p id="legend" hidden></p>
<p id="status" role="status"></p>
<script type="application/json" id="data">${inScript(JSON.stringify({ picture, start }))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that cannot end the element that it stands in. */
function inScript(json: string): string {
  return json.replaceAll('<', '\\u003c');
}

/** The program of the page: bundled with specc, or bundled now when specc runs from its sources. */
export async function pageScript(): Promise<string> {
  if (!import.meta.url.endsWith('.ts')) return readFileSync(new URL('./graph-page.js', import.meta.url), 'utf8');
  const { build } = await import('esbuild');
  const entry = fileURLToPath(new URL('./browser/viewer.ts', import.meta.url));
  const options: BuildOptions = JSON.parse(readFileSync(new URL('./esbuild.json', import.meta.url), 'utf8'));
  const { outputFiles } = await build({ ...options, entryPoints: [entry], write: false });
  return outputFiles[0]!.text;
}
