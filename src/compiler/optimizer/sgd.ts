import { decayOf, type OptimizerRule } from './rule.ts';

/**
 * Stochastic gradient descent in PyTorch's form, where the rate multiplies the velocity and decay joins the gradient:
 *
 *     g ← g + decay·w
 *     v ← momentum·v + g
 *     w ← w − η·v                    or, with Nesterov, w ← w − η·(g + momentum·v)
 */
export const sgd: OptimizerRule<'sgd'> = {
  slots: ({ momentum }) => (momentum === 0 ? [] : ['velocity']),

  update(b, settings, { weight, gradient, slots, learningRate }) {
    const { momentum, nesterov } = settings;
    const decay = decayOf(settings, weight);
    const decayed = decay === 0 ? gradient : b.add(gradient, b.scale(weight, decay));
    if (momentum === 0) return { weight: b.sub(weight, b.mul(decayed, learningRate)), slots: {} };
    const velocity = b.add(b.scale(slots['velocity']!, momentum), decayed);
    const direction = nesterov ? b.add(decayed, b.scale(velocity, momentum)) : velocity;
    return { weight: b.sub(weight, b.mul(direction, learningRate)), slots: { velocity } };
  },
};
