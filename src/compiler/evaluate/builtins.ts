/** The functions of the language, over compile-time values. */
import type { Span } from '../../dsl/source.ts';
import { add, ceil, type Dim, floor, max, min, unknownInteger } from '../../shared/dim.ts';
import { tickThrough } from './extent.ts';
import type { Frame } from './frame.ts';
import { anyElement } from './merge.ts';
import { binary, checked } from './operators.ts';
import { asLayer } from './parameters.ts';
import type { Session } from './session.ts';
import { describe, float, int, isFilled, isKnown, list, someOf, string, toText, UNKNOWN, type Value } from './value.ts';

export interface BuiltinSite {
  readonly session: Session;
  readonly frame: Frame;
  readonly span: Span;
  /** Reports that this argument is not what the function takes. */
  refuse(index: number, expected: string): Value;
}

interface Builtin {
  readonly form: string;
  readonly doc: string;
  readonly least: number;
  readonly most: number;
  readonly run: (site: BuiltinSite, args: readonly Value[]) => Value;
}

type Numeric = Value & { kind: 'int' | 'float' };

const isNumber = (value: Value | undefined): value is Numeric => value?.kind === 'int' || value?.kind === 'float';

function rounding(form: string, doc: string, round: (value: Dim) => Dim): Builtin {
  const run = (site: BuiltinSite, [value]: readonly Value[]): Value => {
    if (!isNumber(value)) return site.refuse(0, 'a number');
    return checked(site.session, site.span, value.value === undefined ? unknownInteger() : round(value.value), int);
  };
  return { form, doc, least: 1, most: 1, run };
}

function extreme(name: string, doc: string, choose: (a: Dim, b: Dim) => Dim): Builtin {
  const run = (site: BuiltinSite, args: readonly Value[]): Value => {
    const [first] = args;
    const values = args.length === 1 && first?.kind === 'list' ? first.elements : args;
    if (values === undefined) return UNKNOWN;
    if (values.length === 0) return site.refuse(0, 'a list with at least one number');
    const wrong = values.findIndex((each) => !isNumber(each));
    if (wrong >= 0) return site.refuse(values === args ? wrong : 0, 'numbers');
    const numbers = values as readonly Numeric[];
    if (numbers.some((each) => each.value === undefined)) return float(undefined);
    const result = numbers.map((each) => each.value!).reduce(choose);
    return numbers.every((each) => each.kind === 'int')
      ? int(result)
      : float(typeof result === 'number' ? result : undefined);
  };
  return { form: `${name}(a, b, …)`, doc, least: 1, most: 64, run };
}

function real(name: string, doc: string, compute: (value: number) => number): Builtin {
  const run = (site: BuiltinSite, [value]: readonly Value[]): Value => {
    if (!isNumber(value)) return site.refuse(0, 'a number');
    if (typeof value.value !== 'number') return float(undefined);
    return checked(site.session, site.span, compute(value.value));
  };
  return { form: `${name}(x)`, doc, least: 1, most: 1, run };
}

/** Of a list whose length is not known. */
function sumOfUnknown(value: Value & { kind: 'list' }, span: Span): Value {
  const element = anyElement(value);
  if (element === undefined || isNumber(element)) return int(unknownInteger());
  // an empty list sums to a number
  return element.kind === 'tensor' && isFilled(value) ? { ...element, span } : UNKNOWN;
}

function sumOfTensors(site: BuiltinSite, elements: readonly Value[]): Value {
  if (!elements.every((each) => each.kind === 'tensor' || isNumber(each))) {
    return site.refuse(0, 'a list of numbers or tensors');
  }
  const [first, ...rest] = elements;
  return rest.reduce<Value>((sum, each) => binary(site, '+', sum, each, { left: site.span, right: site.span }), first!);
}

