/** The types of weights: one interface a function, mirroring the paths of the weights in it. */
import type { Graph } from '../../graph.ts';
import { weightsOf } from '../../ops/weights/index.ts';
import { camelCase, parseSegment } from './names.ts';
import {
  axisName,
  type FunctionPlan,
  type LoopStatement,
  type OpStatement,
  traitsOf,
  type UseStatement,
} from './plan.ts';

export interface WeightInterface {
  readonly name: string;
  /** Type parameters with their bounds: `C extends number = number`. */
  readonly parameters: readonly string[];
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  /** The type that it only renames: that of a block which this one does nothing but pass on to. */
  readonly alias: string | undefined;
  /** How each statement reaches its weights from `weights`: `.conv2d[1]`; loops reach their list. */
  readonly access: ReadonlyMap<number, string>;
}

type Tree =
  | { readonly kind: 'statement'; readonly at: number }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Tree> }
  | { readonly kind: 'list'; readonly elements: readonly { readonly index: number; readonly tree: Tree }[] };

interface Entry {
  readonly at: number;
  readonly segments: readonly string[];
}

export function weightInterface(graph: Graph, plan: FunctionPlan): WeightInterface {
  const entries = plan.statements[0]!.flatMap((statement, at): Entry[] => {
    if (!traitsOf(graph, statement).weights) return [];
    const path = statement.kind === 'loop' ? `${statement.list}[${statement.first}]` : statement.path;
    return [{ at, segments: path.split('/') }];
  });
  const passedOn = entries.find(({ segments }) => segments[0] === '');
  const fields = passedOn ? new Map<string, Tree>() : fieldsOf(entries, 0);
  const access = new Map<number, string>();
  const reach = (tree: Tree, path: string): void => {
    if (tree.kind === 'record') for (const [key, child] of tree.fields) reach(child, `${path}.${key}`);
    else if (tree.kind === 'statement') access.set(tree.at, path);
    else {
      for (const { index, tree: child } of tree.elements) {
        const isLoop = child.kind === 'statement' && plan.statements[0]![child.at]!.kind === 'loop';
        reach(child, isLoop ? path : `${path}[${index}]`);
      }
    }
  };
  for (const [key, tree] of fields) reach(tree, `.${key}`);
  if (passedOn) access.set(passedOn.at, '');
  const alias = passedOn && useType(plan, passedOn.at);
  const typed = [...fields].map(([name, tree]) => ({ name, type: typeOf(graph, plan, tree, '  ') }));
  const parameters = plan.symbols.typeParameters.map((symbol) => `${symbol} extends number = number`);
  return { name: plan.weights, parameters, fields: typed, alias, access };
}

function fieldsOf(entries: readonly Entry[], depth: number): ReadonlyMap<string, Tree> {
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { name } = parseSegment(entry.segments[depth]!);
    const before = byName.get(name);
    if (before === undefined) byName.set(name, [entry]);
    else before.push(entry);
  }
  const sharing = new Map<string, number>();
  for (const name of byName.keys()) sharing.set(camelCase(name), (sharing.get(camelCase(name)) ?? 0) + 1);
  const fields = new Map<string, Tree>();
  for (const [name, own] of byName) {
    // As `bindWeights` has it: names that would fall together stay as they are.
    fields.set(sharing.get(camelCase(name)) === 1 ? camelCase(name) : name, treeOf(own, depth));
  }
  return fields;
}

function treeOf(entries: readonly Entry[], depth: number): Tree {
  const within = (own: readonly Entry[]): Tree =>
    own[0]!.segments.length === depth + 1
      ? { kind: 'statement', at: own[0]!.at }
      : { kind: 'record', fields: fieldsOf(own, depth + 1) };
  const indexOf = (entry: Entry): number | undefined => parseSegment(entry.segments[depth]!).index;
  if (entries.every((entry) => indexOf(entry) === undefined)) return within(entries);
  const byIndex = new Map<number, Entry[]>();
  for (const entry of entries) {
    const index = indexOf(entry) ?? 0;
    const before = byIndex.get(index);
    if (before === undefined) byIndex.set(index, [entry]);
    else before.push(entry);
  }
  const ordered = [...byIndex].sort(([a], [b]) => a - b);
  const elements = ordered.map(([index, own]) => ({ index, tree: within(own) }));
  return { kind: 'list', elements };
}

