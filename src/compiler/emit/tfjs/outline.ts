/**
 * The graph as nested bodies: one for the model and one for each use of a block, each a list of operations and of uses
 * of other blocks, in an order in which values are made before they are used. Groups that a named result makes are part
 * of the body around them. A model that is nothing but one use of a block takes over that block's body.
 */
import type { BlockInput, BlockUse, Graph, Node, Scope, ScopeId, ValueId } from '../../graph.ts';
import { shapeOf } from '../../graph.ts';
import { weightsOf } from '../../ops/weights/index.ts';
import { takes } from './call.ts';
import { parseSegment, relativePath } from './names.ts';
import { callOf } from './ops/index.ts';

export type Item =
  | { readonly kind: 'op'; readonly node: Node; readonly path: string }
  | { readonly kind: 'use'; readonly body: Body; readonly path: string };

export interface Body {
  readonly scope: Scope;
  readonly block: BlockUse;
  readonly items: readonly Item[];
  /** What it takes from outside, the block's declared inputs first. */
  readonly inputs: readonly BlockInput[];
  readonly outputs: readonly { readonly name: string | undefined; readonly value: ValueId }[];
  /** Whether any of it behaves differently while training, and whether it has weights or dropout. */
  readonly traits: Traits;
  /** 0 without uses of other blocks, otherwise one more than the highest of them. */
  readonly height: number;
  /** For each named group inside: the values it makes, in order; for the names of variables. */
  readonly groupOf: ReadonlyMap<ValueId, string>;
}

export interface Traits {
  readonly mode: boolean;
  readonly dropout: boolean;
  readonly weights: boolean;
}

export function itemInputs(item: Item): readonly ValueId[] {
  return item.kind === 'op' ? item.node.inputs : item.body.inputs.map(({ value }) => value);
}

export function itemOutputs(item: Item): readonly ValueId[] {
  return item.kind === 'op' ? item.node.outputs : item.body.outputs.map(({ value }) => value);
}

export function itemTraits(graph: Graph, item: Item): Traits {
  if (item.kind === 'use') return item.body.traits;
  const call = callOf(graph, item.node);
  return { mode: takes(call, 'mode'), dropout: takes(call, 'name'), weights: weightsOf(graph, item.node).length > 0 };
}

export function outline(graph: Graph): Body {
  const contents = contentsOf(graph);
  const consumers = consumersOf(graph);

  const build = (scope: Scope): Body => {
    const block = scope.block!;
    const groupOf = new Map<ValueId, string>();
    const items: Item[] = [];
    const collect = (inside: ScopeId, group: string | undefined): void => {
      for (const child of contents.get(inside) ?? []) {
        if ('op' in child) {
          if (child.op === 'input') continue;
          items.push({ kind: 'op', node: child, path: relativePath(child.path, scope.path) });
        } else if (child.block === undefined) {
          collect(child.id, group ?? child.name);
          continue;
        } else {
          const body = build(child);
          if (body.items.length === 0) continue;
          items.push({ kind: 'use', body, path: relativePath(child.path, scope.path) });
        }
        if (group !== undefined) for (const value of itemOutputs(items.at(-1)!)) groupOf.set(value, group);
      }
    };
    collect(scope.id, undefined);

    const own = new Set(nodesOf(items));
    const made = new Set([...own].flatMap((node) => node.outputs));
    const needed = new Set([...own].flatMap((node) => node.inputs.filter((value) => !made.has(value))));
    const escaping = [...made].filter(
      (value) =>
        graph.outputs.some((output) => output.value === value) || consumers(value).some((node) => !own.has(node)),
    );
    const traits = items.map((item) => itemTraits(graph, item));
    return {
      scope,
      block,
      items: inOrder(items, made),
      inputs: ports(block.inputs, needed, (value) => ({ name: `input${value}`, value })),
      outputs: ports(
        block.outputs.filter(({ value }) => made.has(value)),
        new Set(escaping),
        (value) => ({ name: undefined, value }),
        true,
      ),
      traits: {
        mode: traits.some(({ mode }) => mode),
        dropout: traits.some(({ dropout }) => dropout),
        weights: traits.some(({ weights }) => weights),
      },
      height: Math.max(0, ...items.map((item) => (item.kind === 'use' ? item.body.height + 1 : 0))),
      groupOf,
    };
  };

  const model = build(graph.scopes[0]!);
  const whole = { ...model, inputs: graph.inputs, outputs: modelOutputs(graph) };
  const inner = passedOnTo(model);
  if (inner === undefined) return whole;
  return { ...whole, block: { ...model.block, doc: model.block.doc ?? inner.block.doc }, ...bodyOf(inner) };
}

