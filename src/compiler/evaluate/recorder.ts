/**
 * Collects nodes and scopes while a model is elaborated, and gives them their stable paths.
 *
 * A node's name in its scope is the name of the result that it is, or the name of what was called. The second use of a
 * name in one scope is `name[1]`; in a loop the first is `name[0]`. A named result that several operations make is a
 * scope of its own (`stem/conv2d`, `stem/relu`); one that a single call makes is that call (`local`). A block that only
 * passes on to another does not show in paths.
 */
import type { Span } from '../../dsl/source.ts';
import type { BlockUse, Graph, Node, NodeId, Scope, ScopeId, Shape, Value, ValueId } from '../graph.ts';
import type { OpAttributes, OpKind } from '../ops/kind.ts';
import { type WeightRule, weightRules } from '../ops/weights/index.ts';

interface DraftNode {
  readonly kind: 'node';
  readonly id: NodeId;
  readonly op: OpKind;
  readonly attributes: OpAttributes[OpKind];
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly span: Span;
  parent: DraftScope;
  name: string;
  /** The first of the nodes that share its weights. */
  sharedWith: DraftNode | undefined;
}

/** What a layer made by `shared` knows of its uses. */
export interface SharedWeights {
  /** The nodes of its first use; undefined before. */
  first: readonly DraftNode[] | undefined;
}

/** The first weight that a use of a shared layer cannot take from the first use. */
export interface SharedMismatch {
  /** "a kernel [3, 3, 8, 16]", or what else is there */
  readonly first: string;
  readonly here: string;
}

export interface DraftScope {
  readonly kind: 'scope';
  parent: DraftScope | undefined;
  name: string;
  /** Made by a named result; gives its name to its only child, if it has just one. */
  readonly group: boolean;
  /** Whether the source names it, and not only what was called. */
  named: boolean;
  block: BlockUse | undefined;
  readonly span: Span;
  readonly children: (DraftNode | DraftScope)[];
  /** How often each name was used. */
  readonly uses: Map<string, number>;
  /** Within a `for` or a comprehension of this scope. */
  loops: number;
}

export class Recorder {
  readonly #nodes: DraftNode[] = [];
  readonly #values: Value[] = [];
  readonly #root: DraftScope;
  #scope: DraftScope;

