/**
 * What of a picture is to be seen: boxes that are open to a depth, repeated ones folded, with the texts on them and the
 * edges between them. Nothing has a place yet.
 *
 * A box is connected by ports. An edge joins two boxes in the same box, or one of them with that box's border, so that
 * a tensor that goes into a block from afar crosses each border on its way at a port.
 */

import { grouped } from '../../shared/grouped.ts';
import type { ValueId } from '../graph.ts';
import { type Family, familyOf } from './family.ts';
import { costText, shapeText } from './figures.ts';
import { baseName, foldRuns, type Run, structures } from './fold.ts';
import { mergeItems, severalShapes } from './merge.ts';
import type { Block, Item, Picture } from './picture.ts';

/** What a review says of a path. */
export type Mark = 'added' | 'removed' | 'changed' | 'moved';
export type Marks = ReadonlyMap<string, Mark>;

export interface ViewOptions {
  /** Blocks are open above this level: at 1 those of the model are closed, at 2 theirs are. */
  readonly depth: number;
  /** Of blocks by path, where it is not how many blocks are around: the level that counts for the depth. */
  readonly levels?: ReadonlyMap<string, number>;
  /** Blocks, by path, that are open at any depth. */
  readonly opened?: ReadonlySet<string>;
  /** Boxes, by id, that are the other way round: open below the depth, closed above it. */
  readonly toggled?: ReadonlySet<string>;
  /** Whether what repeats in a chain is one with ×N. On unless told. */
  readonly fold?: boolean;
  /** By path. A closed block in which something is marked counts as changed. */
  readonly marks?: Marks;
  /** By path: what has different texts here is not folded together. */
  readonly apart?: ReadonlyMap<string, string>;
}

export interface InPort {
  readonly value: ValueId;
  /** As the block calls it; empty where it has no name. */
  readonly name: string;
}

export interface OutPort {
  /** Everything outside that means this port; several for rounds whose results are collected. */
  readonly values: readonly ValueId[];
  /** Inside of the box. */
  readonly inner: ValueId;
  /** `112×112×32`, `×3 112×112×32`. */
  readonly text: string;
}

export interface Box {
  /** Unique in a view; what `toggled` names. */
  readonly id: string;
  /** `part`: some of many operations in a row; `output`: an output of the model. */
  readonly kind: 'operation' | 'block' | 'repeat' | 'part' | 'output';
  readonly path: string;
  /** What it shows; of a repeat or part undefined. */
  readonly item: Item | undefined;
  readonly family: Family | undefined;
  readonly title: string;
  /** Attributes; empty where there are none to show. */
  readonly detail: string;
  /** Parameters and multiply-accumulates; of operations empty. */
  readonly cost: string;
  /** How many rounds this stands for. */
  readonly count: number;
  readonly mark: Mark | undefined;
  readonly inputs: readonly InPort[];
  readonly outputs: readonly OutPort[];
  /** Whether it has anything to open. */
  readonly openable: boolean;
  /** Undefined while closed. */
  readonly content: Content | undefined;
}

export interface Content {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** A place where an edge ends: a port of a box of the content, or of the border around it. */
export interface End {
  /** Index into `boxes`, or -1 for the border. */
  readonly box: number;
  readonly port: number;
}

export interface Edge {
  readonly from: End;
  readonly to: End;
}

export interface View {
  readonly root: Box;
  /** How many boxes there are, at any depth. */
  readonly boxes: number;
  /** By path of everything that is folded: the path of the first in its fold. */
  readonly folded: ReadonlyMap<string, string>;
}

const BORDER = -1;
/** More boxes than this in a row are shown in parts. */
const MOST_IN_A_ROW = 160;

export function viewOf(picture: Picture, options: ViewOptions): View {
  const viewer = new Viewer(picture, options);
  const root = viewer.root();
  return { root, boxes: countOf(root) - 1, folded: viewer.folded };
}

function countOf({ content }: Box): number {
  return 1 + (content?.boxes.reduce((sum, box) => sum + countOf(box), 0) ?? 0);
}

class Viewer {
  readonly folded = new Map<string, string>();
  readonly #marks: Marks;
  /** Paths of everything that has something marked in it. */
  readonly #around = new Set<string>();
  readonly #structureOf: (item: Item) => number;
  /** Of values whose shape is not that of one tensor alone. */
  readonly #texts = new Map<ValueId, string>();

