/**
 * What two graphs are compared by: a number for each layer and each block that is the same exactly where the content is.
 *
 * Names take no part, and neither do shapes: a block that reads a wider tensor is still the same block. Numbers come from
 * one table for both graphs, so that nothing is ever equal by accident.
 */
import type { Node, NodeId } from '../graph.ts';
import type { Outline } from './outline.ts';

/** Gives equal texts equal numbers. */
export class Interner {
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}

export interface Fingerprints {
  /** By node: its operation with all attributes. */
  readonly layers: readonly number[];
  /** By scope: the layers in it, however they are grouped, and how they are wired. */
  readonly contents: readonly number[];
  /** By node: whether it has a kernel or a table, and so tells more about a block than an activation or a norm does. */
  readonly weighty: readonly boolean[];
}

export function fingerprintsOf(outline: Outline, interner: Interner): Fingerprints {
  const layers = outline.graph.nodes.map((node) => interner.number(layerText(node)));
  const position = new Map<NodeId, number>();
  const contents = outline.members.map((members) => interner.number(contentText(outline, members, layers, position)));
  const weighty = outline.weights.map((weights) => weights.some(({ shape }) => shape.length > 1));
  return { layers, contents, weighty };
}

function layerText({ op, attributes }: Node): string {
  return `${op} ${JSON.stringify(attributes)}`;
}

/** Inputs from inside are told by their distance in the list, those from outside by the order in which they come in. */
function contentText(
  { graph }: Outline,
  members: readonly NodeId[],
  layers: readonly number[],
  position: Map<NodeId, number>,
): string {
  position.clear();
  const outside = new Map<number, number>();
  const pieces: string[] = [];
  for (const [at, id] of members.entries()) {
    position.set(id, at);
    const node = graph.nodes[id]!;
    let text = String(layers[id]);
    for (const input of node.inputs) {
      const { node: producer, output } = graph.values[input]!;
      const inside = position.get(producer);
      if (inside !== undefined) text += ` ${at - inside}.${output}`;
      else {
        const known = outside.get(input) ?? outside.size;
        outside.set(input, known);
        text += ` x${known}`;
      }
    }
    if (node.sharedWith !== undefined) {
      const first = position.get(node.sharedWith);
      text += first === undefined ? ' s' : ` s${at - first}`;
    }
    pieces.push(text);
  }
  return pieces.join('\n');
}
