/** What a layer's attributes and a block's parameters were and are. */
import type { Constant, Graph, Node } from '../graph.ts';
import { shapeOf } from '../graph.ts';
import type { Pads, Window } from '../ops/kind.ts';
import type { AttributeChange, ParameterChange } from './model-diff.ts';

export function attributeChanges(old: Graph, before: Node, next: Graph, after: Node): AttributeChange[] {
  if (before.op !== after.op) return [];
  const [was, is] = [before.attributes, after.attributes] as Record<string, unknown>[];
  const names = new Set([...Object.keys(was!), ...Object.keys(is!)]);
  const changed = [...names].filter((name) => !isSame(was![name], is![name]));
  const followed = changed.some((name) => ['kernel', 'dilation', 'stride'].includes(name));
  const bothSame = (): boolean => followed && padsAsSame(old, before) && padsAsSame(next, after);
  return changed.map((name) => ({
    name,
    old: was![name],
    new: is![name],
    follows: name === 'padding' && bothSame(),
  }));
}

/** Whether a window's padding is what `"same"` stands for on its input. */
function padsAsSame(graph: Graph, node: Node): boolean {
  const { kernel, stride, dilation, padding } = node.attributes as Partial<Window>;
  if (kernel === undefined || stride === undefined || dilation === undefined || padding === undefined) return false;
  const shape = shapeOf(graph, node.inputs[0]!);
  const sizes = shape.length === 2 ? [1, shape[0]!] : shape;
  return ([0, 1] as const).every((axis) => {
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const size = sizes[axis]!;
    const total = Math.max(0, (Math.ceil(size / stride[axis]) - 1) * stride[axis] + reach - size);
    const [first, last] = (padding as Pads)[axis];
    return first === Math.floor(total / 2) && last === total - first;
  });
}

export type Parameters = { readonly [name: string]: Constant };

/** Parameters by name; one that has another name and the same value in the same place was renamed. */
export function parameterChanges(old: Parameters, next: Parameters): ParameterChange[] {
  const [before, after] = [Object.keys(old), Object.keys(next)];
  const gone = before.filter((name) => !(name in next));
  const come = after.filter((name) => !(name in old));
  const renamed = new Map<string, string>();
  for (const name of come) {
    const place = after.indexOf(name);
    const was = gone.find((each) => before.indexOf(each) === place && isSame(old[each], next[name]));
    if (was !== undefined) renamed.set(name, was);
  }
  const kept = new Set(renamed.values());
  return [
    ...after.flatMap((name): ParameterChange[] => {
      const was = renamed.get(name);
      if (was !== undefined) return [{ kind: 'renamed', name, was }];
      if (!(name in old)) return [{ kind: 'added', name, new: next[name]! }];
      return isSame(old[name], next[name]) ? [] : [{ kind: 'changed', name, old: old[name]!, new: next[name]! }];
    }),
    ...gone
      .filter((name) => !kept.has(name))
      .map((name): ParameterChange => ({ kind: 'removed', name, old: old[name]! })),
  ];
}

/** Of values as JSON has them, in lists and records. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, at) => isSame(each, b[at]));
  }
  const [left, right] = [a, b] as Record<string, unknown>[];
  const names = Object.keys(left!);
  return (
    names.length === Object.keys(right!).length &&
    names.every((name) => name in right! && isSame(left![name], right![name]))
  );
}