  constructor(
    readonly picture: Picture,
    readonly options: ViewOptions,
  ) {
    this.#marks = options.marks ?? new Map();
    for (const path of this.#marks.keys()) {
      this.#around.add('');
      for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) this.#around.add(path.slice(0, at));
    }
    this.#structureOf = structures(picture, (item) => this.#marks.get(item.path) ?? '');
  }

  root(): Box {
    const { root, outputs } = this.picture;
    const ends = outputs.map(({ name, value }, at): Box => {
      const text = shapeText(this.picture.shapes[value]!);
      return {
        ...this.#plain('output', `output:${at}`, name, text),
        family: 'source',
        inputs: [{ value, name: '' }],
      };
    });
    const leaving = outputs.map(({ value }) => value);
    const boxes = [...this.#boxesOf(root.items, leaving, '', 1), ...ends];
    const box = this.#blockBox(root, 1, [], 0);
    return { ...box, mark: undefined, outputs: [], openable: false, content: { boxes, edges: edgesOf(boxes, [], []) } };
  }

  #boxesOf(items: readonly Item[], leaving: readonly ValueId[], path: string, level: number): readonly Box[] {
    const parts = this.options.fold === false ? items : foldRuns(items, leaving, this.#foldedBy);
    const used = usesOf(items, leaving);
    const siblings = differencesOf(parts);
    let end = 0;
    const boxes = parts.map((part) => {
      end += part.kind === 'run' ? part.rounds.length * part.rounds[0]!.length : 1;
      if (part.kind !== 'run') return this.#itemBox(part, 1, portsOf(part, this.#shapeText), level, siblings);
      const after = end;
      return this.#runBox(part, (value) => used.get(value)?.some((at) => at >= after) ?? false, level);
    });
    return boxes.length > MOST_IN_A_ROW ? this.#inParts(boxes, leaving, path, level) : boxes;
  }

  readonly #foldedBy = (item: Item): number | string => {
    const apart = this.options.apart?.get(item.path);
    return apart === undefined ? this.#structureOf(item) : `${this.#structureOf(item)} ${apart}`;
  };

  readonly #shapeText = (value: ValueId): string => this.#texts.get(value) ?? shapeText(this.picture.shapes[value]!);

