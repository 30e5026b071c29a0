/**
 * Which functions the generated code has.
 *
 * Uses of one block whose bodies have the same form share a function; compile-time values in which they differ become
 * its options, sizes in which they differ symbols. Other forms of the block get functions of their own. Uses that follow
 * one another as a chain, with equal options and sizes, become a loop.
 */
import type { Graph, Node, ValueId } from '../../graph.ts';
import { type Shape, shapeOf } from '../../graph.ts';
import { weightsOf } from '../../ops/weights/index.ts';
import { type Call, skeletonOf, slotsOf } from './call.ts';
import { type Literal, literalKey, typeOfAll } from './literal.ts';
import { camelCase, Names, parseSegment, pascalCase } from './names.ts';
import { callOf } from './ops/index.ts';
import {
  type Body,
  type Item,
  itemInputs,
  itemOutputs,
  itemTraits,
  listPlace,
  rankOf,
  type Traits,
} from './outline.ts';
import { Symbols } from './symbols.ts';

/** One use of a block: which function it calls, with what. */
export interface Use {
  readonly body: Body;
  plan: FunctionPlan;
  /** Values of the function's options. */
  options: ReadonlyMap<string, Literal>;
  /** Which of the function's uses this is. */
  at: number;
}

export type Statement = OpStatement | UseStatement | LoopStatement;

export interface OpStatement {
  readonly kind: 'op';
  readonly node: Node;
  readonly call: Call;
  readonly path: string;
}

export interface UseStatement {
  readonly kind: 'use';
  readonly use: Use;
  readonly path: string;
}

/** `x = block(x, weights)` for each of some elements of a list of weights. */
export interface LoopStatement {
  readonly kind: 'loop';
  readonly uses: readonly Use[];
  /** The path of the list: `blocks/conv`. */
  readonly list: string;
  /** The place of the first element in the list. */
  readonly first: number;
  readonly toEnd: boolean;
  /** Which input is carried from one iteration to the next. */
  readonly carried: number;
  /** Whether all iterations have the same sizes. */
  readonly uniform: boolean;
  /** Whether other functions have weights in the same list. */
  readonly mixed: boolean;
}

/** An option of a function, and the slots of its calls that take it. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  /** The value in each use. */
  readonly values: readonly Literal[];
}

/** What stands in a slot: a value, or an option of the function around it. */
export type Filling = { readonly value: Literal } | { readonly parameter: string };

export interface FunctionPlan {
  readonly block: Body['block'];
  readonly bodies: readonly Body[];
  /** Of each use, alike in form. */
  readonly statements: readonly (readonly Statement[])[];
  readonly traits: Traits;
  readonly parameters: readonly Parameter[];
  /** For each statement what fills the slots of its call, or the options of the function it uses. */
  readonly fillings: readonly (readonly Filling[])[];
  readonly symbols: Symbols;
  /** `drdb`, given once all are known. */
  name: string;
  /** `DRDBWeights`, given with the name. */
  weights: string;
}

/** All functions, those that others use first and the model's last. */
export function planFunctions(graph: Graph, model: Body): readonly FunctionPlan[] {
  const bodies = withNested(model);
  const uses = new Map<Body, Use>();
  const plans: FunctionPlan[] = [];
  for (let height = 0; height <= model.height; height += 1) {
    const groups = new Map<string, { bodies: Body[]; statements: (readonly Statement[])[] }>();
    for (const body of bodies.filter((each) => each.height === height)) {
      const statements = statementsOf(graph, body, uses);
      const form = `${body === model ? 'model' : body.block.name}\n${formOf(graph, body, statements, plans)}`;
      const group = groups.get(form) ?? { bodies: [], statements: [] };
      group.bodies.push(body);
      group.statements.push(statements);
      groups.set(form, group);
    }
    for (const group of groups.values()) {
      const plan = planFunction(graph, group.bodies, group.statements);
      plans.push(plan);
      for (const [at, body] of group.bodies.entries()) {
        const options = new Map(plan.parameters.map(({ name, values }) => [name, values[at]!]));
        uses.set(body, { body, plan, options, at });
      }
    }
  }
  return plans;
}