export const builtins = {
  range: {
    form: 'range(end)` or `range(start, end, step)',
    doc: 'The whole numbers from `start` (0) up to, but not including, `end`, in steps of `step` (1).',
    least: 1,
    most: 3,
    run: (site, args) => {
      const wrong = args.findIndex((each) => each.kind !== 'int');
      if (wrong >= 0) return site.refuse(wrong, 'an int');
      const values = args.map((each) => (each as Value & { kind: 'int' }).value);
      const [start, end, step] = values.length === 1 ? [0, values[0]!, 1] : [values[0]!, values[1]!, values[2] ?? 1];
      if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') {
        return list(undefined, int(unknownInteger()));
      }
      if (step === 0) return site.refuse(2, 'an int other than 0');
      const length = Math.max(0, Math.ceil((end - start) / step));
      site.session.checkLength(site.span, length);
      return list(Array.from({ length }, (_, index) => int(start + index * step)));
    },
  },
  shared: {
    form: 'shared(layer)',
    doc: 'The layer, all of whose uses have the same weights.',
    least: 1,
    most: 1,
    run: (site, [value]) => {
      const layer = value && asLayer(value);
      if (layer === undefined) return site.refuse(0, 'a layer, such as `conv2d(64, 3)`');
      return layer.layer === undefined
        ? layer
        : { kind: 'layer', layer: { ...layer.layer, shared: { first: undefined } } };
    },
  },
  len: {
    form: 'len(xs)',
    doc: 'How many elements a list has.',
    least: 1,
    most: 1,
    run: (site, [value]) => {
      if (value?.kind !== 'list') return site.refuse(0, 'a list');
      return int(value.elements?.length ?? unknownInteger());
    },
  },
  sum: {
    form: 'sum(xs)',
    doc: 'The sum of a list of numbers, or of tensors, element by element.',
    least: 1,
    most: 1,
    run: (site, [value]) => {
      if (value?.kind !== 'list') return site.refuse(0, 'a list of numbers or tensors');
      if (value.elements === undefined) return sumOfUnknown(value, site.span);
      if (value.elements.some(({ kind }) => kind === 'unknown')) return UNKNOWN;
      if (value.elements.some(({ kind }) => kind === 'tensor')) return sumOfTensors(site, value.elements);
      if (!value.elements.every(isNumber)) return site.refuse(0, 'a list of numbers or tensors');
      const numbers = value.elements.map((each) => each.value);
      if (numbers.some((each) => typeof each !== 'number')) return int(unknownInteger());
      const total = (numbers as number[]).reduce((before, each) => before + each, 0);
      return checked(site.session, site.span, total, value.elements.every((each) => each.kind === 'int') ? int : float);
    },
  },
  reverse: {
    form: 'reverse(xs)',
    doc: 'The list from its end.',
    least: 1,
    most: 1,
    run: (site, [value]) => {
      if (value?.kind !== 'list') return site.refuse(0, 'a list');
      return value.elements === undefined ? value : list([...value.elements].reverse());
    },
  },
  zip: {
    form: 'zip(xs, ys)',
    doc: 'The pairs `[x, y]` of two lists, as many as the shorter has.',
    least: 2,
    most: 2,
    run: (site, [left, right]) => {
      if (left?.kind !== 'list') return site.refuse(0, 'a list');
      if (right?.kind !== 'list') return site.refuse(1, 'a list');
      if (left.elements === undefined || right.elements === undefined) {
        const pair = list([anyElement(left) ?? UNKNOWN, anyElement(right) ?? UNKNOWN]);
        return isFilled(left) && isFilled(right) ? someOf(pair) : list(undefined, pair);
      }
      const length = Math.min(left.elements.length, right.elements.length);
      return list(left.elements.slice(0, length).map((each, index) => list([each, right.elements![index]!])));
    },
  },
  min: extreme('min', 'The least of numbers, or of a list of them.', min),
  max: extreme('max', 'The greatest of numbers, or of a list of them.', max),
  floor: rounding('floor(x)', 'The greatest whole number that is not above `x`.', floor),
  ceil: rounding('ceil(x)', 'The least whole number that is not below `x`.', ceil),
  round: rounding('round(x)', 'The nearest whole number; halves go up.', (value) => floor(add(value, 0.5))),
  float: real('float', 'The number as a float.', (value) => value),
  sqrt: real('sqrt', 'The square root.', Math.sqrt),
  exp: real('exp', 'The exponential.', Math.exp),
  log: real('log', 'The natural logarithm.', Math.log),
  sin: real('sin', 'The sine, of radians.', Math.sin),
  cos: real('cos', 'The cosine, of radians.', Math.cos),
  pi: { form: 'pi()', doc: 'The number π.', least: 0, most: 0, run: () => float(Math.PI) },
  abs: {
    form: 'abs(x)',
    doc: 'The number without its sign.',
    least: 1,
    most: 1,
    run: (site, [value]) => {
      if (!isNumber(value)) return site.refuse(0, 'a number');
      if (typeof value.value !== 'number') return value.kind === 'int' ? int(unknownInteger()) : float(undefined);
      return value.kind === 'int' ? int(Math.abs(value.value)) : float(Math.abs(value.value));
    },
  },
  str: {
    form: 'str(x)',
    doc: 'The value as text.',
    least: 1,
    most: 1,
    run: (_, [value]) =>
      isKnown(value!) ? string(toText(value!)) : { kind: 'string', value: undefined, shown: toText(value!) },
  },
} satisfies Record<string, Builtin>;

export type BuiltinName = keyof typeof builtins;

export function isBuiltin(name: string): name is BuiltinName {
  return Object.hasOwn(builtins, name);
}

/** Functions that are also layers: which one is meant shows in the argument. */
export function worksOnNumbers(name: string, argument: Value | undefined): boolean {
  return isBuiltin(name) && isNumber(argument);
}

export function runBuiltin(
  session: Session,
  frame: Frame,
  name: BuiltinName,
  args: readonly { value: Value; span: Span }[],
  named: readonly { name: string; nameSpan: Span }[],
  span: Span,
): Value {
  const builtin: Builtin = builtins[name];
  if (named.length > 0) {
    const help = `give it by its position: \`${builtin.form}\``;
    for (const { name: given, nameSpan } of named) {
      const args = { callee: name, name: given, near: undefined, form: builtin.form };
      session.report('unknown-argument', nameSpan, args, { help });
    }
    return UNKNOWN;
  }
  if (args.length < builtin.least) {
    const [, first = 'x'] = /\((\w+)/.exec(builtin.form) ?? [];
    session.report('missing-argument', span, { callee: name, name: first, form: builtin.form });
    return UNKNOWN;
  }
  if (args.length > builtin.most) {
    session.report('too-many-arguments', args[builtin.most]!.span, {
      callee: name,
      most: builtin.most,
      form: builtin.form,
    });
    return UNKNOWN;
  }
  if (args.some((each) => each.value.kind === 'unknown')) return UNKNOWN;
  const refuse = (index: number, expected: string): Value => {
    const argument = args[Math.min(index, args.length - 1)]!;
    session.report('wrong-type', argument.span, {
      what: `the argument of \`${name}\``,
      expected,
      actual: describe(argument.value),
    });
    return UNKNOWN;
  };
  for (const { value } of args) if (name !== 'len') tickThrough(session, span, value);
  return builtin.run(
    { session, frame, span, refuse },
    args.map((each) => each.value),
  );
}
