/**
 * NumPy broadcasting of symbolic shapes: aligned at the last axis, an axis is repeated where its size is 1. A symbol
 * never counts as 1 (`C` and `2 * C` do not go together, although they would if C were 1), but where two symbols may or
 * may not be the same, the size of the result is not known.
 */
import { isEqual, unknownDim } from '../../../shared/dim.ts';
import type { Dims } from './rule.ts';

export interface Conflict {
  /** Counted from the end, from 1. */
  readonly axis: number;
  readonly left: Dims;
  readonly right: Dims;
}

export function broadcast(left: Dims, right: Dims): { shape: Dims } | Conflict {
  const rank = Math.max(left.length, right.length);
  const shape = [];
  for (let axis = rank; axis >= 1; axis -= 1) {
    const [a, b] = [left.at(-axis), right.at(-axis)];
    if (a === undefined || b === undefined) shape.push((a ?? b)!);
    else if (a === 1) shape.push(b);
    else if (b === 1) shape.push(a);
    else if (isEqual(a, b) === false) return { axis, left, right };
    else shape.push(isEqual(a, b) === true ? a : unknownDim());
  }
  return { shape };
}
