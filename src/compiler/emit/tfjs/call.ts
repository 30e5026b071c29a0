/** How one operation is written: a call with its arguments, before it is known which of them vary between uses. */
import type { Graph, Node } from '../../graph.ts';
import type { OpKind } from '../../ops/kind.ts';
import type { Literal } from './literal.ts';

/** A compile-time value in the call. Where the uses of a block differ in it, it becomes a parameter. */
export interface Slot {
  readonly name: string;
  /** Ways to say the same, the preferred one first: `'same'` or `1` for the padding of a 3×3 convolution. */
  readonly forms: readonly [Literal, ...Literal[]];
  /** What the callee assumes when an option is left out. */
  readonly fallback?: Literal;
}

export type Argument =
  /** A tensor; `rank` gives it axes of size 1 so that it broadcasts over the logical axes. */
  | { readonly kind: 'input'; readonly index: number; readonly rank?: number }
  /** All tensors, in an array. */
  | { readonly kind: 'inputs' }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'weights' }
  /** In their place, for a layer that may have some and has none. */
  | { readonly kind: 'no weights' }
  | { readonly kind: 'mode' }
  /** The layer's name in its block, as the last segment of its path. */
  | { readonly kind: 'name' }
  | { readonly kind: 'slot'; readonly slot: Slot }
  /** An object of options; those at their fallback are left out. */
  | { readonly kind: 'options'; readonly slots: readonly Slot[] };

export interface Call {
  /** `tf.relu`, `nn.conv2d`. */
  readonly callee: string;
  readonly args: readonly Argument[];
  /** Whether the result's type follows from the arguments, or must be written down. */
  readonly typed: boolean;
}

/** The row of an operation. */
export type OpSource<K extends OpKind> = (node: Node<K>, graph: Graph) => Call;

export const x: Argument = { kind: 'input', index: 0 };
export const weights: Argument = { kind: 'weights' };
export const noWeights: Argument = { kind: 'no weights' };
export const mode: Argument = { kind: 'mode' };

export function slot(name: string, value: Literal, fallback?: Literal): Slot {
  return { name, forms: [value], ...(fallback !== undefined && { fallback }) };
}

export function literal(name: string, value: Literal): Argument {
  return { kind: 'slot', slot: slot(name, value) };
}

export function options(...slots: readonly Slot[]): Argument {
  return { kind: 'options', slots };
}

/** A call whose result has a type of its own or that of its argument. */
export function typed(callee: string, ...args: readonly Argument[]): Call {
  return { callee, args, typed: true };
}

/** A call whose result is any tensor to the type checker. */
export function untyped(callee: string, ...args: readonly Argument[]): Call {
  return { callee, args, typed: false };
}

export function slotsOf(call: Call): readonly Slot[] {
  return call.args.flatMap((argument) => {
    if (argument.kind === 'slot') return [argument.slot];
    if (argument.kind === 'options') return argument.slots;
    return argument.kind === 'call' ? slotsOf(argument.call) : [];
  });
}

/** Whether the call, or one inside it, has an argument of this kind. */
export function takes(call: Call, kind: Argument['kind']): boolean {
  return call.args.some((each) => each.kind === kind || (each.kind === 'call' && takes(each.call, kind)));
}

/** The form of a call without the values in its slots. */
export function skeletonOf(call: Call): string {
  const argument = (each: Argument): string => {
    if (each.kind === 'input') return `input ${each.index} ${each.rank ?? ''}`;
    if (each.kind === 'call') return skeletonOf(each.call);
    if (each.kind === 'slot') return `slot ${each.slot.name}`;
    return each.kind === 'options' ? `options ${each.slots.map(({ name }) => name).join()}` : each.kind;
  };
  return `${call.callee}(${call.args.map(argument).join('; ')})`;
}
