/** Functions of tensors that bring a gradient of their own. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * `forward(...inputs)`, whose gradient for each input is `gradient(dy, inputs, y)`.
 *
 * @param gradient undefined: none flows back, the result counts as a constant
 */
export function withGradient<X extends readonly tf.Tensor[], Y extends tf.Tensor>(
  inputs: readonly [...X],
  forward: (...inputs: X) => Y,
  gradient?: (dy: Y, inputs: X, y: Y) => tf.Tensor[],
): Y {
  const run = tf.customGrad<Y>((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const own = given as unknown as X;
    const value = forward(...own);
    save([...own, value]);
    const gradFunc = (dy: Y, saved: tf.Tensor[]): tf.Tensor[] => {
      const again = saved.slice(0, -1) as unknown as X;
      return gradient ? gradient(dy, again, saved.at(-1) as Y) : again.map((x) => tf.zerosLike(x));
    };
    return { value, gradFunc };
  });
  return run(...inputs);
}
