/**
 * Seeded random numbers, the same on every machine.
 *
 * The generator is xoshiro128** 1.1 (Blackman and Vigna), its state a MurmurHash3 of the seed parts, so that every
 * purpose gets a stream of its own: `new Random(hashSeed('shuffle', seed, epoch))`. No stream depends on how much of
 * another was consumed, which is what makes results independent of order and of the number of workers.
 */
import { portableLog } from './portable-math.ts';

/** The four 32-bit words of a generator; plain data that a checkpoint can hold. */
export type RandomState = readonly [number, number, number, number];

const NUMBER_TAG = 1;
const STRING_TAG = 2;
const numberView = new DataView(new ArrayBuffer(8));

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** MurmurHash3 (x86, 32 bit) of little-endian 32-bit words. */
export function murmur3(words: readonly number[], seed: number): number {
  let hash = seed | 0;
  for (const word of words) {
    const mixed = Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotateLeft(hash ^ mixed, 13), 5) + 0xe6546b64) | 0;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The generator state for a list of seed parts. Parts are tagged and length-prefixed: `('ab', 'c')` and `('a', 'bc')`
 * differ, and so do `1` and `'1'`.
 */
export function hashSeed(...parts: (string | number)[]): RandomState {
  const words: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') {
      numberView.setFloat64(0, part === 0 ? 0 : part); // -0 and 0 are one seed
      words.push(NUMBER_TAG, numberView.getUint32(0), numberView.getUint32(4));
    } else {
      words.push(STRING_TAG, part.length);
      for (let at = 0; at < part.length; at++) words.push(part.charCodeAt(at));
    }
  }
  const state = [murmur3(words, 0x9e3779b9), murmur3(words, 0x243f6a88), murmur3(words, 0xb7e15162)] as const;
  const last = murmur3([...state], 0x85a308d3);
  // All zeros is the one state that xoshiro can never leave.
  return state.every((word) => word === 0) && last === 0 ? [1, 0, 0, 0] : [...state, last];
}

/** A stream of random numbers. `Random.of(seed, purpose, …)` starts one; `state` resumes one. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(state: RandomState) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  static of(...parts: (string | number)[]): Random {
    return new Random(hashSeed(...parts));
  }

  /** The state after what was drawn so far. */
  get state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** An integer in [0, 2³²). */
  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** Uniform in [low, high), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const unit = ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
    return low + (high - low) * unit;
  }

  /** Normally distributed, by Marsaglia's polar method on a logarithm with portable bits. */
  normal(mean = 0, deviation = 1): number {
    for (;;) {
      const x = this.uniform(-1, 1);
      const y = this.uniform(-1, 1);
      const square = x * x + y * y;
      // The method gives a second number, y·factor; keeping it would make the state more than four words.
      if (square > 0 && square < 1) return mean + deviation * x * Math.sqrt((-2 * portableLog(square)) / square);
    }
  }

  /** A uniform integer in [0, n), for 1 <= n <= 2³²; without the bias of a plain remainder. */
  int(n: number): number {
    const limit = 4294967296 - (4294967296 % n);
    for (;;) {
      const drawn = this.uint32();
      if (drawn < limit) return drawn % n;
    }
  }

  /** Shuffles in place (Fisher–Yates) and returns the array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(array: T): T {
    for (let at = array.length - 1; at > 0; at--) {
      const other = this.int(at + 1);
      const kept = array[at];
      array[at] = array[other];
      array[other] = kept;
    }
    return array;
  }
}
