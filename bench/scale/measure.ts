/** The time of functions that are run in turn. */

/** A sample of a short job is of so many runs that it takes this long, in milliseconds. */
const SHORTEST_SAMPLE = 200;
/** Each job runs this long before it is measured, in milliseconds, or it would be charged for being compiled. */
const WARM_UP = 2000;
/** Jobs that take longer than this, in milliseconds, are sampled once: their noise is small beside their length. */
const LONG = 3000;

/**
 * `processor` is the time of all processors, threads of the collector and the compiler of JavaScript included, `wall` what
 * passes meanwhile; both in milliseconds.
 */
export const clocks = {
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  wall: () => performance.now(),
} as const satisfies Readonly<Record<string, () => number>>;

export type Clock = keyof typeof clocks;

/**
 * The median time of one run of each job, in milliseconds. The jobs alternate, so that a slow moment of the machine meets
 * all of them; first runs are not counted.
 */
export function measure(jobs: readonly (() => unknown)[], rounds: number, clock: Clock): readonly number[] {
  const timeOf = (run: () => unknown, times: number): number => {
    globalThis.gc?.();
    const before = clocks[clock]();
    for (let time = 0; time < times; time += 1) run();
    return clocks[clock]() - before;
  };
  const first = jobs.map((run) => warmUp(() => timeOf(run, 1)));
  const samples: number[][] = jobs.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, run] of jobs.entries()) {
      if (round > 0 && first[at]! > LONG) continue;
      const times = Math.min(20, Math.ceil(SHORTEST_SAMPLE / Math.max(1, first[at]!)));
      samples[at]!.push(timeOf(run, times) / times);
    }
  }
  return samples.map(median);
}

/** How long the last of the runs took. */
function warmUp(timed: () => number): number {
  let last = timed();
  for (let total = last, runs = 1; total < WARM_UP && runs < 100; runs += 1) {
    last = timed();
    total += last;
  }
  return last;
}

function median(numbers: readonly number[]): number {
  const ordered = [...numbers].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