  constructor(span: Span) {
    this.#root = draftScope(undefined, '', false, span);
    this.#scope = this.#root;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  add<K extends OpKind>(
    op: K,
    attributes: OpAttributes[K],
    inputs: readonly ValueId[],
    shapes: readonly Shape[],
    span: Span,
    name: string = op,
  ): readonly ValueId[] {
    const id = this.#nodes.length;
    const outputs = shapes.map((shape, output) => {
      const value = { id: this.#values.length, shape, node: id, output };
      this.#values.push(value);
      return value.id;
    });
    const parent = this.#scope;
    const node: DraftNode = {
      kind: 'node',
      id,
      op,
      attributes,
      inputs,
      outputs,
      span,
      parent,
      name: claim(parent, name),
      sharedWith: undefined,
    };
    this.#nodes.push(node);
    parent.children.push(node);
    return outputs;
  }

  /** Everything that `within` records goes into a new scope of that name. */
  inScope<T>(name: string, group: boolean, span: Span, within: (scope: DraftScope) => T): T {
    const parent = this.#scope;
    const scope = draftScope(parent, claim(parent, name), group, span);
    parent.children.push(scope);
    this.#scope = scope;
    try {
      return within(scope);
    } finally {
      this.#scope = parent;
      if (group) dissolve(scope, parent, name);
    }
  }

  /** The weights of what `within` records are those of the first use. Undefined where that cannot be. */
  share(shared: SharedWeights, within: () => void): SharedMismatch | undefined {
    const start = this.#nodes.length;
    within();
    const made = this.#nodes.slice(start);
    if (shared.first === undefined) {
      shared.first = made;
      return undefined;
    }
    const mismatch = this.#mismatch(shared.first, made);
    if (mismatch !== undefined) return mismatch;
    for (const [at, node] of made.entries()) node.sharedWith = shared.first[at]!.sharedWith ?? shared.first[at]!;
    return undefined;
  }

  #mismatch(first: readonly DraftNode[], here: readonly DraftNode[]): SharedMismatch | undefined {
    const [expected, found] = [first, here].map((nodes) => nodes.map((node) => this.#weightsText(node)));
    const at = expected!.findIndex((text, index) => text !== found![index]);
    if (at >= 0 || expected!.length !== found!.length) {
      const place = at >= 0 ? at : expected!.length;
      return { first: expected![place] ?? 'nothing more', here: found![place] ?? 'nothing more' };
    }
    return undefined;
  }

  /** `conv2d with kernel [3, 3, 8, 16] and bias [16]` */
  #weightsText(node: DraftNode): string {
    const shapes = node.inputs.map((input) => this.#values[input]!.shape);
    const weights = (weightRules[node.op] as WeightRule)(node.attributes, shapes);
    const list = weights.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
    return list.length === 0 ? node.op : `${node.op} with ${list.join(' and ')}`;
  }

  inLoop<T>(within: () => T): T {
    const scope = this.#scope;
    scope.loops += 1;
    try {
      return within();
    } finally {
      scope.loops -= 1;
    }
  }

  /** The finished graph, without nodes that no output needs. */
  finish(name: string, model: BlockUse, outputs: readonly { readonly name: string; readonly value: ValueId }[]): Graph {
    const live = this.#live(outputs.map((each) => each.value));
    this.#root.block = model;
    const scopes: Scope[] = [];
    const ids = new Map<DraftScope, ScopeId>();
    const paths = new Map<DraftScope, string>();
    const values = new Map<ValueId, ValueId>();
    const keptValues: Value[] = [];
    const kept = this.#nodes.filter((node) => live.has(node.id));
    for (const [id, node] of kept.entries()) {
      for (const output of node.outputs) {
        const value = this.#values[output]!;
        values.set(output, keptValues.length);
        keptValues.push({ ...value, id: keptValues.length, node: id });
      }
    }
    const visit = (scope: DraftScope, parent: ScopeId | undefined): void => {
      const above = scope.parent === undefined ? '' : paths.get(scope.parent)!;
      const path = scope.parent === undefined || isPassedOn(scope) ? above : join(above, scope.name);
      const id = scopes.length;
      ids.set(scope, id);
      paths.set(scope, path);
      scopes.push({
        id,
        parent,
        name: scope.name,
        path,
        block: scope.block && renumber(scope.block, values),
        span: scope.span,
      });
      for (const child of scope.children) if (child.kind === 'scope' && hasLive(child, live)) visit(child, id);
    };
    visit(this.#root, undefined);
    const owners = new Map<DraftNode, NodeId>();
    const nodes = kept.map((node, id) => {
      const first = node.sharedWith ?? node;
      const owner = owners.get(first);
      if (owner === undefined) owners.set(first, id);
      const common = {
        id,
        scope: ids.get(node.parent)!,
        sharedWith: owner,
        name: node.name,
        path: join(paths.get(node.parent)!, node.name),
      };
      const wiring = {
        inputs: node.inputs.map((each) => values.get(each)!),
        outputs: node.outputs.map((each) => values.get(each)!),
      };
      return { op: node.op, attributes: node.attributes, span: node.span, ...common, ...wiring } as Node;
    });
    return {
      name,
      nodes,
      values: keptValues,
      scopes,
      inputs: model.inputs.map((each) => ({ name: each.name, value: values.get(each.value)! })),
      outputs: outputs.map((each) => ({ name: each.name, value: values.get(each.value)! })),
    };
  }

  /** The nodes that the outputs need, and all inputs of the model. */
  #live(outputs: readonly ValueId[]): ReadonlySet<NodeId> {
    const live = new Set<NodeId>(this.#nodes.filter((node) => node.op === 'input').map((node) => node.id));
    const open = outputs.map((value) => this.#values[value]!.node);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (live.has(id) && this.#nodes[id]!.op !== 'input') continue;
      live.add(id);
      for (const input of this.#nodes[id]!.inputs) {
        const producer = this.#values[input]!.node;
        if (!live.has(producer)) open.push(producer);
      }
    }
    return live;
  }
}

function draftScope(parent: DraftScope | undefined, name: string, group: boolean, span: Span): DraftScope {
  return {
    kind: 'scope',
    parent,
    name,
    group,
    named: group,
    block: undefined,
    span,
    children: [],
    uses: new Map(),
    loops: 0,
  };
}

/** The name with its index in the scope. */
function claim(scope: DraftScope, name: string): string {
  const uses = scope.uses.get(name) ?? 0;
  scope.uses.set(name, uses + 1);
  return uses === 0 && scope.loops === 0 ? name : `${name}[${uses}]`;
}

/** A group with one child hands it its name; an empty one goes. */
function dissolve(group: DraftScope, parent: DraftScope, name: string): void {
  if (group.children.length > 1) return;
  parent.children.pop();
  const [child] = group.children;
  if (child === undefined) {
    parent.uses.set(name, parent.uses.get(name)! - 1);
    return;
  }
  child.name = group.name;
  child.parent = parent;
  if (child.kind === 'scope') child.named = true;
  parent.children.push(child);
}

/** Whether the block around it consists of this use alone, whose name would then say nothing in paths. */
function isPassedOn(scope: DraftScope): boolean {
  const { parent, block, named, name } = scope;
  // In a loop the index stays, so that one round has the paths of many.
  if (parent?.block === undefined || block === undefined || named || name.endsWith(']')) return false;
  return parent.children.every((child) => child === scope || (child.kind === 'node' && child.op === 'input'));
}

function hasLive(scope: DraftScope, live: ReadonlySet<NodeId>): boolean {
  return scope.children.some((child) => (child.kind === 'node' ? live.has(child.id) : hasLive(child, live)));
}

/** Values that pruning dropped are inputs that the block does not use. */
function renumber(block: BlockUse, values: ReadonlyMap<ValueId, ValueId>): BlockUse {
  const keep = <T extends { readonly value: ValueId }>(ports: readonly T[]): readonly T[] =>
    ports.filter((port) => values.has(port.value)).map((port) => ({ ...port, value: values.get(port.value)! }));
  return { ...block, inputs: keep(block.inputs), outputs: keep(block.outputs) };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}
