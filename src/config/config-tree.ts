/**
 * A configuration's values with the place of each: what YAML and `--set` are read into, what the schema's findings are
 * located by, and what becomes plain data in the end.
 */
import type { Span } from '../dsl/source.ts';

export type ConfigNode = ScalarNode | ListNode | MappingNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly span: Span;
  readonly value: string | number | boolean | null;
}

export interface ListNode {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly ConfigNode[];
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly span: Span;
  readonly fields: ReadonlyMap<string, ConfigField>;
}

export interface ConfigField {
  readonly keySpan: Span;
  readonly value: ConfigNode;
}

/** The names and indices that lead from the root to a value. */
export type ConfigPath = readonly string[];

export function plainOf(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainOf);
    case 'mapping':
      return Object.fromEntries([...node.fields].map(([key, field]) => [key, plainOf(field.value)]));
  }
}

/** The value at `path`, or undefined where the file says nothing of it. */
export function nodeAt(root: ConfigNode, path: ConfigPath): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const step of path) {
    if (node?.kind === 'mapping') node = node.fields.get(step)?.value;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Where `path` is named: its key, or the value itself for an item of a list and for the root. */
export function keySpanAt(root: ConfigNode, path: ConfigPath): Span {
  const parent = nodeAt(root, path.slice(0, -1));
  const field = parent?.kind === 'mapping' ? parent.fields.get(path.at(-1) ?? '') : undefined;
  return field?.keySpan ?? valueSpanAt(root, path);
}

/** Where the value at `path` stands, or the nearest value around it that there is. */
export function valueSpanAt(root: ConfigNode, path: ConfigPath): Span {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node !== undefined) return node.span;
  }
  return root.span;
}

/** `training.epochs`, `data.classes[2]`: a path as people write it. */
export function pathText(path: ConfigPath): string {
  return path.map((step, at) => (/^\d+$/.test(step) ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
}
