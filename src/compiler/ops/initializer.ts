/**
 * How weights start: parsed from the text of the language (`"he_normal"`, `"normal(0.02)"`), printed back to it, and
 * drawn from a stream of random numbers.
 */
import { elementCount } from '../../shared/element-count.ts';
import type { Random } from '../../shared/random.ts';
import { suggest } from '../../shared/suggest.ts';

/** Whose connections count: of those that go into an output, or those that come out of an input. */
export type Fan = 'fan_in' | 'fan_out';

export type Initializer =
  | { readonly kind: 'zeros' | 'ones' | 'glorot_uniform' | 'glorot_normal' }
  | { readonly kind: 'he_uniform' | 'he_normal' | 'lecun_uniform' | 'lecun_normal'; readonly fan: Fan }
  | { readonly kind: 'normal' | 'truncated_normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'constant'; readonly value: number };

export type InitializerKind = Initializer['kind'];

/** How many inputs an output sees through a weight, and how many outputs an input reaches. */
export interface Fans {
  readonly in: number;
  readonly out: number;
}

export const zeros: Initializer = { kind: 'zeros' };
export const ones: Initializer = { kind: 'ones' };

interface Form {
  /** As it is written, with an example of its argument. */
  readonly form: string;
  readonly doc: string;
  /** Of what stands in the parentheses; nothing where that does not fit. */
  readonly read: (argument: string | undefined) => Initializer | undefined;
}

function plain(kind: 'zeros' | 'ones' | 'glorot_uniform' | 'glorot_normal', doc: string): Form {
  return { form: kind, doc, read: (argument) => (argument === undefined ? { kind } : undefined) };
}

function fanned(kind: 'he_uniform' | 'he_normal' | 'lecun_uniform' | 'lecun_normal', doc: string): Form {
  const read = (fan = 'fan_in'): Initializer | undefined =>
    fan === 'fan_in' || fan === 'fan_out' ? { kind, fan } : undefined;
  return { form: `${kind} or ${kind}(fan_out)`, doc, read };
}

function numeric(form: string, doc: string, least: number, make: (value: number) => Initializer): Form {
  const read = (argument: string | undefined): Initializer | undefined => {
    const value = argument === undefined || argument === '' ? Number.NaN : Number(argument);
    return Number.isFinite(Math.fround(value)) && value >= least ? make(value) : undefined;
  };
  return { form, doc, read };
}

/** Every initializer of the language, in the order of the reference. */
export const initializers: { readonly [K in InitializerKind]: Form } = {
  glorot_uniform: plain('glorot_uniform', 'Uniform within ±√(6 / (fan in + fan out)); also called Xavier.'),
  glorot_normal: plain('glorot_normal', 'Normal with variance 2 / (fan in + fan out).'),
  he_uniform: fanned('he_uniform', 'Uniform within ±√(6 / fan); also called Kaiming, with the gain of relu.'),
  he_normal: fanned('he_normal', 'Normal with variance 2 / fan.'),
  lecun_uniform: fanned('lecun_uniform', 'Uniform within ±√(3 / fan).'),
  lecun_normal: fanned('lecun_normal', 'Normal with variance 1 / fan.'),
  normal: numeric('normal(0.02)', 'Normal with that standard deviation.', 0, (deviation) => ({
    kind: 'normal',
    deviation,
  })),
  truncated_normal: numeric(
    'truncated_normal(0.02)',
    'As `normal`, and drawn again while it lies beyond twice that deviation from 0; what is left has 0.88 of the deviation.',
    0,
    (deviation) => ({ kind: 'truncated_normal', deviation }),
  ),
  uniform: numeric('uniform(0.05)', 'Uniform within ± that number.', 0, (limit) => ({ kind: 'uniform', limit })),
  constant: numeric('constant(0.1)', 'That number.', Number.NEGATIVE_INFINITY, (value) => ({
    kind: 'constant',
    value,
  })),
  zeros: plain('zeros', '0.'),
  ones: plain('ones', '1.'),
};

const kinds = Object.keys(initializers) as InitializerKind[];

/** What another library calls them, by how their names begin. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^xavier_/, 'glorot_'],
  [/^kaiming_/, 'he_'],
  [/^(trunc_normal|truncatednormal)/, 'truncated_normal'],
  [/^random_/, ''],
  [/^zero$/, 'zeros'],
  [/^one$/, 'ones'],
];

/** Why a text is no initializer: its name is unknown, or what stands in its parentheses does not fit. */
export type InitializerProblem =
  | { readonly problem: 'name'; readonly near: string | undefined }
  | { readonly problem: 'argument'; readonly form: string };

/** `"he_normal"`, `"he_normal(fan_out)"`, `"normal(0.02)"`. */
export function parseInitializer(text: string): Initializer | InitializerProblem {
  const [, name = text.trim(), argument] = /^\s*([A-Za-z_]\w*)\s*(?:\(\s*([^()]*?)\s*\))?\s*$/.exec(text) ?? [];
  if (!isKind(name)) return { problem: 'name', near: nearest(name.replace(/\(.*$/s, '')) };
  const { form, read } = initializers[name];
  return read(argument) ?? { problem: 'argument', form };
}

function isKind(name: string): name is InitializerKind {
  return Object.hasOwn(initializers, name);
}

/** How the initializer that was probably meant is written. */
function nearest(name: string): string | undefined {
  const lower = name.toLowerCase().replace(/_$/, '');
  const [pattern, ours] = foreign.find(([pattern]) => pattern.test(lower)) ?? [];
  const translated = pattern === undefined ? lower : lower.replace(pattern, ours!);
  const kind = isKind(translated) ? translated : suggest(translated, kinds);
  return kind === undefined ? undefined : formOf(kind as InitializerKind);
}

function formOf(kind: InitializerKind): string {
  return initializers[kind].form.split(' or ')[0]!;
}

/** All the ways to write one, for messages. */
export function initializerForms(): string {
  return kinds.map((kind) => formOf(kind)).join(', ');
}

/** The text that `parseInitializer` reads as the same. */
export function printInitializer(initializer: Initializer): string {
  switch (initializer.kind) {
    case 'normal':
    case 'truncated_normal':
      return `${initializer.kind}(${initializer.deviation})`;
    case 'uniform':
      return `uniform(${initializer.limit})`;
    case 'constant':
      return `constant(${initializer.value})`;
    case 'he_uniform':
    case 'he_normal':
    case 'lecun_uniform':
    case 'lecun_normal':
      return initializer.fan === 'fan_in' ? initializer.kind : `${initializer.kind}(${initializer.fan})`;
    default:
      return initializer.kind;
  }
}

/**
 * The fans of a weight whose last axes are `[in, out]`, with the size of a window before them; those of a vector are its
 * length. For weights whose axes mean that; kernels of grouped and depthwise convolutions state their own.
 */
export function fansOf(shape: readonly number[]): Fans {
  if (shape.length < 2) return { in: shape[0] ?? 1, out: shape[0] ?? 1 };
  const field = elementCount(shape.slice(0, -2));
  return { in: field * shape.at(-2)!, out: field * shape.at(-1)! };
}

/** Fills `data`, a weight with these fans, with numbers that are drawn in its order. */
export function fill(data: Float32Array, initializer: Initializer, fans: Fans, random: Random): Float32Array {
  const uniform = (limit: number): Float32Array => data.map(() => random.uniform(-limit, limit));
  const normal = (deviation: number): Float32Array => data.map(() => random.normal(0, deviation));
  switch (initializer.kind) {
    case 'zeros':
      return data.fill(0);
    case 'ones':
      return data.fill(1);
    case 'constant':
      return data.fill(initializer.value);
    case 'normal':
      return normal(initializer.deviation);
    case 'truncated_normal':
      return data.map(() => initializer.deviation * withinTwo(random));
    case 'uniform':
      return uniform(initializer.limit);
    case 'glorot_uniform':
      return uniform(Math.sqrt(6 / (fans.in + fans.out)));
    case 'glorot_normal':
      return normal(Math.sqrt(2 / (fans.in + fans.out)));
    case 'he_uniform':
      return uniform(Math.sqrt(6 / chosen(fans, initializer.fan)));
    case 'he_normal':
      return normal(Math.sqrt(2 / chosen(fans, initializer.fan)));
    case 'lecun_uniform':
      return uniform(Math.sqrt(3 / chosen(fans, initializer.fan)));
    case 'lecun_normal':
      return normal(Math.sqrt(1 / chosen(fans, initializer.fan)));
  }
}

function chosen(fans: Fans, fan: Fan): number {
  return fan === 'fan_in' ? fans.in : fans.out;
}

/** A normal number that lies within two deviations. */
function withinTwo(random: Random): number {
  for (;;) {
    const drawn = random.normal();
    if (Math.abs(drawn) <= 2) return drawn;
  }
}
