/** Typed weights, the table that describes them, and the tree in which a model takes them. */
import type * as tf from '@tensorflow/tfjs-core';

type Shape = readonly number[];
interface Ranks {
  readonly 0: tf.Scalar;
  readonly 1: tf.Tensor1D;
  readonly 2: tf.Tensor2D;
  readonly 3: tf.Tensor3D;
  readonly 4: tf.Tensor4D;
}
type TensorOf<S extends Shape> = S['length'] extends keyof Ranks ? Ranks[S['length']] : tf.Tensor;
type Last<S extends Shape> = S extends readonly [...Shape, infer L extends number] ? L : number;

/** A tensor or variable whose shape is known to the type checker. */
export type Weight<S extends Shape> = TensorOf<S> & { readonly shape: S };

/** `N` times `T`, as a tuple. */
export type Repeat<T, N extends number, Result extends readonly T[] = readonly []> = Result['length'] extends N
  ? Result
  : Repeat<T, N, readonly [...Result, T]>;

type Drop<
  L extends readonly unknown[],
  N extends number,
  Dropped extends readonly unknown[] = [],
> = Dropped['length'] extends N
  ? L
  : L extends readonly [unknown, ...infer Rest]
    ? Drop<Rest, N, readonly [...Dropped, unknown]>
    : L;

type Take<
  L extends readonly unknown[],
  N extends number,
  Taken extends readonly unknown[] = [],
> = Taken['length'] extends N
  ? Taken
  : L extends readonly [infer First, ...infer Rest]
    ? Take<Rest, N, readonly [...Taken, First]>
    : Taken;

/** The elements of a list of weights from place `start` on, each with its own type. */
export function from<L extends readonly unknown[], const Start extends number>(list: L, start: Start): Drop<L, Start> {
  return list.slice(start) as readonly unknown[] as Drop<L, Start>;
}

/** The elements from place `start` up to but without `end`. */
export function between<L extends readonly unknown[], const Start extends number, const End extends number>(
  list: L,
  start: Start,
  end: End,
): Drop<Take<L, End>, Start> {
  return list.slice(start, end) as readonly unknown[] as Drop<Take<L, End>, Start>;
}

/** A convolution or dense layer without bias. Kernels are `[height, width, in / groups, out]` or `[in, out]`. */
export interface Kernel<S extends Shape> {
  readonly kernel: Weight<S>;
}

export interface KernelAndBias<S extends Shape, Channels extends number = Last<S>> extends Kernel<S> {
  readonly bias: Weight<[Channels]>;
}

/** The rows that whole numbers stand for, `[vocabulary, width]`. */
export interface Embedding<S extends Shape> {
  readonly table: Weight<S>;
}

/** A factor a channel. */
export interface Scale<Channels extends number = number> {
  readonly gamma: Weight<[Channels]>;
}

/** An offset a channel. */
export interface Offset<Channels extends number = number> {
  readonly beta: Weight<[Channels]>;
}

export interface ScaleAndOffset<Channels extends number = number> extends Scale<Channels>, Offset<Channels> {}

/** What batch normalisation uses outside of training. */
export interface RunningStatistics<Channels extends number = number> {
  readonly movingMean: Weight<[Channels]>;
  readonly movingVariance: Weight<[Channels]>;
}

export interface BatchNorm<Channels extends number = number>
  extends ScaleAndOffset<Channels>,
    RunningStatistics<Channels> {}

/** A slope below zero a channel. */
export interface Slopes<Channels extends number = number> {
  readonly alpha: Weight<[Channels]>;
}

/** A tensor that the model states itself. */
export interface Learned<S extends Shape = Shape> {
  readonly value: Weight<S>;
}

type Fanned = `${'he' | 'lecun'}_${'uniform' | 'normal'}`;

/** How a weight starts. */
export type Initializer =
  | 'zeros'
  | 'ones'
  | `glorot_${'uniform' | 'normal'}`
  | Fanned
  | `${Fanned}(fan_out)`
  | `${'normal' | 'truncated_normal' | 'uniform' | 'constant'}(${number})`;

export interface WeightSpec {
  /** The key in checkpoints: `local/Residual[2]/conv2d/kernel`. */
  readonly path: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** False for the running statistics of batch normalisation. */
  readonly trainable: boolean;
}

/**
 * Shapes by weight name for every layer that a path stands for; `conv[1..3]` is short for three paths. Last, how the
 * kernel starts, or each weight by name, where that is not `glorot_uniform` for a kernel, `ones` for scales and `zeros`
 * for the rest.
 */
export type WeightRow = readonly [
  path: string,
  shapes: Readonly<Record<string, Shape>>,
  initializers?: Initializer | Readonly<Record<string, Initializer>>,
];

