/** What lowering and gradient rules share while they build one program. */
import { batchlessValues } from '../batchless.ts';
import { type Graph, type Shape, shapeOf, type ValueId } from '../graph.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { formsWithout, type InferenceForm } from './inference-form.ts';
import { inLayout, physicalShape } from './layout.ts';
import type { Layout, LowerContext } from './rule.ts';
import type { TrainingForm } from './training-form.ts';

/** A dropout mask that a program wants at each step. */
export interface MaskInput {
  /** `mask:PATH`. */
  readonly input: string;
  /** The path of the dropout node; seeds the mask together with the step. */
  readonly path: string;
  readonly rate: number;
  /** Channel-last and with the batch in front, which is 1 where the input is the same for every example. */
  readonly shape: readonly number[];
  /** Whether each example has a mask of its own. */
  readonly perExample: boolean;
}

export interface Lowering extends LowerContext {
  /** The masks asked for so far. */
  readonly masks: readonly MaskInput[];
}

export function lowering(
  graph: Graph,
  builder: Builder,
  batch: number,
  training: boolean,
  inputLayout: Layout = 'channels-last',
  withoutForms: readonly TrainingForm[] = [],
  fed: (input: Tensor) => Tensor = (input) => input,
  inferenceForms: ReadonlySet<InferenceForm> = training ? new Set() : formsWithout(),
): Lowering {
  const masks: MaskInput[] = [];
  const drawn = new Map<string, Tensor>();
  const isBatchless = (value: ValueId): boolean => batchlessValues(graph).has(value);
  return {
    builder,
    batch,
    training,
    inputLayout,
    withoutForms,
    inferenceForms,
    masks,
    fed,

    as: (value, layout) => inLayout(builder, value, layout),

    place(tensor, layout, shape) {
      const expected = physicalShape(layout, batch, shape);
      if (tensor.shape.length !== expected.length || tensor.shape.some((size, axis) => size !== expected[axis])) {
        const [found, wanted] = [tensor.shape, expected].map((sizes) => `[${sizes.join(', ')}]`);
        throw new Error(`a ${layout} value of shape [${shape.join(', ')}] is ${wanted}, not ${found}`);
      }
      // one axis has one order
      return { tensor, layout: shape.length < 2 ? 'channels-last' : layout, shape };
    },

    shapeOf: (value): Shape => shapeOf(graph, value),

    isBatchless,

    mask({ path, inputs }, shape, rate) {
      // What is the same for every example stays so.
      const perExample = !inputs.every(isBatchless);
      const count = perExample ? batch : 1;
      const mask: MaskInput = { input: `mask:${path}`, path, rate, shape: [count, ...shape], perExample };
      const input = drawn.get(path) ?? fed(builder.input(mask.input, mask.shape));
      // a block that is computed again asks once more
      if (!drawn.has(path)) masks.push(mask);
      drawn.set(path, input);
      const tensor = count === batch ? input : builder.expand(input, [batch, ...shape]);
      return { tensor, layout: 'channels-last', shape };
    },
  };
}
