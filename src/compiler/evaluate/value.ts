/**
 * Compile-time values. While a definition is checked on its own, parts of them are not known: symbols in sizes,
 * `undefined` for other scalars and for the elements of lists, and `unknown` for what cannot be told at all.
 */
import type { FunctionItem, LayerItem } from '../../dsl/ast.ts';
import type { Span } from '../../dsl/source.ts';
import { type Dim, format, formatShape, isUnknown } from '../../shared/dim.ts';
import type { Constant, ValueId } from '../graph.ts';
import type { CallableOp } from '../ops/signature/index.ts';
import type { ModuleScope } from '../project.ts';
import type { OpArgument } from './op-call.ts';
import type { SharedWeights } from './recorder.ts';

export type Value =
  | IntValue
  | FloatValue
  | BoolValue
  | StringValue
  | ListValue
  | RecordValue
  | TupleValue
  | TensorValue
  | LayerValue
  | FunctionValue
  | UnknownValue
  | NothingValue;

export interface IntValue {
  readonly kind: 'int';
  readonly value: Dim;
}
export interface FloatValue {
  readonly kind: 'float';
  readonly value: number | undefined;
}
export interface BoolValue {
  readonly kind: 'bool';
  readonly value: boolean | undefined;
}
export interface StringValue {
  readonly kind: 'string';
  readonly value: string | undefined;
  /** As messages show it where it is not known: "C is odd" with a symbol in it. */
  readonly shown?: string;
}
export interface ListValue {
  readonly kind: 'list';
  /** Undefined: a list of unknown length, whose elements look like `element`. */
  readonly elements: readonly Value[] | undefined;
  readonly element?: Value;
  /** Whether a list of unknown length has an element at least. */
  readonly filled?: boolean;
}
export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
}
/** The values of a body with several. */
export interface TupleValue {
  readonly kind: 'tuple';
  readonly elements: readonly Value[];
}
export interface TensorValue {
  readonly kind: 'tensor';
  /** Undefined: not even the number of axes is known. */
  readonly shape: readonly Dim[] | undefined;
  /** The graph's value; undefined while a definition is checked. */
  readonly id: ValueId | undefined;
  /** Where it was made. */
  readonly span: Span;
}
export interface LayerValue {
  readonly kind: 'layer';
  /** Undefined: a parameter of type `layer` while its block is checked. */
  readonly layer: Layer | undefined;
}
export type Layer = (
  | { readonly kind: 'op'; readonly op: CallableOp }
  | { readonly kind: 'block'; readonly item: LayerItem; readonly module: ModuleScope }
) & {
  /** Parameters that are given already: `conv2d(64, 3)` without an input is a layer, too. */
  readonly given?: ReadonlyMap<string, OpArgument>;
  /** Set where all uses have the same weights. */
  readonly shared?: SharedWeights | undefined;
};
export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  /** Undefined for a function of the language. */
  readonly item: FunctionItem | undefined;
  readonly module: ModuleScope | undefined;
}
/** Something that an error made, or that cannot be known yet: silences whatever follows from it. */
export interface UnknownValue {
  readonly kind: 'unknown';
}
/** The value of a body that ends without one. */
export interface NothingValue {
  readonly kind: 'nothing';
}

const NO_ARGUMENTS: ReadonlyMap<string, OpArgument> = new Map();

export const UNKNOWN: UnknownValue = { kind: 'unknown' };
export const NOTHING: NothingValue = { kind: 'nothing' };

export const int = (value: Dim): IntValue => ({ kind: 'int', value });
export const float = (value: number | undefined): FloatValue => ({ kind: 'float', value });
export const bool = (value: boolean | undefined): BoolValue => ({ kind: 'bool', value });
export const string = (value: string | undefined): StringValue => ({ kind: 'string', value });
export const list = (elements: readonly Value[] | undefined, element: Value = UNKNOWN): ListValue =>
  elements === undefined ? { kind: 'list', elements, element } : { kind: 'list', elements };
/** A list of unknown length, which has elements that look like this. */
export const someOf = (element: Value): ListValue => ({ kind: 'list', elements: undefined, element, filled: true });

/** Whether a list certainly has an element. */
export function isFilled({ elements, filled }: ListValue): boolean {
  return elements === undefined ? filled === true : elements.length > 0;
}

/** An int where the number is whole, a float where it is not. */
export function number(value: Dim): IntValue | FloatValue {
  return typeof value === 'number' && !Number.isInteger(value) ? float(value) : int(value);
}

/** As messages name a value: "the int 3", "a tensor [8, 8, 32]". */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'int':
      if (isUnknown(value.value)) return 'an int';
      return typeof value.value === 'number' ? `the int ${value.value}` : `the int \`${format(value.value)}\``;
    case 'float':
      return value.value === undefined ? 'a float' : `the float ${value.value}`;
    case 'bool':
      return value.value === undefined ? 'a bool' : `${value.value}`;
    case 'string':
      return value.value === undefined ? 'a string' : `the string ${JSON.stringify(value.value)}`;
    case 'list':
      if (value.elements === undefined) return 'a list';
      return value.elements.length === 1 ? 'a list of one element' : `a list of ${value.elements.length} elements`;
    case 'record':
      return `a record with the fields ${[...value.fields.keys()].join(', ')}`;
    case 'tuple':
      return `${value.elements.length} values`;
    case 'tensor':
      return `a tensor ${formatShape(value.shape)}`;
    case 'layer':
      return value.layer === undefined ? 'a layer' : `the layer \`${layerName(value.layer)}\``;
    case 'function':
      return `the function \`${value.name}\``;
    case 'unknown':
      return 'something unknown';
    case 'nothing':
      return 'nothing';
  }
}