function withNested(body: Body): readonly Body[] {
  return [body, ...body.items.flatMap((item) => (item.kind === 'use' ? withNested(item.body) : []))];
}

// ── statements ────────────────────────────────────────────────────────────────────────────────────────────────────

function statementsOf(graph: Graph, body: Body, uses: ReadonlyMap<Body, Use>): readonly Statement[] {
  const statements: Statement[] = [];
  const { items } = body;
  const neighbours = neighboursIn(items);
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at]!;
    if (item.kind === 'op') {
      statements.push({ kind: 'op', node: item.node, call: callOf(graph, item.node), path: item.path });
      continue;
    }
    const chain = item.body.traits.weights ? chainFrom(graph, body, at, uses, neighbours) : undefined;
    if (chain === undefined) {
      statements.push({ kind: 'use', use: uses.get(item.body)!, path: item.path });
    } else {
      statements.push(chain);
      at += chain.uses.length - 1;
    }
  }
  return statements;
}

/** What the items of a body have to do with each other, found once. */
interface Neighbours {
  /** The items of each list, with their places in it. */
  readonly lists: ReadonlyMap<string, readonly { readonly item: Item; readonly index: number }[]>;
  readonly readers: ReadonlyMap<ValueId, ReadonlySet<Item>>;
}

function neighboursIn(items: readonly Item[]): Neighbours {
  const lists = new Map<string, { item: Item; index: number }[]>();
  const readers = new Map<ValueId, Set<Item>>();
  for (const item of items) {
    const { list, index = 0 } = listPlace(item.path);
    const before = lists.get(list);
    if (before === undefined) lists.set(list, [{ item, index }]);
    else before.push({ item, index });
    for (const value of itemInputs(item)) {
      const others = readers.get(value);
      if (others === undefined) readers.set(value, new Set([item]));
      else others.add(item);
    }
  }
  return { lists, readers };
}

/** With sizes that differ, lines with a shape each say more than a short loop. */
const SHORTEST_UNEVEN_LOOP = 4;

/** The longest loop that begins with this item, if there is one of two iterations or more. */
function chainFrom(
  graph: Graph,
  body: Body,
  at: number,
  uses: ReadonlyMap<Body, Use>,
  { lists, readers }: Neighbours,
): LoopStatement | undefined {
  const { items, outputs } = body;
  const first = items[at]!;
  const place = listPlace(first.path);
  if (place.index === undefined) return undefined;

  const isReturned = (item: Item): boolean =>
    itemOutputs(item).some((value) => outputs.some((output) => output.value === value));
  const isReadByOthers = (item: Item, reader: Item): boolean =>
    itemOutputs(item).some((value) => [...(readers.get(value) ?? [])].some((other) => other !== reader));
  let carried: number | undefined;
  let end = at + 1;
  for (; end < items.length; end += 1) {
    const [before, item] = [items[end - 1]!, items[end]!];
    const { list, index } = listPlace(item.path);
    if (item.kind !== 'use' || before.kind !== 'use' || list !== place.list || index !== place.index + end - at) break;
    if (!isSameCall(uses.get(before.body)!, uses.get(item.body)!) || isReturned(before)) break;
    if (isReadByOthers(before, item)) break;
    const changed = itemInputs(item).flatMap((value, input) => (value === itemInputs(before)[input] ? [] : [input]));
    if (changed.length !== 1 || itemInputs(item)[changed[0]!] !== itemOutputs(before)[0]) break;
    if (itemOutputs(item).length !== 1 || (carried !== undefined && carried !== changed[0])) break;
    carried = changed[0];
  }
  if (carried === undefined) return undefined;
  const siblings = lists.get(place.list)!;
  const places = new Set(siblings.map(({ index }) => index));
  if (!siblings.every((_, index) => places.has(index))) return undefined;
  const chained = items.slice(at, end).map((item) => uses.get((item as { body: Body }).body)!);
  const sizes = chained.map(({ body: each }) => sizesKey(graph, each));
  const alike = sizes.findIndex((key) => key !== sizes[0]);
  const uniform = alike !== 1;
  // One that differs stands before others that are alike: it is better written by itself.
  if (!uniform && (chained.length < SHORTEST_UNEVEN_LOOP || sizes[1] === sizes[2])) return undefined;
  const looped = uniform && alike > 0 ? chained.slice(0, alike) : chained;
  const last = place.index + looped.length;
  const { plan } = looped[0]!;
  const mixed = siblings.some(({ item }) => item.kind === 'op' || uses.get(item.body)!.plan !== plan);
  return {
    kind: 'loop',
    uses: looped,
    list: place.list,
    first: place.index,
    toEnd: last === siblings.length,
    carried,
    uniform,
    mixed,
  };
}

