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
  readonly key: string;
  inserted: boolean;
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
  /** Where it was made, by the names as they were first given: the same whatever edits leave out or add elsewhere. */
  readonly key: string;
  /** Added by an edit: it neither takes a name from others nor counts among what is there. */
  inserted: boolean;
  /** How many uses an edit left out, whose names stay taken. */
  vacated: number;
}

/** Something of a finished graph that edits can name. */
export interface Place {
  readonly path: string;
  /** What finds it when the model is elaborated again. */
  readonly key: string;
  readonly at: { readonly kind: 'node'; readonly node: NodeId } | { readonly kind: 'scope'; readonly scope: ScopeId };
}

export class Recorder {
  readonly #nodes: DraftNode[] = [];
  readonly #values: Value[] = [];
  readonly #root: DraftScope;
  #places: readonly Place[] = [];
  #scope: DraftScope;

  constructor(span: Span) {
    this.#root = draftScope(undefined, '', false, span, '');
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
    const claimed = claim(parent, name);
    const node: DraftNode = {
      kind: 'node',
      id,
      op,
      attributes,
      inputs,
      outputs,
      span,
      parent,
      name: claimed,
      sharedWith: undefined,
      key: `${parent.key}/${claimed}`,
      inserted: false,
    };
    this.#nodes.push(node);
    parent.children.push(node);
    return outputs;
  }

  /** Everything that `within` records goes into a new scope of that name. */
  inScope<T>(name: string, group: boolean, span: Span, within: (scope: DraftScope) => T): T {
    const parent = this.#scope;
    const claimed = claim(parent, name);
    return this.#within(draftScope(parent, claimed, group, span, `${parent.key}/${claimed}`), parent, name, within);
  }

  #within<T>(scope: DraftScope, parent: DraftScope, name: string, within: (scope: DraftScope) => T): T {
    parent.children.push(scope);
    this.#scope = scope;
    try {
      return within(scope);
    } finally {
      this.#scope = parent;
      if (scope.group) dissolve(scope, parent, name);
    }
  }

  // ── edits ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The key of the place that the next use of a name in this scope has. */
  keyOf(name: string): string {
    return `${this.#scope.key}/${numbered(this.#scope, name)}`;
  }

  /** Leaves out the next use of a name, which stays taken: the others keep their paths. */
  vacate(name: string): void {
    claim(this.#scope, name);
    this.#scope.vacated += 1;
  }

  /** What `within` records takes the name and path of the next use of `name`. */
  replacing<T>(name: string, span: Span, within: () => T): T {
    const parent = this.#scope;
    const claimed = claim(parent, name);
    return this.#within(draftScope(parent, claimed, true, span, `${parent.key}/${claimed}!`), parent, name, within);
  }

  /** What `within` records has this very name, and all others keep theirs. */
  inserting<T>(name: string, span: Span, within: () => T): T {
    const parent = this.#scope;
    const scope = draftScope(parent, name, true, span, `${parent.key}/${name}!`);
    scope.inserted = true;
    return this.#within(scope, parent, name, within);
  }

  /** Records what is not to be in the graph, and tells the values of the graph that it takes, in the order of their use. */
  aside(within: () => void): readonly ValueId[] {
    const parent = this.#scope;
    const start = this.#nodes.length;
    this.#scope = draftScope(undefined, '', false, parent.span, `${parent.key}?`);
    try {
      within();
    } finally {
      this.#scope = parent;
    }
    const taken = this.#nodes.slice(start).flatMap((node) => node.inputs);
    return [...new Set(taken)].filter((value) => this.#values[value]!.node < start);
  }

  shapeOf(value: ValueId): Shape {
    return this.#values[value]!.shape;
  }

  /** What edits can name in the graph that was finished, a block before what is in it. */
  get places(): readonly Place[] {
    return this.#places;
  }

  /** The weights of what `within` records are those of the first use. Undefined where that cannot be. */
  share(shared: SharedWeights, within: () => void): SharedMismatch | undefined {
    const start = this.#nodes.length;
    within();
    const made = this.#nodes.slice(start);
    // An edit left this use out.
    if (made.length === 0) return undefined;
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
    const places: Place[] = [...ids].flatMap(([scope, id]) =>
      scope === this.#root ? [] : [{ path: paths.get(scope)!, key: scope.key, at: { kind: 'scope', scope: id } }],
    );
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
      places.push({ path: common.path, key: node.key, at: { kind: 'node', node: id } });
      return { op: node.op, attributes: node.attributes, span: node.span, ...common, ...wiring } as Node;
    });
    this.#places = places;
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

function draftScope(parent: DraftScope | undefined, name: string, group: boolean, span: Span, key: string): DraftScope {
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
    key,
    inserted: false,
    vacated: 0,
  };
}

/** The name with its index in the scope. */
function claim(scope: DraftScope, name: string): string {
  const claimed = numbered(scope, name);
  scope.uses.set(name, (scope.uses.get(name) ?? 0) + 1);
  return claimed;
}

function numbered(scope: DraftScope, name: string): string {
  const uses = scope.uses.get(name) ?? 0;
  return uses === 0 && scope.loops === 0 ? name : `${name}[${uses}]`;
}

/** A group with one child hands it its name; an empty one goes. What edits added stands beside it. */
function dissolve(group: DraftScope, parent: DraftScope, name: string): void {
  const own = group.children.filter((child) => !child.inserted);
  if (own.length + group.vacated > 1) return;
  parent.children.pop();
  const [child] = own;
  if (child === undefined && group.vacated === 0 && !group.inserted) parent.uses.set(name, parent.uses.get(name)! - 1);
  if (child !== undefined) {
    child.name = group.name;
    child.inserted = group.inserted;
    if (child.kind === 'scope') child.named = true;
  }
  for (const each of group.children) {
    each.parent = parent;
    parent.children.push(each);
  }
}

/** Whether the block around it consists of this use alone, whose name would then say nothing in paths. */
function isPassedOn(scope: DraftScope): boolean {
  const { parent, block, named, name } = scope;
  // In a loop the index stays, so that one round has the paths of many.
  if (parent?.block === undefined || block === undefined || named || name.endsWith(']')) return false;
  if (parent.vacated > 0) return false;
  return parent.children.every(
    (child) => child === scope || child.inserted || (child.kind === 'node' && child.op === 'input'),
  );
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