  #runBox({ rounds, collected }: Run, leaves: (value: ValueId) => boolean, level: number): Box {
    const [first, last] = [rounds[0]!, rounds.at(-1)!];
    const count = rounds.length;
    for (const round of rounds) for (const { path } of round) this.folded.set(path, first[0]!.path);
    const merged = first.map((_, at) =>
      mergeItems(
        rounds.map((round) => round[at]!),
        this.picture,
        this.#texts,
      ),
    );
    const outsideOf = (place: number): OutPort[] =>
      first[place]!.outputs.flatMap((inner, slot): OutPort[] => {
        const values = rounds.map((round) => round[place]!.outputs[slot]!);
        const all = collected.has(inner);
        const text = all
          ? `×${count}  ${severalShapes(values.map((value) => this.picture.shapes[value]!))}`
          : shapeText(this.picture.shapes[values.at(-1)!]!);
        const outer = all ? values : [values.at(-1)!];
        return outer.some(leaves) ? [{ values: outer, inner, text }] : [];
      });
    if (merged.length === 1) {
      const [item] = merged;
      return this.#itemBox(item!, count, outsideOf(0), level, new Map());
    }
    const made = new Set(first.flatMap((item) => item.outputs));
    const inputs = [...new Set(first.flatMap((item) => item.inputs))].filter((value) => !made.has(value));
    const outputs = last.flatMap((_, place) => outsideOf(place));
    const boxes = merged.map((item) =>
      this.#itemBox(item, 1, portsOf(item, this.#shapeText), level, differencesOf(merged)),
    );
    const cost = costText({ parameters: sum(merged, 'parameters'), macs: sum(merged, 'macs') });
    const ports = { inputs: inputs.map((value) => ({ value, name: '' })), outputs };
    return {
      ...this.#plain('repeat', `×${first[0]!.path}`, `×${count}`, ''),
      cost,
      count,
      ...ports,
      content: { boxes, edges: edgesOf(boxes, ports.inputs, ports.outputs) },
    };
  }

  #itemBox(
    item: Item,
    count: number,
    outputs: readonly OutPort[],
    level: number,
    siblings: ReadonlyMap<string, ReadonlySet<string>>,
  ): Box {
    if (item.kind === 'block') return this.#blockBox(item, count, outputs, level, siblings);
    const source = item.op === 'input' || item.op === 'weight' || item.op === 'constant';
    const detail = source
      ? shapeText(this.picture.shapes[item.outputs[0]!]!)
      : item.attributes
          .filter(({ shown }) => shown !== 'never')
          .map(({ name, text, shown }) => (shown === 'bare' ? text : `${name} ${text}`))
          .join(', ');
    return {
      ...this.#plain(
        'operation',
        `op:${item.path}`,
        item.op === 'input' ? item.name : titleOf(item.name, item.op),
        detail,
      ),
      path: item.path,
      item,
      family: familyOf[item.op],
      count,
      mark: this.#marks.get(item.path),
      inputs: item.inputs.map((value) => ({ value, name: '' })),
      outputs,
    };
  }

  #blockBox(
    item: Block,
    count: number,
    outputs: readonly OutPort[],
    level: number,
    siblings: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
  ): Box {
    const id = item.path;
    const inputs = item.inputs.map((value, at) => ({ value, name: item.inputNames[at] ?? '' }));
    const { depth, levels, opened, toggled } = this.options;
    const own = levels?.get(id) ?? level;
    const open = item !== this.picture.root && (opened?.has(id) || own < depth) !== (toggled?.has(id) ?? false);
    const differing = siblings.get(item.block ?? '');
    const content = (): Content => {
      const boxes = this.#boxesOf(item.items, item.outputs, item.path, own + 1);
      return { boxes, edges: edgesOf(boxes, inputs, outputs) };
    };
    return {
      ...this.#plain(
        'block',
        id,
        item.block === undefined ? item.name : titleOf(item.name, item.block),
        item.attributes
          .filter(({ name, shown }) => shown === 'varies' || differing?.has(name))
          .map(({ name, text }) => `${name} ${text}`)
          .join(', '),
      ),
      path: item.path,
      item,
      cost: costText(item),
      count,
      mark: this.#marks.get(item.path) ?? (!open && this.#around.has(item.path) ? 'changed' : undefined),
      inputs,
      outputs,
      openable: true,
      content: open ? content() : undefined,
    };
  }

  /** Boxes in parts of equal length; no order of values runs backwards between them. */
  #inParts(boxes: readonly Box[], leaving: readonly ValueId[], path: string, level: number): readonly Box[] {
    const length = Math.max(Math.ceil(Math.sqrt(boxes.length)), Math.ceil(boxes.length / MOST_IN_A_ROW));
    const users = usesOf(
      boxes.map((box) => ({ inputs: box.inputs.map(({ value }) => value) })),
      leaving,
    );
    const parts: Box[] = [];
    for (let start = 0; start < boxes.length; start += length) {
      const own = boxes.slice(start, start + length);
      const end = start + own.length;
      const made = new Set(own.flatMap((box) => box.outputs.flatMap(({ values }) => values)));
      const inputs = [...new Map(own.flatMap((box) => box.inputs.map((port) => [port.value, port]))).values()].filter(
        ({ value }) => !made.has(value),
      );
      const outputs = own
        .flatMap((box) => box.outputs)
        .filter(({ values }) => values.some((value) => users.get(value)?.some((at) => at >= end)))
        .map((port) => ({ ...port, inner: port.values.at(-1)! }));
      const id = `${path}#${start + 1}`;
      const open = level < this.options.depth !== (this.options.toggled?.has(id) ?? false);
      const items = own.flatMap(({ item }) => (item === undefined ? [] : [item]));
      parts.push({
        ...this.#plain('part', id, `${grouped(start + 1)} to ${grouped(end)} of ${grouped(boxes.length)}`, ''),
        path,
        cost: costText({ parameters: sum(items, 'parameters'), macs: sum(items, 'macs') }),
        mark: own.some(({ mark }) => mark !== undefined) ? 'changed' : undefined,
        inputs,
        outputs,
        openable: true,
        content: open ? { boxes: own, edges: edgesOf(own, inputs, outputs) } : undefined,
      });
    }
    return parts;
  }

  #plain(kind: Box['kind'], id: string, title: string, detail: string): Box {
    return {
      id,
      kind,
      path: '',
      item: undefined,
      family: undefined,
      title,
      detail,
      cost: '',
      count: 1,
      mark: undefined,
      inputs: [],
      outputs: [],
      openable: false,
      content: undefined,
    };
  }
}

