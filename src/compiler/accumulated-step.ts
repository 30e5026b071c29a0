/**
 * A training step in parts, for a batch whose activations do not fit into memory at once: one program adds the gradients
 * of a micro-batch to sums, another applies the optimizer to the sums.
 *
 * `accumulate` has the inputs of a training step (`training-step.ts`) for the micro-batch but the optimizer's, and the
 * sums as `sum:PATH`, as the weights are held; the caller clears them before the first part. Outputs: `loss` and
 * `correct`, [], whose sums over the parts are those of the batch; `next:sum:PATH`; `next:PATH` of running statistics.
 * `apply` has the weights that learn, the sums, the slots, `step:learning_rate` and `step:number`; its outputs are
 * `next:PATH` and `next:PATH:slot`.
 *
 * The update is that of the whole batch to float tolerance. Only batch statistics differ: they are those of a micro-batch,
 * and running statistics move once for each.
 */
import type { Graph } from './graph.ts';
import type { MaskInput } from './lower/context.ts';
import type { HeldWeight } from './lower/index.ts';
import { allWeights } from './ops/weights/index.ts';
import { createBuilder } from './program/build.ts';
import type { Tensor } from './program/builder.ts';
import type { Program } from './program/program.ts';
import { lossAndGradients, masksOf, type StateTensor, type StepSetup, updatedState } from './training-step.ts';

export interface AccumulatedSetup extends StepSetup {
  /** Divides the batch. */
  readonly microBatch: number;
}

export interface AccumulatedStep {
  readonly accumulate: Program;
  readonly apply: Program;
  /** Of `accumulate`. */
  readonly masks: readonly MaskInput[];
  /** As of a step that is not in parts; the sums are not in it: they do not outlive a step. */
  readonly state: readonly StateTensor[];
  readonly sums: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export function accumulatedStep(setup: AccumulatedSetup): AccumulatedStep {
  const { graph, microBatch, batch } = setup;
  const builder = createBuilder();
  const { forward, masks, loss, correct, gradients } = lossAndGradients(
    { ...setup, batch: microBatch },
    builder,
    batch,
  );
  builder.origin('sums');
  const learning = allWeights(graph).filter(({ path }) => gradients.has(path));
  const shapeOf = (path: string): readonly number[] => forward.weights.get(path)!.tensor.shape;
  const sums = learning.map(({ path }) => ({ name: `sum:${path}`, shape: shapeOf(path) }));
  const accumulate = builder.finish([
    { name: 'loss', tensor: loss },
    { name: 'correct', tensor: correct },
    ...[...forward.updates].map(([path, tensor]) => ({ name: `next:${path}`, tensor })),
    ...learning.map(({ path }) => {
      const sum = builder.add(builder.input(`sum:${path}`, shapeOf(path)), gradients.get(path)!);
      return { name: `next:sum:${path}`, tensor: sum };
    }),
  ]);
  const { program: apply, state } = applied(setup, forward.weights, new Set(learning.map(({ path }) => path)));
  const changed = new Set(forward.updates.keys());
  return {
    accumulate,
    apply,
    masks: masksOf(accumulate, masks),
    state: state.map((each) => (changed.has(each.name) ? { ...each, next: `next:${each.name}` } : each)),
    sums,
  };
}

function applied(
  setup: StepSetup,
  held: ReadonlyMap<string, HeldWeight>,
  learning: ReadonlySet<string>,
): { readonly program: Program; readonly state: readonly StateTensor[] } {
  const builder = createBuilder();
  const weights = new Map(held);
  const gradients = new Map<string, Tensor>();
  for (const path of learning) {
    const { tensor, order } = held.get(path)!;
    const { shape } = tensor;
    weights.set(path, { tensor: builder.input(path, shape), order });
    gradients.set(path, builder.input(`sum:${path}`, shape));
  }
  const { state, outputs } = updatedState(setup, builder, { weights, updates: new Map() }, gradients);
  return { program: builder.finish(outputs), state };
}

/** Whether a step in parts differs from a whole one: some layer normalises by the statistics of the batch. */
export function hasBatchStatistics({ nodes }: Graph): boolean {
  return nodes.some(({ op }) => op === 'batch_norm');
}