function isSameCall(a: Use, b: Use): boolean {
  return (
    a.plan === b.plan && [...a.options].every(([name, value]) => literalKey(value) === literalKey(b.options.get(name)!))
  );
}

/** All sizes in a body, as text. */
function sizesKey(graph: Graph, body: Body): string {
  const own = body.items.map((item) =>
    item.kind === 'use' ? sizesKey(graph, item.body) : weightsOf(graph, item.node).map(({ shape }) => shape),
  );
  const values = [...body.inputs.map(({ value }) => value), ...body.items.flatMap(itemOutputs)];
  return JSON.stringify([own, values.map((value) => shapeOf(graph, value))]);
}

/** The use that a statement begins with. */
export function usedBy(statement: UseStatement | LoopStatement): Use {
  return statement.kind === 'use' ? statement.use : statement.uses[0]!;
}

/** The values that a statement reads, in the order of the callee's inputs. */
export function inputsOf(statement: Statement): readonly ValueId[] {
  return statement.kind === 'op' ? statement.node.inputs : usedBy(statement).body.inputs.map(({ value }) => value);
}

export function outputsOf(statement: Statement): readonly ValueId[] {
  if (statement.kind === 'op') return statement.node.outputs;
  const last = statement.kind === 'use' ? statement.use : statement.uses.at(-1)!;
  return last.body.outputs.map(({ value }) => value);
}

export function traitsOf(graph: Graph, statement: Statement): Traits {
  return statement.kind === 'op'
    ? itemTraits(graph, { kind: 'op', node: statement.node, path: statement.path })
    : usedBy(statement).body.traits;
}

// ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** All that two uses must have in common to share a function. */
function formOf(graph: Graph, body: Body, statements: readonly Statement[], plans: readonly FunctionPlan[]): string {
  const references = new Map<ValueId, string>();
  const rank = (value: ValueId): string => `${references.get(value)}: ${rankOf(graph, value)}`;
  for (const [at, { value }] of body.inputs.entries()) references.set(value, `input ${at}`);
  const lines = [`takes ${body.inputs.map(({ name, value }) => `${name} ${rank(value)}`).join()}`];
  for (const [at, statement] of statements.entries()) {
    for (const [output, value] of outputsOf(statement).entries()) references.set(value, `value ${at}.${output}`);
    const { weights, dropout } = traitsOf(graph, statement);
    const wiring = `${inputsOf(statement)
      .map((value) => references.get(value))
      .join()} -> ${outputsOf(statement).map(rank).join()}`;
    const callee =
      statement.kind === 'op'
        ? `${skeletonOf(statement.call)} ${weightsOf(graph, statement.node).map(({ name }) => name)}`
        : `function ${plans.indexOf(usedBy(statement).plan)}`;
    const place =
      statement.kind === 'loop'
        ? `${statement.list} from ${statement.first} ${statement.toEnd ? 'on' : statement.uses.length} by ${statement.carried} ${statement.uniform} ${statement.mixed}`
        : weights || dropout
          ? statement.path
          : '';
    lines.push(`${statement.kind} ${callee} ${place} ${wiring}`);
  }
  lines.push(`gives ${body.outputs.map(({ name, value }) => `${name} ${references.get(value)}`).join()}`);
  return lines.join('\n');
}