/** `relu`, or `conv2d(filters: 64, kernel: 3)` where parameters are given already. */
export function layerName(layer: Layer): string {
  const name = layer.kind === 'op' ? layer.op : layer.item.name.text;
  if (layer.shared !== undefined) return `shared(${layerName({ ...layer, shared: undefined })})`;
  if (layer.given === undefined) return name;
  return `${name}(${[...layer.given].map(([parameter, { value }]) => `${parameter}: ${toText(value)}`).join(', ')})`;
}

/** As a string interpolates it. */
export function toText(value: Value): string {
  switch (value.kind) {
    case 'int':
      return format(value.value);
    case 'float':
    case 'bool':
      return String(value.value ?? '?');
    case 'string':
      return value.value ?? value.shown ?? '?';
    case 'list':
      return value.elements === undefined ? '[…]' : `[${value.elements.map(toText).join(', ')}]`;
    case 'tuple':
      return `(${value.elements.map(toText).join(', ')})`;
    case 'record':
      return `{ ${[...value.fields].map(([name, field]) => `${name}: ${toText(field)}`).join(', ')} }`;
    case 'tensor':
      return formatShape(value.shape);
    case 'layer':
      return value.layer === undefined ? '?' : layerName(value.layer);
    case 'function':
      return value.name;
    default:
      return '?';
  }
}

/** Whether nothing in it depends on how it is used. */
export function isKnown(value: Value): boolean {
  switch (value.kind) {
    case 'int':
      return typeof value.value === 'number';
    case 'float':
    case 'bool':
    case 'string':
      return value.value !== undefined;
    case 'list':
    case 'tuple':
      return value.elements?.every(isKnown) ?? false;
    case 'record':
      return [...value.fields.values()].every(isKnown);
    case 'tensor':
      return value.shape?.every((size) => typeof size === 'number') ?? false;
    case 'layer':
      return value.layer !== undefined;
    default:
      return value.kind === 'function';
  }
}

/** NaN where it is not known, nothing for what is no number. */
function numeric(value: Value): Dim | undefined {
  return value.kind === 'int' || value.kind === 'float' ? (value.value ?? Number.NaN) : undefined;
}

/** Equality of values, undefined where it cannot be told yet. */
export function sameValue(a: Value, b: Value, sameDim: (a: Dim, b: Dim) => boolean | undefined): boolean | undefined {
  if (a.kind === 'unknown' || b.kind === 'unknown') return undefined;
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) {
    return Number.isNaN(left) || Number.isNaN(right) ? undefined : sameDim(left, right);
  }
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'bool':
    case 'string': {
      const other = (b as BoolValue | StringValue).value;
      return a.value === undefined || other === undefined ? undefined : a.value === other;
    }
    case 'list': {
      const other = (b as ListValue).elements;
      if (a.elements === undefined || other === undefined) return undefined;
      if (a.elements.length !== other.length) return false;
      const parts = a.elements.map((each, index) => sameValue(each, other[index]!, sameDim));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'record': {
      const other = (b as RecordValue).fields;
      if (a.fields.size !== other.size || [...a.fields.keys()].some((name) => !other.has(name))) return false;
      const parts = [...a.fields].map(([name, each]) => sameValue(each, other.get(name)!, sameDim));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'layer': {
      const other = (b as LayerValue).layer;
      if (a.layer === undefined || other === undefined) return undefined;
      const same =
        a.layer.kind === 'op'
          ? other.kind === 'op' && a.layer.op === other.op
          : other.kind === 'block' && a.layer.item === other.item;
      if (!same) return false;
      const [mine, theirs] = [a.layer.given ?? NO_ARGUMENTS, other.given ?? NO_ARGUMENTS];
      if (mine.size !== theirs.size || [...mine.keys()].some((name) => !theirs.has(name))) return false;
      const parts = [...mine].map(([name, each]) => sameValue(each.value, theirs.get(name)!.value, sameDim));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    default:
      return undefined;
  }
}

/** A value as the graph keeps it for a parameter; layers by name. */
export function toConstant(value: Value): Constant {
  switch (value.kind) {
    case 'int':
      return typeof value.value === 'number' ? value.value : format(value.value);
    case 'float':
      return value.value ?? Number.NaN;
    case 'bool':
      return value.value ?? false;
    case 'string':
      return value.value ?? '';
    case 'list':
      return (value.elements ?? []).map(toConstant);
    case 'record':
      return Object.fromEntries([...value.fields].map(([name, field]) => [name, toConstant(field)]));
    default:
      return toText(value);
  }
}

/** A setting from outside, such as `--set`, as a value. */
export function fromConstant(constant: Constant): Value {
  if (typeof constant === 'number') return number(constant);
  if (typeof constant === 'boolean') return bool(constant);
  if (typeof constant === 'string') return string(constant);
  if (Array.isArray(constant)) return list(constant.map(fromConstant));
  return {
    kind: 'record',
    fields: new Map(Object.entries(constant).map(([name, field]) => [name, fromConstant(field)])),
  };
}
