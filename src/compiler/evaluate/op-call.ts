/** One operation: checks its arguments, works out its shapes, and records the node. */
import type { Label } from '../../dsl/diagnostic.ts';
import type { Span } from '../../dsl/source.ts';
import { format, formatShape } from '../../shared/dim.ts';
import { elementCount } from '../../shared/element-count.ts';
import type { OpAttributes } from '../ops/kind.ts';
import { shapeRules } from '../ops/shape/index.ts';
import type { ShapeCall, ShapeRule } from '../ops/shape/rule.ts';
import { type CallableOp, signatures } from '../ops/signature/index.ts';
import { type WeightRule, weightRules } from '../ops/weights/index.ts';
import { editedUse } from './edited-use.ts';
import type { Frame } from './frame.ts';
import { readArguments } from './op-arguments.ts';
import type { Session } from './session.ts';
import { describe, type TensorValue, type Value } from './value.ts';

export interface OpArgument {
  readonly value: Value;
  readonly span: Span;
  /** Where its elements stand, if it is a list that is written out. */
  readonly elements?: readonly Span[] | undefined;
}

/**
 * The outputs of the operation, which messages call `shown`; empty after an error, and unknown tensors where shapes are not known yet.
 */
export function record(
  session: Session,
  frame: Frame,
  op: CallableOp,
  tensors: readonly OpArgument[],
  given: ReadonlyMap<string, OpArgument>,
  span: Span,
  shown: string = op,
): readonly Value[] {
  const edits = session.editsOf(op);
  if (edits === undefined) return recordUse(session, frame, op, tensors, given, span, shown);
  return editedUse(session, frame, edits, {
    name: op,
    span,
    inputs: tensors,
    given,
    make: (inputs, settings) => recordUse(session, frame, op, inputs, settings, span, shown),
  });
}

function recordUse(
  session: Session,
  frame: Frame,
  op: CallableOp,
  tensors: readonly OpArgument[],
  given: ReadonlyMap<string, OpArgument>,
  span: Span,
  shown: string,
): readonly Value[] {
  const args = readArguments(session, op, given, span);
  if (frame.fn !== undefined) {
    session.report('tensor-in-function', span, { name: frame.fn });
    return [];
  }
  const inputs: TensorValue[] = [];
  for (const [index, { value, span: at }] of tensors.entries()) {
    if (value.kind === 'unknown') return [];
    if (value.kind !== 'tensor') {
      const input = signatures[op].inputs[index] ?? signatures[op].inputs[0]!;
      const what = `${input.list ? 'each element of ' : ''}\`${input.name}\` of \`${shown}\``;
      session.report('not-a-tensor', at, { what, actual: describe(value) }, { help: pickOne(value) });
      return [];
    }
    // Two branches of which one failed: there is no one value.
    if (!session.symbolic && value.id === undefined) return [];
    inputs.push(value);
  }
  if (args === undefined) return [];
  if (inputs.some((input) => input.shape === undefined)) {
    return op === 'split' ? [] : [{ kind: 'tensor', shape: undefined, id: undefined, span }];
  }
  const call: ShapeCall = {
    op: shown,
    inputs: inputs.map((input) => input.shape!),
    args,
    report: (code, values, where = {}) => {
      const labels = where.inputs ? inputLabels(inputs, tensors, span) : [];
      const at = (where.at !== undefined ? given.get(where.at)?.span : undefined) ?? span;
      session.report(code, at, values, { labels });
      return undefined;
    },
  };
  const result = (shapeRules[op] as ShapeRule<CallableOp>)(call);
  if (result === undefined) return [];
  const ids = recordNode(session, op, result.attributes, inputs, result.outputs, span);
  if (ids === undefined) return [];
  return result.outputs.map((shape, index) => ({ kind: 'tensor', shape, id: ids[index], span }));
}

/** What to do about a list where one tensor is wanted. */
function pickOne(value: Value): string | undefined {
  if (value.kind === 'list' && value.elements?.every((each) => each.kind === 'tensor')) {
    return 'join the tensors with `concat`, or pick one: `xs[0]`, or `a, b = …`';
  }
  return value.kind === 'layer' ? 'give the layer its input first: `x |> layer`' : undefined;
}

/** The graph's values for the outputs; nothing where a size turned out to be no size. */
function recordNode(
  session: Session,
  op: CallableOp,
  attributes: OpAttributes[CallableOp],
  inputs: readonly TensorValue[],
  outputs: readonly (readonly unknown[])[],
  span: Span,
): readonly (number | undefined)[] | undefined {
  const { recorder } = session;
  if (recorder === undefined) return outputs.map(() => undefined);
  for (const output of outputs) {
    for (const size of output) {
      if (typeof size === 'number' && Number.isInteger(size) && size >= 1) continue;
      const value = format(size as number);
      session.report(Number.isInteger(size) ? 'size-out-of-range' : 'fractional-size', span, {
        expression: `output of ${op}`,
        value,
      });
      return undefined;
    }
  }
  const shapes = inputs.map((input) => input.shape as readonly number[]);
  const weights = (weightRules[op] as WeightRule)(attributes, shapes);
  const made = [
    ...outputs.map((shape) => ({ what: `the output of \`${op}\``, shape: shape as readonly number[] })),
    ...weights.map(({ name, shape }) => ({ what: `the ${name} of \`${op}\``, shape })),
  ];
  const large = made.find(({ shape }) => !isHoldable(shape));
  if (large !== undefined) return session.report('tensor-too-large', span, large);
  const ids = inputs.map((input) => input.id!);
  return recorder.add(op, attributes, ids, outputs as readonly (readonly number[])[], span);
}

const MOST_ELEMENTS = 2 ** 40;

/** Whether a machine could hold a tensor of this shape. */
export function isHoldable(shape: readonly number[]): boolean {
  return elementCount(shape) <= MOST_ELEMENTS;
}

/** "this side is [56, 56, 64]" at each tensor that goes in, where it is written in the call or where it was made. */
function inputLabels(inputs: readonly TensorValue[], tensors: readonly OpArgument[], span: Span): readonly Label[] {
  const sides = inputs.length === 2 ? ['this side is', 'that side is'] : undefined;
  return inputs.slice(0, 8).map((input, index) => {
    const written = tensors[index]!.span;
    const elsewhere = written.start === span.start && written.end === span.end;
    return {
      span: elsewhere ? input.span : written,
      text: `${sides?.[index] ?? 'this is'} ${formatShape(input.shape)}`,
    };
  });
}
