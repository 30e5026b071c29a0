/** Inference and training: dropout and running statistics. */
import * as tf from '@tensorflow/tfjs-core';

/** How a model runs. `{ training: true }` normalises by batch statistics and lets dropout act. */
export interface Mode {
  readonly training: boolean;
  /** The dropout mask, 0 or 1 / (1 − rate), for the layer at `path`. Drawn at random unless given. */
  readonly mask?: (path: string, shape: number[], rate: number) => tf.Tensor;
  /** Receives the new value of a running statistic, e.g. to `assign` it. */
  readonly update?: (statistic: tf.Tensor, value: tf.Tensor) => void;
  /** Where in the model we are, to name dropout layers. */
  readonly path?: string;
}

export const inference: Mode = { training: false };

/** The mode inside a part of the model. */
export function within(mode: Mode, name: string): Mode {
  return { ...mode, path: mode.path ? `${mode.path}/${name}` : name };
}

/** `per` says what is zeroed at once: an element, a channel of an example (the last axis) or a whole example. */
export function dropout<T extends tf.Tensor>(
  x: T,
  name: string,
  rate: number,
  mode: Mode,
  { per = 'element' }: { readonly per?: 'element' | 'channel' | 'example' } = {},
): T {
  if (!mode.training || rate === 0) return x;
  const { path } = within(mode, name);
  const isDecided = (axis: number): boolean =>
    per === 'element' || axis === 0 || (per === 'channel' && axis === x.rank - 1);
  const shape = x.shape.map((size, axis) => (isDecided(axis) ? size : 1));
  const draw = (): tf.Tensor => tf.div(tf.cast(tf.greaterEqual(tf.randomUniform(shape), rate), 'float32'), 1 - rate);
  return tf.mul<T>(x, mode.mask ? mode.mask(path!, shape, rate) : draw());
}
