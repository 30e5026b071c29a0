import { elementCount } from '../../shared/element-count.ts';
import type { Builder, Tensor } from '../program/builder.ts';

/**
 * The gradient of a maximum or minimum over some axes: all of it goes to the first element that attains it, in the order
 * of the tensor. `winner` and `gradient` have size 1 along these axes.
 */
export function toFirstWinner(
  b: Builder,
  x: Tensor,
  winner: Tensor,
  gradient: Tensor,
  axes: readonly number[],
): Tensor {
  if (axes.length === 0) return gradient;
  const wins = b.cast(b.compare('equal', x, winner), 'float32');
  // earlier elements score higher, so that the best score among the winners is the first of them
  const contest = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const count = elementCount(contest);
  const scores = b.mul(
    wins,
    b.constant(
      Float32Array.from({ length: count }, (_, at) => count - at),
      contest,
    ),
  );
  const first = b.compare('equal', scores, b.reduce('max', scores, axes));
  return b.where(first, gradient, b.constant(0));
}
