/** What a call of an operation may say. The documentation of an operation is made from this. */

/** How a parameter is written in the language, and how it reads in messages. */
export type ParameterType =
  | 'int'
  | 'float'
  | 'bool'
  /** An int for both, or `[height, width]`. */
  | 'pair'
  /** `"same"`, `"valid"`, an int for all sides, `[vertical, horizontal]` or `[[top, bottom], [left, right]]`. */
  | 'padding'
  | 'ints'
  /** `[[before, after], …]`, one entry an axis. */
  | 'pairs'
  /** An int or a list of ints. */
  | 'int or ints'
  /** A list of ints, or of such lists with equal lengths. */
  | 'nested ints'
  /** An int: how far along a sequence. Rules read it as `[1, n]`, a window over one row. */
  | 'length'
  /** `"same"`, `"valid"`, an int for both ends, or `[before, after]`. Rules read it as the padding of one row. */
  | 'ends'
  /** Text such as `"he_normal"` or `"normal(0.02)"`. */
  | 'initializer'
  /** A list of numbers, or of lists of them, all as long: a tensor. */
  | 'numbers'
  | readonly string[];

export type Default = number | boolean | string | readonly number[];

export interface ParameterSpec {
  readonly name: string;
  readonly type: ParameterType;
  /** Undefined: the call must give it. `null`: may be left out, with the meaning that `doc` states. */
  readonly default: Default | null | undefined;
  readonly doc: string;
}

export interface InputSpec {
  readonly name: string;
  /** Any number of tensors in one list. */
  readonly list: boolean;
}

export interface Signature {
  readonly summary: string;
  readonly inputs: readonly InputSpec[];
  readonly parameters: readonly ParameterSpec[];
  /** `[H, W, C] -> [H', W', filters]`, for the reference. */
  readonly shapes: string;
}

export const x: InputSpec = { name: 'x', list: false };
export const xs: InputSpec = { name: 'xs', list: true };

export function parameter(
  name: string,
  type: ParameterType,
  value: Default | null | undefined,
  doc: string,
): ParameterSpec {
  return { name, type, default: value, doc };
}

/** An operation of one tensor. */
export function unary(summary: string, shapes: string, ...parameters: ParameterSpec[]): Signature {
  return { summary, inputs: [x], parameters, shapes };
}
