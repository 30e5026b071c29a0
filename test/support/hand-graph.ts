/** Graphs written by hand, for tests of what comes after elaboration. */
import type { BlockUse, Graph, Node, Scope, Shape, Value, ValueId } from '../../src/compiler/graph.ts';
import type { OpAttributes, OpKind } from '../../src/compiler/ops/kind.ts';
import { Source, type Span } from '../../src/dsl/source.ts';

export interface GraphBuilder {
  /** A node of one output, of its first input's shape unless told. Its path is the op with a running number, or `name`. */
  op<K extends OpKind>(
    kind: K,
    attributes: OpAttributes[K],
    inputs: readonly ValueId[],
    shape?: Shape,
    name?: string,
  ): ValueId;
  /** A node of several outputs. */
  ops<K extends OpKind>(
    kind: K,
    attributes: OpAttributes[K],
    inputs: readonly ValueId[],
    shapes: readonly Shape[],
    name?: string,
  ): readonly ValueId[];
}

const span: Span = { source: new Source('hand.spec', ''), start: 0, end: 0 };

/**
 * `handGraph({ x: [4, 4, 3] }, (g, { x }) => g.op('relu', {}, [x]))`. The outputs are what the function returns, named
 * `output` or `output[0]`, `output[1]`, …
 */
export function handGraph<Name extends string>(
  inputs: Readonly<Record<Name, Shape>>,
  build: (g: GraphBuilder, inputs: Readonly<Record<Name, ValueId>>) => ValueId | readonly ValueId[],
): Graph {
  const nodes: Node[] = [];
  const values: Value[] = [];
  const used = new Map<string, number>();

  const g: GraphBuilder = {
    op: (kind, attributes, inputs, shape = values[inputs[0]!]!.shape, name) =>
      g.ops(kind, attributes, inputs, [shape], name)[0]!,
    ops(kind, attributes, inputs, shapes, name) {
      const count = used.get(kind) ?? 0;
      used.set(kind, count + 1);
      const path = name ?? `${kind}[${count}]`;
      const id = nodes.length;
      const outputs = shapes.map((shape, output) => {
        values.push({ id: values.length, shape, node: id, output });
        return values.length - 1;
      });
      nodes.push({ id, op: kind, attributes, inputs, outputs, scope: 0, name: path, path, span } as unknown as Node);
      return outputs;
    },
  };

  const fed = Object.entries<Shape>(inputs).map(([name, shape]) => ({
    name,
    value: g.op('input', {}, [], shape, name),
  }));
  const made = build(g, Object.fromEntries(fed.map(({ name, value }) => [name, value])) as Record<Name, ValueId>);
  const outputs =
    typeof made === 'number'
      ? [{ name: 'output', value: made }]
      : made.map((value, index) => ({ name: `output[${index}]`, value }));
  const block: BlockUse = { name: 'Hand', doc: undefined, definition: span, parameters: {}, inputs: fed, outputs };
  const scopes: Scope[] = [{ id: 0, parent: undefined, name: '', path: '', block, span }];
  return { name: 'Hand', nodes, values, scopes, inputs: fed, outputs };
}
