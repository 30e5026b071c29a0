/** One use of an operation, and the graph that holds it. */
import type { Graph, Shape } from '../../../src/compiler/graph.ts';
import type { OpAttributes, OpKind, Window } from '../../../src/compiler/ops/kind.ts';
import { handGraph } from '../../support/hand-graph.ts';

export interface OpCase<K extends OpKind> {
  readonly inputs: readonly Shape[];
  readonly attributes: OpAttributes[K];
  readonly outputs: readonly Shape[];
  /** What the inputs lie between; −2 and 2 unless told. */
  readonly range?: readonly [number, number];
  /** Batch statistics and live dropout unless false. */
  readonly training?: boolean;
}

/** Which inputs come channels-first; the others come channels-last. */
export type Arrangement = 'none' | 'first' | 'all';

/**
 * The graph of a case. To bring an image channels-first it first goes through a 1×1 pool, which changes nothing and wants
 * that layout.
 */
export function graphOf<K extends OpKind>(op: K, opCase: OpCase<K>, channelsFirst: Arrangement): Graph {
  const inputs = Object.fromEntries(opCase.inputs.map((shape, index) => [`x${index}`, shape]));
  return handGraph(inputs, (g, fed) => {
    if (op === 'input') return fed['x0']!;
    const operands = opCase.inputs.map((shape, index) => {
      const arranged = channelsFirst === 'all' || (channelsFirst === 'first' && index === 0);
      const input = fed[`x${index}`]!;
      return arranged && shape.length === 3 ? g.op('max_pool', identity, [input]) : input;
    });
    // A source has no input that it could be told apart by: it is added to one.
    if (op === 'weight' || op === 'constant') {
      return g.op('add', {}, [operands[0]!, g.op(op, opCase.attributes, [], opCase.outputs[0], 'node')]);
    }
    return g.ops(op, opCase.attributes, operands, opCase.outputs, 'node');
  });
}

const identity: Window = {
  kernel: [1, 1],
  stride: [1, 1],
  dilation: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
};

/** A window with what is left out at its plainest. */
export function window(given: Partial<Window>): Window {
  return { ...identity, ...given };
}

/** Height and width after a window has passed over them. */
export function windowed([height, width]: readonly number[], { kernel, stride, dilation, padding }: Window): number[] {
  return [height!, width!].map((size, axis) => {
    const at = axis as 0 | 1;
    const extent = dilation[at] * (kernel[at] - 1) + 1;
    return Math.floor((size + padding[at][0] + padding[at][1] - extent) / stride[at]) + 1;
  });
}