function typeOf(graph: Graph, plan: FunctionPlan, tree: Tree, indent: string): string {
  if (tree.kind === 'record') {
    const inner = `${indent}  `;
    const lines = [...tree.fields].map(
      ([name, child]) => `${inner}readonly ${name}: ${typeOf(graph, plan, child, inner)};`,
    );
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  if (tree.kind === 'list') return listType(graph, plan, tree.elements, indent);
  const statement = plan.statements[0]![tree.at]!;
  return statement.kind === 'op' ? layerType(graph, plan, tree.at) : useType(plan, tree.at);
}

/** A tuple, in which equal neighbours are counted. An object with numbers for keys where places are empty. */
function listType(
  graph: Graph,
  plan: FunctionPlan,
  elements: readonly { readonly index: number; readonly tree: Tree }[],
  indent: string,
): string {
  const pieces = elements.map(({ tree }) => piecesOf(graph, plan, tree, indent));
  // Loops whose length differs between uses run to the end of the list, so that places before them are known.
  let place = 0;
  const places = pieces.map((own) => {
    const start = place;
    for (const { length } of own) place += length ?? 0;
    return start;
  });
  if (!elements.every(({ index }, at) => index === places[at])) {
    return `{ ${elements.map(({ index }, at) => `readonly ${index}: ${pieces[at]![0]!.type}`).join('; ')} }`;
  }
  const runs: Piece[] = [];
  for (const { type, length } of pieces.flat()) {
    const before = runs.at(-1);
    if (before?.type === type && before.length !== undefined && length !== undefined) {
      runs[runs.length - 1] = { type, length: before.length + length };
    } else runs.push({ type, length });
  }
  const [only] = runs;
  if (runs.length === 1 && only!.length === undefined) return `readonly ${only!.type}[]`;
  if (runs.length === 1 && only!.length! > 2) return `nn.Repeat<${only!.type}, ${only!.length}>`;
  const parts = runs.flatMap(({ type, length }) => {
    if (length === undefined) return [`...${type}[]`];
    return length <= 2 ? Array.from({ length }, () => type) : [`...nn.Repeat<${type}, ${length}>`];
  });
  const line = `readonly [${parts.join(', ')}]`;
  return line.length <= 90 && !line.includes('\n')
    ? line
    : `readonly [\n${parts.map((part) => `${indent}  ${part},`).join('\n')}\n${indent}]`;
}

/** Some elements of a list that have one type; how many is undefined where that differs between uses. */
interface Piece {
  readonly type: string;
  readonly length: number | undefined;
}

function piecesOf(graph: Graph, plan: FunctionPlan, tree: Tree, indent: string): readonly Piece[] {
  const loops = plan.statements.map((use) => (tree.kind === 'statement' ? use[tree.at] : undefined));
  if (tree.kind !== 'statement' || !loops.every((each) => each?.kind === 'loop')) {
    return [{ type: typeOf(graph, plan, tree, indent), length: 1 }];
  }
  const [{ uses, uniform }] = loops as [LoopStatement];
  const length = loops.every((each) => (each as LoopStatement).uses.length === uses.length) ? uses.length : undefined;
  if (uniform) return [{ type: useType(plan, tree.at), length }];
  if (length === undefined) return [{ type: uses[0]!.plan.weights, length }];
  return uses.map((_, iteration) => ({ type: useType(plan, tree.at, iteration), length: 1 }));
}

/** `nn.KernelAndBias<[3, 3, 64, 64]>`. */
function layerType(graph: Graph, plan: FunctionPlan, at: number): string {
  const rows = plan.statements.map((use) => weightsOf(graph, (use[at] as OpStatement).node));
  const sizes = (name: string): number[][] => {
    const shapes = rows.map((row) => row.find((weight) => weight.name === name)!.shape);
    return shapes[0]!.map((_, axis) => shapes.map((shape) => shape[axis]!));
  };
  const has = (name: string): boolean => rows[0]!.some((weight) => weight.name === name);
  const inType = (size: number[], hint: string): string => plan.symbols.inType(size, hint);
  if (has('value')) {
    const axes = sizes('value');
    return `nn.Learned<[${axes.map((size, axis) => inType(size, axisName(axes.length, axis))).join(', ')}]>`;
  }
  if (has('table')) {
    const [vocabulary, width] = sizes('table');
    return `nn.Embedding<[${inType(vocabulary!, 'Vocabulary')}, ${inType(width!, 'Width')}]>`;
  }
  if (!has('kernel')) {
    const channels = inType(sizes(rows[0]![0]!.name)[0]!, 'Channels');
    const types = channelTypes(has).map((type) => `nn.${type}<${channels}>`);
    return types.length === 1 ? types[0]! : `(${types.join(' & ')})`;
  }
  const kernel = sizes('kernel');
  const hints = ['Height', 'Width', 'In', 'Out'].slice(-kernel.length);
  const shape = `[${kernel.map((size, axis) => inType(size, hints[axis]!)).join(', ')}]`;
  if (!has('bias')) return `nn.Kernel<${shape}>`;
  const bias = inType(sizes('bias')[0]!, 'Out');
  return bias === inType(kernel.at(-1)!, 'Out') ? `nn.KernelAndBias<${shape}>` : `nn.KernelAndBias<${shape}, ${bias}>`;
}

/** The types that together have the weights of a layer which has a number a channel of each. */
function channelTypes(has: (name: string) => boolean): readonly string[] {
  if (has('alpha')) return ['Slopes'];
  const [scale, offset, statistics] = [has('gamma'), has('beta'), has('moving_mean')];
  if (scale && offset) return [statistics ? 'BatchNorm' : 'ScaleAndOffset'];
  return [...(scale ? ['Scale'] : []), ...(offset ? ['Offset'] : []), ...(statistics ? ['RunningStatistics'] : [])];
}

/** `ResidualWeights<64>`. */
function useType(plan: FunctionPlan, at: number, iteration = 0): string {
  const uses = plan.statements.map((use) => {
    const statement = use[at] as UseStatement | LoopStatement;
    return statement.kind === 'use' ? statement.use : statement.uses[iteration]!;
  });
  const { plan: callee } = uses[0]!;
  const given = callee.symbols.typeParameters.map((symbol) =>
    plan.symbols.inType(
      uses.map((use) => callee.symbols.valueOf(symbol, use.at)),
      symbol,
    ),
  );
  return `${callee.weights}${given.length > 0 ? `<${given.join(', ')}>` : ''}`;
}
