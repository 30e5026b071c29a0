/** What a model consists of and costs: the JSON of `specc summary`. */
import { elementCount } from '../shared/element-count.ts';
import { type Graph, type Shape, shapeOf } from './graph.ts';
import { macsOf } from './ops/cost/index.ts';
import { ownWeightsOf } from './ops/weights/index.ts';

export interface NodeSummary {
  readonly path: string;
  readonly op: string;
  /** Of the first output. */
  readonly shape: Shape;
  /** Trainable weights, in numbers. */
  readonly parameters: number;
  /** Multiply-accumulates at batch 1. */
  readonly macs: number;
}

export interface Summary {
  readonly model: string;
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
  /** Trainable weights, in numbers; the same as `trainableParameters`. */
  readonly parameters: number;
  readonly trainableParameters: number;
  /** How many tensors the trainable weights are. */
  readonly tensors: number;
  /** Running statistics, in numbers. */
  readonly buffers: number;
  /** Multiply-accumulates of convolutions, dense layers and matrix products at batch 1. */
  readonly macs: number;
  /** Numbers that all activations of one example hold. */
  readonly activations: number;
  readonly nodes: readonly NodeSummary[];
}

export function summarize(graph: Graph): Summary {
  let tensors = 0;
  let buffers = 0;
  const nodes = graph.nodes.map((node): NodeSummary => {
    let parameters = 0;
    for (const weight of ownWeightsOf(graph, node)) {
      if (weight.trainable) {
        tensors += 1;
        parameters += elementCount(weight.shape);
      } else buffers += elementCount(weight.shape);
    }
    return {
      path: node.path,
      op: node.op,
      shape: shapeOf(graph, node.outputs[0]!),
      parameters,
      macs: macsOf(graph, node),
    };
  });
  const port = ({ name, value }: { name: string; value: number }) => ({ name, shape: shapeOf(graph, value) });
  const parameters = total(nodes.map((node) => node.parameters));
  return {
    model: graph.name,
    inputs: graph.inputs.map(port),
    outputs: graph.outputs.map(port),
    parameters,
    trainableParameters: parameters,
    tensors,
    buffers,
    macs: total(nodes.map((node) => node.macs)),
    activations: total(graph.values.map((value) => elementCount(value.shape))),
    nodes,
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
