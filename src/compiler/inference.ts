/**
 * A model in inference mode as a program: running statistics, no dropout. Inputs: the model's inputs by name,
 * `[N, …shape]`, and every weight by path. Outputs: the model's outputs by name, channel-last.
 */
import type { Graph } from './graph.ts';
import { lowering } from './lower/context.ts';
import { lower } from './lower/index.ts';
import { createBuilder } from './program/build.ts';
import type { Program } from './program/program.ts';

export function inferenceProgram(graph: Graph, batch: number): Program {
  const builder = createBuilder();
  const context = lowering(graph, builder, batch, false);
  const { values } = lower(graph, context);
  builder.origin('outputs');
  return builder.finish(
    graph.outputs.map(({ name, value }) => ({ name, tensor: context.as(values.get(value)!, 'channels-last') })),
  );
}
