/** Processor time of functions that are run in turn. */

/** A sample of a short job is of so many runs that it takes this long, in milliseconds. */
const SHORTEST_SAMPLE = 200;
/** Each job runs this long before it is measured, in milliseconds, or it would be charged for being compiled. */
const WARM_UP = 2000;
/** Jobs that take longer than this, in milliseconds, are sampled once: their noise is small beside their length. */
const LONG = 3000;

/**
 * The median of the processor time of one run of each job, in milliseconds, threads of the collector and the compiler of
 * JavaScript included. The jobs alternate, so that a slow moment of the machine meets all of them; first runs are not
 * counted.
 */
export function measure(jobs: readonly (() => unknown)[], rounds: number): readonly number[] {
  const first = jobs.map(warmUp);
  const samples: number[][] = jobs.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, run] of jobs.entries()) {
      if (round > 0 && first[at]! > LONG) continue;
      const times = Math.min(20, Math.ceil(SHORTEST_SAMPLE / Math.max(1, first[at]!)));
      samples[at]!.push(processorTime(run, times) / times);
    }
  }
  return samples.map(median);
}

/** How long the last of the runs took. */
function warmUp(run: () => unknown): number {
  let last = processorTime(run, 1);
  for (let total = last, runs = 1; total < WARM_UP && runs < 100; runs += 1) {
    last = processorTime(run, 1);
    total += last;
  }
  return last;
}

function processorTime(run: () => unknown, times: number): number {
  globalThis.gc?.();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(numbers: readonly number[]): number {
  const ordered = [...numbers].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
