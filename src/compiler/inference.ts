/**
 * A model in inference mode as a program: running statistics, no dropout. Inputs: the model's inputs by name,
 * `[N, …shape]`, and every weight by path. Outputs: the model's outputs by name. All are channel-last, unless images,
 * values with three axes, are asked for as `[N, C, H, W]`.
 */
import type { Graph } from './graph.ts';
import { lowering } from './lower/context.ts';
import { lower } from './lower/index.ts';
import { formsWithout, type InferenceForm } from './lower/inference-form.ts';
import type { Layout } from './lower/rule.ts';
import type { WeightHolding } from './lower/weight-order.ts';
import { createBuilder } from './program/build.ts';
import type { Program } from './program/program.ts';

export interface InferenceOptions extends InferenceLayouts {
  /** Forms that are left out: for measurements. */
  readonly withoutForms?: readonly InferenceForm[];
}

export interface InferenceLayouts {
  readonly inputs?: Layout;
  readonly outputs?: Layout;
  /** The order of axes of each weight; as specified unless told. */
  readonly weights?: WeightHolding;
}

export function inferenceProgram(graph: Graph, batch: number, options: InferenceOptions = {}): Program {
  const { inputs = 'channels-last', outputs = 'channels-last', weights, withoutForms } = options;
  const builder = createBuilder();
  const context = lowering(graph, builder, batch, false, inputs, [], (input) => input, formsWithout(withoutForms));
  const { values } = lower(graph, context, weights);
  builder.origin('outputs');
  return builder.finish(
    graph.outputs.map(({ name, value }) => {
      const made = values.get(value)!;
      return { name, tensor: context.as(made, made.shape.length === 3 ? outputs : 'channels-last') };
    }),
  );
}
