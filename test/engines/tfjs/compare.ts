import * as assert from 'uvu/assert';
import type { NamedTensors } from '../../../src/engines/engine.ts';

/** Over all elements of all tensors; the names must be the same. */
export function largestDifference(a: NamedTensors, b: NamedTensors): number {
  assert.equal([...a.keys()].sort(), [...b.keys()].sort());
  let largest = 0;
  for (const [name, { shape, data }] of a) {
    const other = b.get(name)!;
    assert.equal([...shape], [...other.shape], name);
    for (const [index, each] of data.entries()) largest = Math.max(largest, Math.abs(each - other.data[index]!));
  }
  return largest;
}

export function assertSame(a: NamedTensors, b: NamedTensors): void {
  assert.is(largestDifference(a, b), 0);
}
