/**
 * One operation as the programs that specc trains it with; images come and go channels-first, as between operations, and
 * weights and their gradients with their axes as a step holds them.
 */
import { differentiate } from '../../../src/compiler/differentiate.ts';
import type { ValueId } from '../../../src/compiler/graph.ts';
import { lowering } from '../../../src/compiler/lower/context.ts';
import { lower } from '../../../src/compiler/lower/index.ts';
import type { Placed } from '../../../src/compiler/lower/rule.ts';
import { asFilters } from '../../../src/compiler/lower/weight-order.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Tensor } from '../../../src/compiler/program/builder.ts';
import { optimise } from '../../../src/compiler/program/passes/index.ts';
import type { Program } from '../../../src/compiler/program/program.ts';
import { handGraph } from '../../../test/support/hand-graph.ts';
import type { OpCase, Part } from './cases.ts';

/** By part. The program of `backward` holds the forward pass too. */
export function programsOf(opCase: OpCase, batch: number): ReadonlyMap<Part, Program> {
  const { op, attributes, inputs, outputs, parts } = opCase;
  const graph = handGraph(Object.fromEntries(inputs.map((shape, at) => [`x${at}`, shape])), (g, fed) =>
    g.ops(op, attributes, Object.values(fed), outputs),
  );
  return new Map(
    parts.map((part) => {
      const builder = createBuilder();
      const context = lowering(graph, builder, batch, true, 'channels-first');
      const forward = lower(graph, context, asFilters);
      const made = graph.outputs.map(({ value }) => forward.values.get(value)!);
      const seeds = new Map(
        graph.outputs.map(({ name, value }, at): [ValueId, Placed] => {
          const { tensor, layout, shape } = made[at]!;
          return [value, context.place(builder.input(`seed:${name}`, tensor.shape), layout, shape)];
        }),
      );
      const wanted = new Set(graph.inputs.map(({ value }) => value));
      const { values, weights } = differentiate(graph, context, forward, seeds, wanted);
      const ofWeights = [...weights].map(([path, tensor]) =>
        builder.transpose(tensor, forward.weights.get(path)!.order),
      );
      const ofInputs = [...values.values()].map(({ tensor }) => tensor);
      const tensors: Readonly<Record<Part, readonly Tensor[]>> = {
        forward: made.map(({ tensor }) => tensor),
        'd(input)': ofInputs,
        'd(filter)': ofWeights,
        backward: [...made.map(({ tensor }) => tensor), ...ofInputs, ...ofWeights],
      };
      const named = tensors[part].map((tensor, at) => ({ name: `output:${at}`, tensor }));
      return [part, optimise(builder.finish(named))] as const;
    }),
  );
}
