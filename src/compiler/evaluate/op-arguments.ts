/** Reads the arguments of an operation by the types that its signature states. */
import type { Span } from '../../dsl/source.ts';
import { type Dim, unknownInteger } from '../../shared/dim.ts';
import { type Initializer, initializerForms, parseInitializer, zeros } from '../ops/initializer.ts';
import type { Pair } from '../ops/kind.ts';
import type { CallArguments, Dims, NestedInts, Numbers, PaddingArgument } from '../ops/shape/rule.ts';
import { type CallableOp, signatures } from '../ops/signature/index.ts';
import type { Default, ParameterSpec, ParameterType } from '../ops/signature/signature.ts';
import { shortestForm } from './call.ts';
import type { OpArgument } from './op-call.ts';
import type { Session } from './session.ts';
import { describe, fromConstant, type Value } from './value.ts';

/** A value in the form that shape rules read; undefined where it is not known. */
type Read =
  | Dim
  | boolean
  | string
  | Dims
  | Pair<Dim>
  | readonly Pair<Dim>[]
  | PaddingArgument
  | Numbers
  | NestedInts
  | undefined;

/** The arguments of a call with defaults filled in; nothing after reporting what is missing or of a wrong type. */
export function readArguments(
  session: Session,
  op: CallableOp,
  given: ReadonlyMap<string, OpArgument>,
  span: Span,
): CallArguments | undefined {
  const values = new Map<string, Read>();
  let complete = true;
  for (const parameter of signatures[op].parameters) {
    const argument = given.get(parameter.name);
    if (argument === undefined) {
      if (parameter.default === undefined) {
        session.report('missing-argument', span, { callee: op, name: parameter.name, form: shortestForm(op) });
        complete = false;
      } else if (parameter.default !== null) values.set(parameter.name, readDefault(parameter, parameter.default));
      continue;
    }
    if (argument.value.kind === 'unknown') {
      if (!session.symbolic) complete = false;
      values.set(parameter.name, undefined);
      continue;
    }
    const read = readValue(parameter.type, argument.value);
    if (read === MISFIT) {
      const what = `\`${parameter.name}\` of \`${op}\``;
      const args = { what, expected: nameOf(parameter.type), actual: describe(argument.value) };
      session.report('wrong-type', argument.span, args, { help: helpFor(op, argument.value) });
      complete = false;
    } else if (
      parameter.type === 'initializer' &&
      typeof read === 'string' &&
      !isInitializer(session, read, argument)
    ) {
      complete = false;
    } else if (parameter.type === 'float' && Math.abs(Math.fround(read as number)) === Number.POSITIVE_INFINITY) {
      session.report('number-beyond-float32', argument.span, { value: String(read) });
      complete = false;
    } else values.set(parameter.name, read);
  }
  return complete ? new ReadArguments(values) : undefined;
}

/** What a tensor in the place of a parameter may come from. */
function helpFor(op: CallableOp, value: Value): string | undefined {
  if (value.kind !== 'tensor') return undefined;
  if (op === 'gather') return '`lookup(x, table)` takes rows by the whole numbers that a tensor holds';
  // The habit of `conv2d(x, 64, 3)` behind a `|>`.
  return 'the tensor comes first, and `|>` has given it';
}

/** Whether the text is an initializer; if not, that is reported. */
function isInitializer(session: Session, given: string, { span }: OpArgument): boolean {
  const parsed = parseInitializer(given);
  if (!('problem' in parsed)) return true;
  if (parsed.problem === 'argument') session.report('initializer-argument', span, { given, form: parsed.form });
  else session.report('unknown-initializer', span, { given, near: parsed.near, forms: initializerForms() });
  return false;
}

class ReadArguments implements CallArguments {
  readonly #values: ReadonlyMap<string, Read>;

