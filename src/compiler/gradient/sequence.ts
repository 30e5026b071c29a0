import type { Node } from '../graph.ts';
import type { sequence as forwardRules, ImageLayers } from '../lower/sequence.ts';
import { fromRow, toRow, toRows, withRows } from '../lower/sequence.ts';
import { convolution } from './convolution.ts';
import { pooling } from './pooling.ts';
import type { GradientRule, GradientTable } from './rule.ts';

export const sequence: Pick<GradientTable, keyof typeof forwardRules> = {
  conv1d: inOneRow(convolution.conv2d),
  depthwise_conv1d: inOneRow(convolution.depthwise_conv2d),
  max_pool1d: inOneRow(pooling.max_pool),
  avg_pool1d: inOneRow(pooling.avg_pool),
};

/** The rule of the layer over images, which saves nothing. */
function inOneRow<K extends keyof ImageLayers>(rule: GradientRule<ImageLayers[K]>): GradientRule<K> {
  return (context, node, forward, [output]) => {
    const { builder } = context;
    const backward = rule(
      withRows(context),
      node as unknown as Node<ImageLayers[K]>,
      {
        inputs: forward.inputs.map((input) => toRow(context, input)),
        outputs: forward.outputs.map((each) => toRow(context, each)),
        weights: toRows(builder, forward.weights),
      },
      [output && toRow(context, output)],
    );
    const { kernel, ...others } = backward.weights ?? {};
    const inputs = backward.inputs.map((input) => input && fromRow(context, input));
    if (kernel === undefined) return { inputs };
    return { inputs, weights: { kernel: builder.reshape(kernel, kernel.shape.slice(1)), ...others } };
  };
}
