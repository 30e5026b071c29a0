/** The operations that the benchmark's models are made of, each different use once, with how often it occurs. */
import { type Graph, type Node, type Shape, shapeOf } from '../../../src/compiler/graph.ts';
import type { OpKind } from '../../../src/compiler/ops/kind.ts';
import { weightsOf } from '../../../src/compiler/ops/weights/index.ts';

/** `backward` is what all gradients together take beside the forward pass, with what both share counted in the latter. */
export type Part = 'forward' | 'd(input)' | 'd(filter)' | 'backward';

export interface OpCase {
  readonly op: OpKind;
  readonly attributes: Node['attributes'];
  /** Without the batch, channel-last. */
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
  readonly parts: readonly Part[];
  /** How many nodes there are like this one. */
  readonly count: number;
  /** Such as `conv2d 3×3 d2 32→32 [32, 32]`. */
  readonly label: string;
}

const MEASURED: readonly OpKind[] = [
  'conv2d',
  'dense',
  'group_norm',
  'batch_norm',
  'max_pool',
  'global_avg_pool',
  'global_max_pool',
  'relu',
  'tanh',
  'sigmoid',
  'softmax',
  'add',
  'mul',
  'concat',
];

/** In the order of their first use. */
export function casesOf(graph: Graph): readonly OpCase[] {
  const cases = new Map<string, OpCase>();
  for (const node of graph.nodes) {
    if (!MEASURED.includes(node.op)) continue;
    const [inputs, outputs] = [node.inputs, node.outputs].map((values) => values.map((each) => shapeOf(graph, each)));
    const opCase = {
      op: node.op,
      attributes: node.attributes,
      inputs: inputs!,
      outputs: outputs!,
      parts: partsOf(graph, node),
      label: labelOf(node, inputs!),
    };
    const key = JSON.stringify(opCase);
    cases.set(key, { ...opCase, count: (cases.get(key)?.count ?? 0) + 1 });
  }
  return [...cases.values()];
}

function partsOf(graph: Graph, node: Node): readonly Part[] {
  // No training computes the gradient of the image.
  const fromInput = node.inputs.every((value) => graph.nodes[graph.values[value]!.node]!.op === 'input');
  if (node.op === 'conv2d' || node.op === 'dense') {
    return ['forward', ...(fromInput ? [] : (['d(input)'] as const)), 'd(filter)'];
  }
  return fromInput && weightsOf(graph, node).length === 0 ? ['forward'] : ['forward', 'backward'];
}

function labelOf(node: Node, inputs: readonly Shape[]): string {
  const [shape] = inputs;
  const spatial = `[${shape!.slice(0, -1).join(', ')}]`;
  const channels = shape!.at(-1)!;
  switch (node.op) {
    case 'conv2d': {
      const { kernel, stride, dilation, filters } = node.attributes;
      const strided = stride[0] > 1 ? ` stride ${stride[0]}` : '';
      const dilated = dilation[0] > 1 ? ` dilation ${dilation[0]}` : '';
      return `conv2d ${kernel.join('×')}${strided}${dilated} ${channels}→${filters} ${spatial}`;
    }
    case 'dense':
      return `dense ${channels}→${node.attributes.units} ${spatial}`;
    case 'max_pool':
      return `max_pool ${node.attributes.kernel.join('×')} stride ${node.attributes.stride[0]} [${shape!.join(', ')}]`;
    default:
      return `${node.op} ${inputs.map((each) => `[${each.join(', ')}]`).join(' ')}`;
  }
}