function planFunction(
  graph: Graph,
  bodies: readonly Body[],
  statements: readonly (readonly Statement[])[],
): FunctionPlan {
  const symbols = new Symbols();
  const first = bodies[0]!;
  const sizes = (shapes: readonly Shape[], axis: number): number[] => shapes.map((shape) => shape[axis]!);
  for (const at of first.inputs.keys()) {
    const shapes = bodies.map((body) => shapeOf(graph, body.inputs[at]!.value));
    for (const axis of shapes[0]!.keys()) symbols.define(axisName(shapes[0]!.length, axis), sizes(shapes, axis));
  }
  for (const [name, value] of Object.entries(first.block.parameters)) {
    const values = bodies.map((body) => body.block.parameters[name]);
    if (Number.isInteger(value)) symbols.define(pascalCase(name), values as number[]);
  }
  const { parameters, fillings } = fillSlots(bodies, statements);
  return {
    block: first.block,
    bodies,
    statements,
    traits: first.traits,
    parameters,
    fillings,
    symbols,
    name: '',
    weights: '',
  };
}

/** `H`, `W`, `C` of an image; `L`, `C` of a sequence. */
export function axisName(rank: number, axis: number): string {
  const fromEnd = rank - axis;
  if (fromEnd === 1) return 'C';
  if (rank === 3) return fromEnd === 3 ? 'H' : 'W';
  return fromEnd === 2 ? 'L' : `D${fromEnd}`;
}

// ── options ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Finds a value that all uses have in common for each slot, or makes it an option of the function. */
function fillSlots(
  bodies: readonly Body[],
  statements: readonly (readonly Statement[])[],
): { parameters: readonly Parameter[]; fillings: readonly (readonly Filling[])[] } {
  const byValues = new Map<string, Parameter>();
  const names = new Names(['training']);
  const fillings = statements[0]!.map((statement, at) => {
    const slots = statements.map((use) => formsOf(use[at]!));
    return slots[0]!.map(({ name, forms }, slot): Filling => {
      const all = slots.map((use) => use[slot]!.forms);
      const common = forms.find((form) =>
        all.every((other) => other.some((each) => literalKey(each) === literalKey(form))),
      );
      if (common !== undefined) return { value: common };
      const values = all.map(([preferred]) => preferred!);
      const key = values.map(literalKey).join('\n');
      const parameter = byValues.get(key) ?? {
        name: names.claim(...optionNames(bodies, values, name, statement)),
        type: typeOfAll(values),
        values,
      };
      byValues.set(key, parameter);
      return { parameter: parameter.name };
    });
  });
  return { parameters: [...byValues.values()], fillings };
}

/** The compile-time values of a statement, each in its possible forms. */
function formsOf(statement: Statement): readonly { readonly name: string; readonly forms: readonly Literal[] }[] {
  if (statement.kind === 'op') return slotsOf(statement.call);
  return [...usedBy(statement).options].map(([name, value]) => ({ name, forms: [value] }));
}

/** The block's own parameter that has these values, or else what the slot is called. */
function optionNames(
  bodies: readonly Body[],
  values: readonly Literal[],
  slot: string,
  statement: Statement,
): readonly string[] {
  const own = Object.keys(bodies[0]!.block.parameters).filter((name) =>
    bodies.every(({ block }, use) => JSON.stringify(block.parameters[name]) === literalKey(values[use]!)),
  );
  const path = statement.kind === 'loop' ? statement.list : statement.path;
  const { name, index } = parseSegment(path.slice(path.lastIndexOf('/') + 1));
  return [...own.map(camelCase), slot, `${camelCase(name)}${index ?? ''}${pascalCase(slot)}`];
}
