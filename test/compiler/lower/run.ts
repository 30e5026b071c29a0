/** Runs one operation forward, by the reference interpreter, on channel-last numbers. */
import type { Graph } from '../../../src/compiler/graph.ts';
import { lowering } from '../../../src/compiler/lower/context.ts';
import { lower } from '../../../src/compiler/lower/index.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Program } from '../../../src/compiler/program/program.ts';
import { verifyProgram } from '../../../src/compiler/program/verify.ts';
import { type Feeds, interpret } from '../../support/interpret.ts';

/** The outputs by name, and new running statistics as `next:PATH`. */
export function forwardProgram(graph: Graph, batch: number, training: boolean): Program {
  const builder = createBuilder();
  const context = lowering(graph, builder, batch, training);
  const { values, updates } = lower(graph, context);
  const program = builder.finish([
    ...graph.outputs.map(({ name, value }) => ({ name, tensor: context.as(values.get(value)!, 'channels-last') })),
    ...[...updates].map(([path, tensor]) => ({ name: `next:${path}`, tensor })),
  ]);
  verifyProgram(program);
  return program;
}

export function runForward(graph: Graph, feeds: Feeds, { batch = 1, training = false } = {}): Record<string, number[]> {
  const results = interpret(forwardProgram(graph, batch, training), feeds);
  return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, [...data]]));
}