  constructor(values: ReadonlyMap<string, Read>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
  int(name: string): Dim {
    return (this.#values.get(name) as Dim | undefined) ?? unknownInteger();
  }
  float(name: string): number {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : Number.NaN;
  }
  bool(name: string): boolean {
    return (this.#values.get(name) as boolean | undefined) ?? false;
  }
  flag(name: string): boolean | undefined {
    return this.#values.get(name) as boolean | undefined;
  }
  pair(name: string): Pair<Dim> {
    return (this.#values.get(name) as Pair<Dim> | undefined) ?? [unknownInteger(), unknownInteger()];
  }
  padding(name: string): PaddingArgument | undefined {
    return this.#values.get(name) as PaddingArgument | undefined;
  }
  ints(name: string): Dims | undefined {
    const value = this.#values.get(name) as Dim | Dims | undefined;
    return value === undefined || Array.isArray(value) ? (value as Dims | undefined) : [value as Dim];
  }
  isList(name: string): boolean {
    return Array.isArray(this.#values.get(name));
  }
  pairs(name: string): readonly Pair<Dim>[] | undefined {
    return this.#values.get(name) as readonly Pair<Dim>[] | undefined;
  }
  numbers(name: string): Numbers | undefined {
    return this.#values.get(name) as Numbers | undefined;
  }
  choice<T extends string>(name: string): T {
    return this.#values.get(name) as T;
  }
  nested(name: string): NestedInts | undefined {
    return this.#values.get(name) as NestedInts | undefined;
  }
  initializer(name: string): Initializer {
    const text = this.#values.get(name) as string | undefined;
    const parsed = text === undefined ? zeros : parseInitializer(text);
    return 'problem' in parsed ? zeros : parsed;
  }
}

const MISFIT = Symbol('misfit');

function readDefault(parameter: ParameterSpec, value: Default): Read {
  const read = readValue(parameter.type, fromConstant(value));
  if (read === MISFIT) throw new Error(`the default of ${parameter.name} does not have its type`);
  return read;
}

function readValue(type: ParameterType, value: Value): Read | typeof MISFIT {
  if (typeof type !== 'string') {
    if (value.kind !== 'string') return MISFIT;
    return value.value === undefined || type.includes(value.value) ? value.value : MISFIT;
  }
  switch (type) {
    case 'int':
      return value.kind === 'int' ? value.value : MISFIT;
    case 'float':
      return value.kind === 'int' || value.kind === 'float'
        ? typeof value.value === 'number'
          ? value.value
          : Number.NaN
        : MISFIT;
    case 'bool':
      return value.kind === 'bool' ? value.value : MISFIT;
    case 'pair':
      return value.kind === 'int' ? [value.value, value.value] : readPair(value);
    case 'ints':
      return readInts(value);
    case 'int or ints':
      return value.kind === 'int' ? value.value : readInts(value);
    case 'pairs':
      return readPairs(value);
    case 'padding':
      return readPadding(value);
    case 'length':
      return value.kind === 'int' ? [1, value.value] : MISFIT;
    case 'ends':
      return readEnds(value);
    case 'nested ints':
      return readNested(value);
    case 'initializer':
      return value.kind === 'string' ? value.value : MISFIT;
    case 'numbers':
      return readNumbers(value);
  }
}

function readInts(value: Value): Dims | undefined | typeof MISFIT {
  if (value.kind !== 'list') return MISFIT;
  if (value.elements === undefined) return undefined;
  const ints: Dim[] = [];
  for (const element of value.elements) {
    if (element.kind === 'unknown') return undefined;
    if (element.kind !== 'int') return MISFIT;
    ints.push(element.value);
  }
  return ints;
}

function readEnds(value: Value): PaddingArgument | undefined | typeof MISFIT {
  if (value.kind === 'string') return readPadding(value);
  const pair = value.kind === 'int' ? ([value.value, value.value] as const) : readPair(value);
  return pair === undefined || pair === MISFIT ? pair : [[0, 0], pair];
}

function readNested(value: Value): NestedInts | undefined | typeof MISFIT {
  if (value.kind === 'int') return { places: [], indices: [value.value] };
  if (value.kind !== 'list') return MISFIT;
  if (value.elements?.some((each) => each.kind === 'list') !== true) {
    const indices = readInts(value);
    return indices === undefined || indices === MISFIT ? indices : { places: [indices.length], indices };
  }
  const rows: NestedInts[] = [];
  for (const element of value.elements) {
    if (element.kind === 'unknown') return undefined;
    const row = readNested(element);
    if (row === undefined || row === MISFIT) return row;
    if (row.places.join() !== (rows[0] ?? row).places.join()) return MISFIT;
    rows.push(row);
  }
  return { places: [rows.length, ...rows[0]!.places], indices: rows.flatMap(({ indices }) => indices) };
}

function readPair(value: Value): Pair<Dim> | undefined | typeof MISFIT {
  const ints = readInts(value);
  if (ints === undefined || ints === MISFIT) return ints;
  return ints.length === 2 ? [ints[0]!, ints[1]!] : MISFIT;
}

function readPairs(value: Value): readonly Pair<Dim>[] | undefined | typeof MISFIT {
  if (value.kind !== 'list') return MISFIT;
  if (value.elements === undefined) return undefined;
  const pairs: Pair<Dim>[] = [];
  for (const element of value.elements) {
    const pair = readPair(element);
    if (pair === undefined || pair === MISFIT) return pair;
    pairs.push(pair);
  }
  return pairs;
}

/** Lists in lists as a tensor: those at one depth have one length. */
function readNumbers(value: Value): Numbers | undefined | typeof MISFIT {
  if (value.kind === 'unknown') return undefined;
  if (value.kind === 'int' || value.kind === 'float') {
    return typeof value.value === 'number' ? { shape: [], values: [value.value] } : undefined;
  }
  if (value.kind !== 'list') return MISFIT;
  if (value.elements === undefined) return undefined;
  const [first, ...rest] = value.elements.map(readNumbers);
  if (first === undefined || first === MISFIT) return value.elements.length === 0 ? MISFIT : first;
  const values = [...first.values];
  for (const each of rest) {
    if (each === undefined || each === MISFIT) return each;
    if (each.shape.join() !== first.shape.join()) return MISFIT;
    for (const number of each.values) values.push(number);
  }
  return { shape: [value.elements.length, ...first.shape], values };
}

function readPadding(value: Value): PaddingArgument | undefined | typeof MISFIT {
  if (value.kind === 'string') {
    return value.value === undefined || value.value === 'same' || value.value === 'valid' ? value.value : MISFIT;
  }
  if (value.kind === 'int') {
    const all: Pair<Dim> = [value.value, value.value];
    return [all, all];
  }
  const pair = readPair(value);
  if (pair === undefined) return undefined;
  if (pair !== MISFIT) {
    const [vertical, horizontal] = pair;
    return [
      [vertical, vertical],
      [horizontal, horizontal],
    ];
  }
  const pairs = readPairs(value);
  if (pairs === undefined || pairs === MISFIT) return pairs;
  return pairs.length === 2 ? [pairs[0]!, pairs[1]!] : MISFIT;
}

/** A type as messages name it. */
export function nameOf(type: ParameterType): string {
  if (typeof type !== 'string') return type.map((each) => JSON.stringify(each)).join(' or ');
  const names = {
    int: 'an int',
    float: 'a number',
    bool: 'true or false',
    pair: 'an int or [height, width]',
    padding: '"same", "valid", an int, [vertical, horizontal] or [[top, bottom], [left, right]]',
    ints: 'a list of ints',
    pairs: 'a list of pairs of ints',
    'int or ints': 'an int or a list of ints',
    length: 'an int',
    ends: '"same", "valid", an int or [before, after]',
    'nested ints': 'an int, a list of ints, or of such lists with equal lengths',
    initializer: 'the name of an initializer',
    numbers: 'a list of numbers, or of lists of them that are all as long',
  };
  return names[type];
}
