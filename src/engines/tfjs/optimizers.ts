/** The optimizers on tensors; the formulas are those of `src/compiler/optimizer/`. */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Optimizer } from '../engine.ts';

type Kind = Optimizer['kind'];
type Settings<K extends Kind> = Extract<Optimizer, { readonly kind: K }>;

export interface UpdateInputs {
  readonly weight: tfjs.Tensor;
  readonly gradient: tfjs.Tensor;
  readonly slots: Readonly<Record<string, tfjs.Tensor>>;
  readonly learningRate: number;
  /** From 1. */
  readonly step: number;
}

export interface Update {
  readonly weight: tfjs.Tensor;
  readonly slots: Readonly<Record<string, tfjs.Tensor>>;
}

interface Rule<K extends Kind> {
  slots(settings: Settings<K>): readonly string[];
  update(tf: typeof tfjs, settings: Settings<K>, inputs: UpdateInputs): Update;
}

const rules: { readonly [K in Kind]: Rule<K> } = {
  adam: {
    slots: () => ['m', 'v'],
    update(tf, settings, { weight, gradient, slots, learningRate, step }) {
      const { beta1, beta2, epsilon } = settings;
      const m = tf.add(tf.mul(slots['m']!, beta1), tf.mul(gradient, 1 - beta1));
      const v = tf.add(tf.mul(slots['v']!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const rate = learningRate / (1 - beta1 ** step);
      const root = tf.div(tf.sqrt(v), Math.sqrt(1 - beta2 ** step));
      const change = tf.div(tf.mul(m, rate), tf.add(root, epsilon));
      const decay = decayOf(settings, weight);
      const kept = decay === 0 ? weight : tf.mul(weight, 1 - learningRate * decay);
      return { weight: tf.sub(kept, change), slots: { m, v } };
    },
  },
  sgd: {
    slots: ({ momentum }) => (momentum === 0 ? [] : ['velocity']),
    update(tf, settings, { weight, gradient, slots, learningRate }) {
      const { momentum, nesterov } = settings;
      const decay = decayOf(settings, weight);
      const decayed = decay === 0 ? gradient : tf.add(gradient, tf.mul(weight, decay));
      if (momentum === 0) return { weight: tf.sub(weight, tf.mul(decayed, learningRate)), slots: {} };
      const velocity = tf.add(tf.mul(slots['velocity']!, momentum), decayed);
      const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
      return { weight: tf.sub(weight, tf.mul(direction, learningRate)), slots: { velocity } };
    },
  },
};

export function slotsOf(optimizer: Optimizer): readonly string[] {
  return (rules[optimizer.kind] as Rule<Kind>).slots(optimizer);
}

export function updated(tf: typeof tfjs, optimizer: Optimizer, inputs: UpdateInputs): Update {
  return (rules[optimizer.kind] as Rule<Kind>).update(tf, optimizer, inputs);
}

/** Weight decay is for kernels: biases, scales and offsets have one axis and keep their size. */
function decayOf(optimizer: Optimizer, weight: tfjs.Tensor): number {
  return weight.rank >= 2 ? optimizer.decay : 0;
}
