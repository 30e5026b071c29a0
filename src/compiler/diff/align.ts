/**
 * Alignment of two sequences by equal keys: pairs of places that rise on both sides.
 *
 * Beginnings and ends that agree are taken first, which keeps layers at their paths where several would do. Then the
 * fewest insertions and deletions (Myers 1986) while these are few; sequences that have little in common are paired by
 * the occurrences of each key, of which the longest rising run is kept. Time: n + m, times at most `MOST_EDITS`.
 */
export type Pairs = readonly (readonly [a: number, b: number])[];

/** Beyond so many edits the exact alignment costs more than it tells. */
const MOST_EDITS = 256;

/** @returns pairs `[index in a, index in b]`, rising on both sides; keys below 0 pair with nothing */
export function align(a: readonly number[], b: readonly number[]): Pairs {
  const pairs: [number, number][] = [];
  alignBetween(a, b, 0, a.length, 0, b.length, pairs, true);
  return pairs;
}

function alignBetween(
  a: readonly number[],
  b: readonly number[],
  startA: number,
  stopA: number,
  startB: number,
  stopB: number,
  pairs: [number, number][],
  whole: boolean,
): void {
  let [fromA, toA, fromB, toB] = [startA, stopA, startB, stopB];
  while (fromA < toA && fromB < toB && a[fromA] === b[fromB] && a[fromA]! >= 0) pairs.push([fromA++, fromB++]);
  const tail: [number, number][] = [];
  while (fromA < toA && fromB < toB && a[toA - 1] === b[toB - 1] && a[toA - 1]! >= 0) tail.push([--toA, --toB]);
  if (fromA < toA && fromB < toB) {
    const exact = fewestEdits(a, b, fromA, toA, fromB, toB);
    if (exact !== undefined) for (const pair of exact) pairs.push(pair);
    else {
      const anchors = byOccurrence(a, b, fromA, toA, fromB, toB);
      let [atA, atB] = [fromA, fromB];
      for (const [nextA, nextB] of [...anchors, [toA, toB] as const]) {
        // One level only: pieces between anchors are short, or have nothing in common.
        if (whole) alignBetween(a, b, atA, nextA, atB, nextB, pairs, false);
        if (nextA < toA) pairs.push([nextA, nextB]);
        [atA, atB] = [nextA + 1, nextB + 1];
      }
    }
  }
  for (const pair of tail.reverse()) pairs.push(pair);
}

/** Myers's greedy algorithm; undefined where it would take more than `MOST_EDITS`. */
function fewestEdits(
  a: readonly number[],
  b: readonly number[],
  fromA: number,
  toA: number,
  fromB: number,
  toB: number,
): [number, number][] | undefined {
  const [n, m] = [toA - fromA, toB - fromB];
  const most = Math.min(n + m, MOST_EDITS);
  if (Math.abs(n - m) > most) return undefined;
  const reach = new Int32Array(2 * most + 3);
  const origin = most + 1;
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits || (diagonal !== edits && reach[origin + diagonal - 1]! < reach[origin + diagonal + 1]!);
      let x = down ? reach[origin + diagonal + 1]! : reach[origin + diagonal - 1]! + 1;
      let y = x - diagonal;
      while (x < n && y < m && a[fromA + x] === b[fromB + y] && a[fromA + x]! >= 0) {
        x += 1;
        y += 1;
      }
      reach[origin + diagonal] = x;
      if (x >= n && y >= m) return walkBack(trace, origin, n, m, fromA, fromB);
    }
    trace.push(reach.slice());
  }
  return undefined;
}

function walkBack(
  trace: readonly Int32Array[],
  origin: number,
  n: number,
  m: number,
  fromA: number,
  fromB: number,
): [number, number][] {
  const pairs: [number, number][] = [];
  let [x, y] = [n, m];
  for (let edits = trace.length; edits > 0; edits -= 1) {
    const reach = trace[edits - 1]!;
    const diagonal = x - y;
    const down =
      diagonal === -edits || (diagonal !== edits && reach[origin + diagonal - 1]! < reach[origin + diagonal + 1]!);
    const before = down ? diagonal + 1 : diagonal - 1;
    const beforeX = reach[origin + before]!;
    const beforeY = beforeX - before;
    const startX = down ? beforeX : beforeX + 1;
    while (x > startX) pairs.push([fromA + --x, fromB + --y]);
    [x, y] = [beforeX, beforeY];
  }
  while (x > 0 && y > 0) pairs.push([fromA + --x, fromB + --y]);
  return pairs.reverse();
}

/** The k-th occurrence of a key on one side with the k-th on the other, as far as these pairs rise. */
function byOccurrence(
  a: readonly number[],
  b: readonly number[],
  fromA: number,
  toA: number,
  fromB: number,
  toB: number,
): [number, number][] {
  const places = new Map<number, number[]>();
  for (let at = fromB; at < toB; at += 1) {
    const key = b[at]!;
    if (key < 0) continue;
    const found = places.get(key);
    if (found === undefined) places.set(key, [at]);
    else found.push(at);
  }
  const used = new Map<number, number>();
  const pairs: [number, number][] = [];
  for (let at = fromA; at < toA; at += 1) {
    const key = a[at]!;
    const occurrence = used.get(key) ?? 0;
    const place = places.get(key)?.[occurrence];
    if (place === undefined) continue;
    used.set(key, occurrence + 1);
    pairs.push([at, place]);
  }
  return longestRising(pairs);
}

/** The longest run of pairs, which rise on their first side, that rises on the second as well. */
export function longestRising(pairs: readonly (readonly [number, number])[]): [number, number][] {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [at, [, place]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < place) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[at] = ends[low - 1]!;
    ends[low] = at;
  }
  const run: [number, number][] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) run.push([...pairs[at]!] as [number, number]);
  return run.reverse();
}
