/**
 * Output shapes and resolved attributes of an operation. Sizes may be symbols: a rule reports only what is certainly
 * wrong, and its attributes are meaningful only when every size is a number.
 */
import type { Code, Arguments as TextArguments } from '../../../dsl/catalogue/index.ts';
import type { Dim } from '../../../shared/dim.ts';
import { format } from '../../../shared/dim.ts';
import type { Initializer } from '../initializer.ts';
import type { OpAttributes, OpKind, Pads, Pair } from '../kind.ts';

export type Dims = readonly Dim[];

/** Lists of lists of ints, flat, and the lengths of the lists from the outside in. */
export interface NestedInts {
  readonly places: readonly number[];
  readonly indices: Dims;
}

export type PaddingArgument = 'same' | 'valid' | Pads<Dim>;

export interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Arguments of a call after their types were checked. A getter returns undefined where the value is not known yet. */
export interface CallArguments {
  /** Whether the call gave it or its default is not `null`. */
  has(name: string): boolean;
  int(name: string): Dim;
  /** NaN where it is not known. */
  float(name: string): number;
  /** False where it is not known: for what does not change the shape. */
  bool(name: string): boolean;
  flag(name: string): boolean | undefined;
  pair(name: string): Pair<Dim>;
  padding(name: string): PaddingArgument | undefined;
  /** A single int as a list of it. */
  ints(name: string): Dims | undefined;
  /** Whether the call writes a list where an int would do. */
  isList(name: string): boolean;
  pairs(name: string): readonly Pair<Dim>[] | undefined;
  /** Nested lists of numbers as a tensor, first axis outermost. */
  numbers(name: string): Numbers | undefined;
  choice<T extends string>(name: string): T;
  nested(name: string): NestedInts | undefined;
  /** Zeros where it is not known. */
  initializer(name: string): Initializer;
}

export interface ShapeCall {
  readonly op: string;
  readonly inputs: readonly Dims[];
  readonly args: CallArguments;
  /** Reports at the argument `at`, or at the whole call; labels every input with its shape when `inputs` is set. */
  report<C extends Code>(code: C, args: TextArguments<C>, where?: { at?: string; inputs?: boolean }): undefined;
}

export interface ShapeResult<K extends OpKind> {
  readonly attributes: OpAttributes[K];
  readonly outputs: readonly Dims[];
}

/** Undefined after reporting why there is none. */
export type ShapeRule<K extends OpKind> = (call: ShapeCall) => ShapeResult<K> | undefined;

/** The number, or NaN for a symbol: attributes are read only where sizes are known. */
export function fixed(dim: Dim): number {
  return typeof dim === 'number' ? dim : Number.NaN;
}

export function fixedPair([height, width]: Pair<Dim>): Pair {
  return [fixed(height), fixed(width)];
}

/** `[H, W, C]` or nothing, after reporting. */
export function imageInput(call: ShapeCall): readonly [Dim, Dim, Dim] | undefined {
  const [shape] = call.inputs;
  if (shape?.length !== 3) {
    return call.report(
      'wrong-rank',
      { op: call.op, expected: '[H, W, C]', actual: call.inputs[0] ?? [] },
      { inputs: true },
    );
  }
  return [shape[0]!, shape[1]!, shape[2]!];
}

/** Counts an axis from the front; nothing after reporting one that does not exist. */
export function axisOf(call: ShapeCall, axis: Dim, rank: number, at: string): number | undefined {
  const index = fixed(axis);
  if (Number.isNaN(index)) return undefined;
  const positive = index < 0 ? index + rank : index;
  if (positive >= 0 && positive < rank) return positive;
  return call.report('axis-out-of-range', { op: call.op, axis: index, rank }, { at, inputs: true });
}

/** Reports an argument that is certainly below its least value. */
export function atLeast(call: ShapeCall, name: string, value: Dim, least: number): boolean {
  if (typeof value !== 'number' || (value >= least && Number.isInteger(value))) return true;
  call.report(
    'argument-out-of-range',
    { op: call.op, name, value: format(value), range: `a whole number of at least ${least}` },
    { at: name },
  );
  return false;
}