function portsOf(item: Item, textOf: (value: ValueId) => string): readonly OutPort[] {
  return item.outputs.map((value) => ({ values: [value], inner: value, text: textOf(value) }));
}

/** `stem: Stem`, but `Stem` where the name is no other than the kind. */
function titleOf(name: string, kind: string): string {
  return baseName(name) === kind ? kind : `${name}: ${kind}`;
}

/** For each block that is used several times side by side: the parameters that are not the same in all uses. */
function differencesOf(parts: readonly (Item | Run)[]): ReadonlyMap<string, ReadonlySet<string>> {
  const texts = new Map<string, Map<string, Set<string>>>();
  for (const part of parts) {
    const items = part.kind === 'run' ? part.rounds.flat() : [part];
    for (const item of items) {
      if (item.kind !== 'block' || item.block === undefined) continue;
      const own = texts.get(item.block) ?? new Map<string, Set<string>>();
      texts.set(item.block, own);
      for (const { name, text } of item.attributes) own.set(name, (own.get(name) ?? new Set()).add(text));
    }
  }
  return new Map(
    [...texts].map(([block, own]) => [
      block,
      new Set([...own].filter(([, each]) => each.size > 1).map(([name]) => name)),
    ]),
  );
}

/** Where in a list each value is used; what leaves the list is used at its end. */
function usesOf(
  list: readonly { readonly inputs: readonly ValueId[] }[],
  leaving: readonly ValueId[],
): ReadonlyMap<ValueId, number[]> {
  const uses = new Map<ValueId, number[]>();
  const use = (value: ValueId, at: number): void => {
    const known = uses.get(value);
    if (known === undefined) uses.set(value, [at]);
    else known.push(at);
  };
  for (const [at, { inputs }] of list.entries()) for (const value of inputs) use(value, at);
  for (const value of leaving) use(value, list.length);
  return uses;
}

function edgesOf(boxes: readonly Box[], inputs: readonly InPort[], outputs: readonly OutPort[]): readonly Edge[] {
  const sources = new Map<ValueId, End>(inputs.map(({ value }, port) => [value, { box: BORDER, port }]));
  for (const [box, { outputs: ports }] of boxes.entries()) {
    for (const [port, { values, inner }] of ports.entries()) {
      for (const value of [...values, inner]) sources.set(value, { box, port });
    }
  }
  const edges = new Map<string, Edge>();
  const join = (value: ValueId, to: End): void => {
    const from = sources.get(value);
    if (from === undefined) return;
    // Features that every round of a fold gives are one edge, into however many places of a list they go.
    const key = `${from.box}.${from.port} ${to.box}${to.box === BORDER ? `.${to.port}` : ''}`;
    if (!edges.has(key)) edges.set(key, { from, to });
  };
  for (const [box, { inputs: ports }] of boxes.entries()) {
    for (const [port, { value }] of ports.entries()) join(value, { box, port });
  }
  for (const [port, { inner }] of outputs.entries()) join(inner, { box: BORDER, port });
  return [...edges.values()];
}

function sum(items: readonly Item[], figure: 'parameters' | 'macs'): number {
  return items.reduce((total, item) => total + item[figure], 0);
}
