import type { Builder, Tensor } from '../program/builder.ts';
import { decayOf, type OptimizerRule } from './rule.ts';

/**
 * Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019), in PyTorch's order:
 *
 *     w ← w − η·decay·w
 *     m ← β₁·m + (1 − β₁)·g          v ← β₂·v + (1 − β₂)·g²
 *     w ← w − η · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
 */
export const adam: OptimizerRule<'adam'> = {
  slots: () => ['m', 'v'],

  update(b, settings, { weight, gradient, slots, learningRate, step }) {
    const { beta1, beta2, epsilon } = settings;
    const decay = decayOf(settings, weight);
    const m = b.add(b.scale(slots['m']!, beta1), b.scale(gradient, 1 - beta1));
    const v = b.add(b.scale(slots['v']!, beta2), b.scale(b.mul(gradient, gradient), 1 - beta2));
    // √(1 − β₂ᵗ) goes into the rate and into ε, which are numbers, so that it divides no tensor
    const correction = b.unary('sqrt', oneMinusPower(b, beta2, step));
    const rate = b.mul(b.div(learningRate, oneMinusPower(b, beta1, step)), correction);
    const root = b.add(b.unary('sqrt', v), b.mul(correction, b.constant(epsilon)));
    const change = b.div(b.mul(m, rate), root);
    const kept = decay === 0 ? weight : b.mul(weight, b.sub(b.constant(1), b.scale(learningRate, decay)));
    return { weight: b.sub(kept, change), slots: { m, v } };
  },
};

/**
 * `1 − βᵗ` to full float32 precision. The plain form cancels: for β = 0.999 it starts with an error of 1e-5. With
 * `a = −t·ln β / 2` it is `1 − exp(−2a) = 2·tanh a / (1 + tanh a)`.
 */
function oneMinusPower(b: Builder, beta: number, step: Tensor): Tensor {
  if (beta === 0) return b.constant(1);
  const t = b.unary('tanh', b.scale(step, -Math.log(beta) / 2));
  return b.div(b.scale(t, 2), b.add(t, b.constant(1)));
}
