/** Attributes of operations as a picture words them: what a box says beside its name, and what only its details say. */
import type { Node } from '../graph.ts';
import { languageName } from '../ops/attribute-name.ts';
import type { OpAttributes, OpKind } from '../ops/kind.ts';

export interface Attribute {
  readonly name: string;
  readonly text: string;
  /** Where a box shows it: bare (`3×3`), with its name (`stride 2`), because it varies, or not: it is usual. */
  readonly shown: 'bare' | 'named' | 'varies' | 'never';
}

type AttributeName = { [K in OpKind]: keyof OpAttributes[K] }[OpKind];
type Shown = (value: unknown, text: string, rank: number) => Attribute['shown'];

const bare: Shown = () => 'bare';
const named: Shown = () => 'named';
const never: Shown = () => 'never';
const unless =
  (...usual: readonly string[]): Shown =>
  (_, text) =>
    usual.includes(text) ? 'never' : 'named';

const shownWhen: Readonly<Record<AttributeName, Shown>> = {
  kernel: bare,
  filters: bare,
  units: bare,
  rate: bare,
  output: bare,
  size: bare,
  method: unless('nearest'),
  vocabulary: bare,
  width: bare,
  sizes: bare,
  exponent: bare,
  stride: unless('1'),
  dilation: unless('1'),
  groups: unless('1'),
  multiplier: unless('1'),
  outputPadding: unless('0'),
  // the channels
  axis: (value, _, rank) => (value === rank - 1 ? 'never' : 'named'),
  axes: named,
  alpha: named,
  low: unless('none'),
  high: unless('none'),
  start: named,
  end: named,
  permutation: bare,
  value: unless('0'),
  per: unless('element'),
  // of a normalisation whether there is one, of `affine` and `upsample` how much
  scale: (value) => (typeof value === 'boolean' || value === 1 ? 'never' : 'named'),
  offset: (value) => (typeof value === 'boolean' || value === 0 ? 'never' : 'named'),
  transposeA: unless('no'),
  transposeB: unless('no'),
  shape: never,
  values: never,
  indices: never,
  places: never,
  initializer: never,
  biasInitializer: never,
  bias: never,
  padding: never,
  pads: never,
  countPadding: never,
  ceiling: never,
  epsilon: never,
  momentum: never,
  approximate: never,
  keepAxes: never,
  alignCorners: never,
};

const MOST_NUMBERS = 12;

/** Heights and widths. */
const EXTENTS: ReadonlySet<AttributeName> = new Set(['kernel', 'output', 'size']);
/** Amounts along the height and the width, mostly the same. */
const STEPS: ReadonlySet<AttributeName> = new Set(['stride', 'dilation', 'outputPadding', 'scale']);

/** What a node's attributes say, the most telling first; `axes` is how many its first result has. */
export function attributesOf(node: Node, axes: number): readonly Attribute[] {
  return (Object.entries(node.attributes) as [AttributeName, unknown][])
    .filter(([name]) => name !== 'initializer' && name !== 'biasInitializer')
    .map(([name, value]) => {
      const text = textOf(value, name);
      return { name: languageName(name), text, shown: shownWhen[name](value, text, axes) };
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** The kernel comes before the filters, and both before everything that has to be named. */
function rank({ shown }: Attribute): number {
  return shown === 'bare' ? 0 : shown === 'named' ? 1 : 2;
}

/** `3×3` for a kernel, `2` for a stride that is the same both ways. */
function textOf(value: unknown, name?: AttributeName): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberText(value);
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  if (name !== undefined && EXTENTS.has(name)) return value.map((each) => textOf(each)).join('×');
  if (name !== undefined && STEPS.has(name) && value[0] === value[1]) return textOf(value[0]);
  if (value.length > MOST_NUMBERS) return `${value.length} numbers`;
  return value.map((each) => (Array.isArray(each) ? `[${textOf(each)}]` : textOf(each))).join(', ');
}

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
