/** Layers over sequences, `[L, C]`: those over images, `[1, L, C]`. */
import type { Node } from '../graph.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { convolution } from './convolution.ts';
import { physicalShape } from './layout.ts';
import { pooling } from './pooling.ts';
import type { LowerContext, LowerRule, LowerTable, Placed, WeightTensors } from './rule.ts';

/** By sequence layer, the layer over images that it is. Their attributes are the same. */
export interface ImageLayers {
  conv1d: 'conv2d';
  depthwise_conv1d: 'depthwise_conv2d';
  max_pool1d: 'max_pool';
  avg_pool1d: 'avg_pool';
}

export const sequence: Pick<LowerTable, keyof ImageLayers> = {
  conv1d: inOneRow(convolution.conv2d),
  depthwise_conv1d: inOneRow(convolution.depthwise_conv2d),
  max_pool1d: inOneRow(pooling.max_pool),
  avg_pool1d: inOneRow(pooling.avg_pool),
};

function inOneRow<K extends keyof ImageLayers>(rule: LowerRule<ImageLayers[K]>): LowerRule<K> {
  return (context, node, [x], weights) => {
    const image = node as unknown as Node<ImageLayers[K]>;
    const forward = rule(withRows(context), image, [toRow(context, x!)], toRows(context.builder, weights));
    return { ...forward, outputs: forward.outputs.map((output) => fromRow(context, output)) };
  };
}

/** The context in which every value of the graph has a row in front. */
export function withRows(context: LowerContext): LowerContext {
  return { ...context, shapeOf: (value) => [1, ...context.shapeOf(value)] };
}

/** `[L, C]` as `[1, L, C]`, in the same layout. */
export function toRow(context: LowerContext, { tensor, layout, shape }: Placed): Placed {
  const image = [1, ...shape];
  return { tensor: context.builder.reshape(tensor, physicalShape(layout, context.batch, image)), layout, shape: image };
}

export function fromRow(context: LowerContext, { tensor, layout, shape }: Placed): Placed {
  const own = shape.slice(1);
  return context.place(context.builder.reshape(tensor, physicalShape(layout, context.batch, own)), layout, own);
}

/** Kernels `[k, in, out]` as `[1, k, in, out]`. */
export function toRows(builder: Builder, weights: WeightTensors): WeightTensors {
  const row = (name: string, tensor: Tensor): Tensor =>
    name === 'kernel' ? builder.reshape(tensor, [1, ...tensor.shape]) : tensor;
  return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, row(name, tensor)]));
}
