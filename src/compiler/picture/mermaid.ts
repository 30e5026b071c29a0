/**
 * A picture as a Mermaid flowchart, for Markdown: `renderMermaid(pictureOf(graph), { depth: 2 })`. Open blocks are
 * subgraphs; edges go from operation to operation.
 */
import { faceOf } from './face.ts';
import { FAMILIES, type Family } from './family.ts';
import { HEAT_LEVELS, type Heat, heatClass, heatColour, heatOf, heatTitle, type Measure } from './heat.ts';
import type { Picture } from './picture.ts';
import { type Box, type ViewOptions, viewOf } from './view.ts';

/** Where a tensor comes from: a vertex, and what its edges say. */
interface Source {
  readonly vertex: string;
  readonly text: string;
}

/** Readable on light and on dark pages, because the text has a colour of its own. */
const colours: Readonly<Record<Family, readonly [fill: string, stroke: string]>> = {
  linear: ['#e2eefd', '#4c86cb'],
  norm: ['#efe8fb', '#8c68c8'],
  activation: ['#fdf0d3', '#bd8a20'],
  pool: ['#dbf3ed', '#349a85'],
  merge: ['#e8ecf1', '#66788c'],
  shape: ['#f4f4f1', '#9c9c92'],
  random: ['#fce7ed', '#cb6284'],
  source: ['#ffffff', '#66788c'],
};

/** @param options with `color`, vertices are shaded by their share of that cost */
export function renderMermaid(
  picture: Picture,
  options: ViewOptions & { readonly color?: Measure | undefined },
): string {
  const { root } = viewOf(picture, options);
  const heat = options.color && heatOf(picture, options.color);
  const writer = new Writer(heat);
  writer.content(root, [], 1);
  return [
    '---',
    `title: ${JSON.stringify([root.title, root.cost, heat === undefined ? '' : heatTitle(heat)].filter((text) => text !== '').join(', '))}`,
    '---',
    'flowchart TD',
    ...writer.vertices,
    ...writer.edges,
    ...writer.classes(),
    '',
  ].join('\n');
}

class Writer {
  readonly vertices: string[] = [];
  readonly edges: string[] = [];
  readonly #members = new Map<string, string[]>();
  #count = 0;

  constructor(readonly heat: Heat | undefined) {}

  /** Writes what is in an open box; the sources of its outputs. */
  content(box: Box, inputs: readonly (Source | undefined)[], level: number): readonly (Source | undefined)[] {
    const { boxes, edges } = box.content!;
    const made: (readonly (Source | undefined)[])[] = [];
    const sourceAt = ({ box, port }: { box: number; port: number }): Source | undefined =>
      box < 0 ? inputs[port] : made[box]?.[port];
    for (const [at, each] of boxes.entries()) {
      const arriving: (Source | undefined)[] = each.inputs.map(() => undefined);
      for (const { from, to } of edges) if (to.box === at) arriving[to.port] = sourceAt(from);
      made.push(
        each.content === undefined ? this.#vertex(each, arriving, level) : this.#subgraph(each, arriving, level),
      );
    }
    const outputs: (Source | undefined)[] = [];
    for (const { from, to } of edges) {
      const source = sourceAt(from);
      const text = box.outputs[to.port]?.text ?? source?.text ?? '';
      if (to.box < 0) outputs[to.port] = source && { vertex: source.vertex, text };
    }
    return outputs;
  }

  #vertex(box: Box, inputs: readonly (Source | undefined)[], level: number): readonly Source[] {
    const vertex = `n${this.#count++}`;
    const face = faceOf(box);
    const lines = face.lines.map(({ runs }) => runs.map(({ text }) => escaped(text)).join(' '));
    const label = `"${lines.join('<br/>')}"`;
    const block = box.kind === 'block' || box.kind === 'part';
    const shape =
      face.form === 'circle'
        ? `((${label}))`
        : face.form === 'pill'
          ? `([${label}])`
          : block
            ? `[[${label}]]`
            : `[${label}]`;
    this.vertices.push(`${'  '.repeat(level)}${vertex}${shape}`);
    const kind = this.heat === undefined ? (box.family ?? 'block') : heatClass(box, this.heat);
    this.#members.set(kind, [...(this.#members.get(kind) ?? []), vertex]);
    for (const source of new Set(inputs)) {
      if (source !== undefined) this.edges.push(`  ${source.vertex} -->|"${escaped(source.text)}"| ${vertex}`);
    }
    return box.outputs.map(({ text }) => ({ vertex, text }));
  }

  #subgraph(box: Box, inputs: readonly (Source | undefined)[], level: number): readonly (Source | undefined)[] {
    const indent = '  '.repeat(level);
    const title = [`${box.title}${box.count > 1 && box.kind !== 'repeat' ? ` ×${box.count}` : ''}`, box.detail];
    const label = escaped(title.filter((text) => text !== '').join(', '));
    this.vertices.push(`${indent}subgraph s${this.#count++}["${label}"]`);
    const outputs = this.content(box, inputs, level + 1);
    this.vertices.push(`${indent}end`);
    return outputs;
  }

  classes(): string[] {
    if (this.heat !== undefined) return this.#shades();
    return FAMILIES.flatMap((family) => {
      const members = this.#members.get(family);
      if (members === undefined) return [];
      const [fill, stroke] = colours[family];
      return [
        `  classDef ${family} fill:${fill},stroke:${stroke},color:#1c2733`,
        `  class ${members.join(',')} ${family}`,
      ];
    });
  }

  #shades(): string[] {
    return Array.from({ length: HEAT_LEVELS }, (_, level) => level).flatMap((level) => {
      const members = this.#members.get(`heat-${level}`);
      if (members === undefined) return [];
      return [
        `  classDef heat${level} fill:${heatColour(level)},stroke:#66788c,color:#1c2733`,
        `  class ${members.join(',')} heat${level}`,
      ];
    });
  }
}

/** As text in quotes: Mermaid reads entities with `#` for `&`. */
function escaped(text: string): string {
  return text.replace(/[#"&<>`\\]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\p{Cc}/gu, ' ');
}
