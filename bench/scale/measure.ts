/** Processor time of functions that are run in turn. */

export interface Job {
  readonly run: () => unknown;
  /** How often a sample runs it: small jobs as often as it takes to be as long as a large one. */
  readonly times: number;
}

/**
 * The median over the rounds of the processor time of one run of each job, in milliseconds. The jobs alternate within a
 * round, so that a slow moment of the machine meets all of them; a first round is not counted.
 */
export function measure(jobs: readonly Job[], rounds: number): readonly number[] {
  const samples: number[][] = jobs.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, { run, times }] of jobs.entries()) {
      globalThis.gc?.();
      const before = process.cpuUsage();
      for (let time = 0; time < times; time += 1) run();
      const { user, system } = process.cpuUsage(before);
      if (round > 0) samples[at]!.push((user + system) / 1000 / times);
    }
  }
  return samples.map(median);
}

function median(numbers: readonly number[]): number {
  const ordered = [...numbers].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
