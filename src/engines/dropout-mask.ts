/**
 * Dropout masks: every engine draws the same ones, so that they agree and a resumed run repeats itself.
 *
 * Element i of a mask depends on the seed, the node's path, the step and i alone: a counter through the mixing function
 * of MurmurHash3 with two keys. A generator with a state to carry would be several times slower.
 */
import { hashSeed } from '../shared/random.ts';

/**
 * Fills `target` with 0 (a share `rate` of the elements, in [0, 1)) and 1 / (1 − rate). Elements are in channel-last
 * order with the batch in front, `[N, …shape]`, whatever the engine's own layout. With an offset, `target` is the part of
 * the mask that begins with that element, so that an example's mask is the same in any micro-batch.
 */
export function fillMask(
  target: Float32Array,
  seed: number,
  nodePath: string,
  step: number,
  rate: number,
  offset = 0,
): void {
  const [first, second] = hashSeed('dropout', seed, nodePath, step).map((word) => word | 0) as [number, number];
  const start = (first + offset) | 0;
  const threshold = Math.round(rate * 2 ** 31);
  // a table instead of a choice: a branch on random bits is mispredicted, which would double the time
  const values = Float32Array.of(1 / (1 - rate), 0);
  for (let index = 0; index < target.length; index++) {
    let word = (index + start) | 0;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b) ^ second;
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    word ^= word >>> 16;
    // 31 random bits below the threshold leave the sign bit set
    target[index] = values[((word >>> 1) - threshold) >>> 31]!;
  }
}
