/** The statistics of an ablation: means over seeds, and differences of pairs that share a seed. */

export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** With n − 1 in the denominator; null where there is one value. */
  readonly deviation: number | null;
}

export interface PairedDifference {
  /** Pairs. */
  readonly n: number;
  readonly mean: number;
  /** Half the width of the confidence interval around the mean; null where there is one pair. */
  readonly margin: number | null;
}

/** Whether several pairs differ by the very same, rounding aside: an interval of no width, which says nothing. */
export function hasNoSpread({ margin }: Pick<PairedDifference, 'margin'>): boolean {
  return margin !== null && margin < 1e-9;
}

/**
 * The least number of pairs whose interval would leave 0 out if mean and deviation were exactly what was found; undefined
 * if it is more than `most`.
 */
export function seedsNeeded({ n, mean, margin }: PairedDifference, level: number, most: number): number | undefined {
  if (margin === null) return undefined;
  const quantile = (pairs: number): number => tQuantile((1 + level) / 2, pairs - 1);
  const deviation = (margin * Math.sqrt(n)) / quantile(n);
  for (let pairs = 2; pairs <= most; pairs += 1) {
    if ((quantile(pairs) * deviation) / Math.sqrt(pairs) < Math.abs(mean)) return pairs;
  }
  return undefined;
}

/** Undefined where there is no value. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const mean = sum(values) / values.length;
  return { n: values.length, mean, deviation: deviationOf(values, mean) };
}

/**
 * The mean of `values[i] − base[i]` with its confidence interval by Student's t over the pairs. What a seed does to both
 * sides alike cancels out, so that the interval is narrower than that of two independent means.
 *
 * @param level the interval's confidence, such as 0.95
 */
export function pairedDifference(
  pairs: readonly (readonly [value: number, base: number])[],
  level: number,
): PairedDifference | undefined {
  const differences = pairs.map(([value, base]) => value - base);
  const spread = spreadOf(differences);
  if (spread === undefined) return undefined;
  const { n, mean, deviation } = spread;
  const margin = deviation === null ? null : (tQuantile((1 + level) / 2, n - 1) * deviation) / Math.sqrt(n);
  return { n, mean, margin };
}

function deviationOf(values: readonly number[], mean: number): number | null {
  if (values.length < 2) return null;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

/**
 * The quantile of Student's t with a whole number of degrees of freedom, by bisection of its distribution.
 *
 * @param p more than 0.5, less than 1
 */
export function tQuantile(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (tDistribution(high, freedom) < p) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (tDistribution(middle, freedom) < p) low = middle;
    else high = middle;
  }
}

/** P(T ≤ t) for t ≥ 0: the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function tDistribution(t: number, freedom: number): number {
  const angle = Math.atan2(t, Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let series = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    series += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * series) : Math.sin(angle) * series;
  return (1 + within) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