/** The block that does all the work, where a body consists of one use that does not even show in paths. */
function passedOnTo({ items }: Body): Body | undefined {
  const [only] = items;
  if (items.length !== 1 || only?.kind !== 'use' || only.path !== '') return undefined;
  return passedOnTo(only.body) ?? only.body;
}

function bodyOf({ items, groupOf, traits, height }: Body): Pick<Body, 'items' | 'groupOf' | 'traits' | 'height'> {
  return { items, groupOf, traits, height };
}

function modelOutputs(graph: Graph): Body['outputs'] {
  return graph.outputs.map(({ name, value }) => ({ name, value }));
}

/** Nodes and scopes by the scope that they stand in, in the order of the nodes. */
function contentsOf(graph: Graph): Map<ScopeId, (Node | Scope)[]> {
  const contents = new Map<ScopeId, (Node | Scope)[]>();
  const seen = new Set<ScopeId>();
  const add = (scope: ScopeId, child: Node | Scope): void => {
    const before = contents.get(scope);
    if (before === undefined) contents.set(scope, [child]);
    else before.push(child);
  };
  const enter = (id: ScopeId): void => {
    const scope = graph.scopes[id]!;
    if (seen.has(id) || scope.parent === undefined) return;
    seen.add(id);
    enter(scope.parent);
    add(scope.parent, scope);
  };
  for (const node of graph.nodes) {
    enter(node.scope);
    add(node.scope, node);
  }
  return contents;
}

function consumersOf(graph: Graph): (value: ValueId) => readonly Node[] {
  const consumers: Node[][] = graph.values.map(() => []);
  for (const node of graph.nodes) for (const input of new Set(node.inputs)) consumers[input]!.push(node);
  return (value) => consumers[value]!;
}

function* nodesOf(items: readonly Item[]): Iterable<Node> {
  for (const item of items) {
    if (item.kind === 'op') yield item.node;
    else yield* nodesOf(item.body.items);
  }
}

/** The declared ports that are needed, each value once, and then what else is needed. */
function ports<Port extends { readonly value: ValueId }>(
  declared: readonly Port[],
  needed: ReadonlySet<ValueId>,
  portOf: (value: ValueId) => Port,
  keepDeclared = false,
): readonly Port[] {
  const found = new Map<ValueId, Port>();
  for (const port of declared) {
    if ((keepDeclared || needed.has(port.value)) && !found.has(port.value)) found.set(port.value, port);
  }
  for (const value of needed) if (!found.has(value)) found.set(value, portOf(value));
  return [...found.values()];
}

/** The first of the items that has all it needs, again and again. */
function inOrder(items: readonly Item[], made: ReadonlySet<ValueId>): readonly Item[] {
  const ready = new Set<ValueId>();
  const waiting = [...items];
  const ordered: Item[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex((item) => itemInputs(item).every((value) => !made.has(value) || ready.has(value)));
    if (at < 0) throw new Error('blocks take values from each other in a circle');
    const [item] = waiting.splice(at, 1);
    for (const value of itemOutputs(item!)) ready.add(value);
    ordered.push(item!);
  }
  return ordered;
}

/** The list that a path's last segment stands in, and where: `blocks/conv[2]` is at 2 of `blocks/conv`. */
export function listPlace(path: string): { readonly list: string; readonly index: number | undefined } {
  const slash = path.lastIndexOf('/') + 1;
  const { name, index } = parseSegment(path.slice(slash));
  return { list: path.slice(0, slash) + name, index };
}

export function rankOf(graph: Graph, value: ValueId): number {
  return shapeOf(graph, value).length + 1;
}