/** Writes out the rows of a weight table, one entry a tensor. */
export function weightTable(rows: readonly WeightRow[]): readonly WeightSpec[] {
  const table: WeightSpec[] = [];
  for (const [pattern, shapes, initializers = {}] of rows) {
    const given: Readonly<Record<string, Initializer>> =
      typeof initializers === 'string' ? { kernel: initializers } : initializers;
    for (const layer of spellOut(pattern)) {
      for (const [name, shape] of Object.entries(shapes)) {
        const ones = name === 'gamma' || name === 'moving_variance';
        const initializer = given[name] ?? (name === 'kernel' ? 'glorot_uniform' : ones ? 'ones' : 'zeros');
        table.push({ path: `${layer}/${name}`, shape, initializer, trainable: !name.startsWith('moving_') });
      }
    }
  }
  return table;
}

function spellOut(pattern: string): string[] {
  const range = /^(.*?)\[(\d+)\.\.(\d+)\](.*)$/.exec(pattern);
  if (!range) return [pattern];
  const [, before, first, last, after] = range as unknown as [string, string, string, string, string];
  const count = Number(last) - Number(first) + 1;
  return Array.from({ length: count }, (_, i) => spellOut(`${before}[${Number(first) + i}]${after}`)).flat();
}

/**
 * Hangs tensors into the tree of weights that a model takes: `local/Residual[2]/conv2d/kernel` becomes
 * `weights.local.residual[2].conv2d.kernel`.
 *
 * @param shared layers that use the weights of another, by path
 * @throws when a tensor is missing or has another shape than the table says
 */
export function bindWeights<Weights>(
  table: readonly WeightSpec[],
  tensors: ReadonlyMap<string, tf.Tensor> | Readonly<Record<string, tf.Tensor>>,
  shared: Readonly<Record<string, string>> = {},
): Weights {
  interface Tree {
    [key: string]: Tree | tf.Tensor;
  }
  const tree: Tree = {};
  const places = table.map(({ path, shape }) => ({ path, shape, from: path }));
  for (const [layer, owner] of Object.entries(shared)) {
    for (const { path, shape } of table) {
      const slash = path.lastIndexOf('/');
      if (path.slice(0, slash) === owner) places.push({ path: layer + path.slice(slash), shape, from: path });
    }
  }
  const keys = keysOfNames(places.map(({ path }) => path));
  for (const { path, shape, from } of places) {
    const tensor = tensors instanceof Map ? tensors.get(from) : (tensors as Record<string, tf.Tensor>)[from];
    if (!tensor) throw new Error(`no tensor for ${from}`);
    if (tensor.shape.join() !== shape.join()) {
      throw new Error(`${path} should be [${shape.join(', ')}] and not [${tensor.shape.join(', ')}]`);
    }
    const steps = path.split('/').flatMap((segment, depth, segments) => {
      const [name, index] = segment.split(/[[\]]/) as [string, string?];
      const key = keys.get([...segments.slice(0, depth), name].join('/'))!;
      return key.list ? [key.name, index ?? '0'] : [key.name];
    });
    let at = tree;
    for (const [depth, step] of steps.slice(0, -1).entries()) {
      at[step] ??= (/^\d/.test(steps[depth + 1]!) ? [] : {}) as Tree;
      at = at[step] as Tree;
    }
    at[steps.at(-1)!] = tensor;
  }
  return tree as Weights;
}

/** The property for each name of a path, by `parent/name`; a list where the name has more than one index. */
function keysOfNames(paths: readonly string[]): Map<string, { name: string; list: boolean }> {
  const indexes = new Map<string, Set<string>>();
  const namesByKey = new Map<string, Set<string>>();
  for (const path of paths) {
    const segments = path.split('/');
    for (const [depth, segment] of segments.entries()) {
      const parent = segments.slice(0, depth).join('/');
      const [name, index] = segment.split(/[[\]]/) as [string, string?];
      const full = depth > 0 ? `${parent}/${name}` : name;
      indexes.set(full, (indexes.get(full) ?? new Set()).add(index ?? ''));
      const key = `${parent}/${camelCase(name)}`;
      namesByKey.set(key, (namesByKey.get(key) ?? new Set()).add(name));
    }
  }
  const keys = new Map<string, { name: string; list: boolean }>();
  for (const [full, found] of indexes) {
    const [parent, name] = [full.slice(0, Math.max(0, full.lastIndexOf('/'))), full.slice(full.lastIndexOf('/') + 1)];
    const alone = namesByKey.get(`${parent}/${camelCase(name)}`)!.size === 1;
    keys.set(full, { name: alone ? camelCase(name) : name, list: found.size > 1 || !found.has('') });
  }
  return keys;
}

/** `group_norm` and `GroupNorm` become `groupNorm`, `DRDB` becomes `drdb`. */
function camelCase(name: string): string {
  const joined = name.replace(/_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
  return joined.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());
}
