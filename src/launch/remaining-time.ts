/** How long a plan still takes, from how long its runs took so far. */

/** A run's work that is not done: its epochs, and what one of them costs beside those of other variants. */
export interface RemainingRun {
  readonly variant: string;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  readonly epochs: number;
}

/** Seconds an epoch by variant; a variant that was not seen yet is scaled by its multiply-accumulates. */
export class EpochTimes {
  readonly #seen = new Map<string, { macs: number; seconds: number; epochs: number }>();

  add(variant: string, macs: number, seconds: number, epochs = 1): void {
    const before = this.#seen.get(variant) ?? { macs, seconds: 0, epochs: 0 };
    this.#seen.set(variant, { macs, seconds: before.seconds + seconds, epochs: before.epochs + epochs });
  }

  /** Undefined before the first epoch. `lanes` runs are trained at a time. */
  secondsLeft(runs: readonly RemainingRun[], lanes: number): number | undefined {
    if (this.#seen.size === 0) return undefined;
    const all = [...this.#seen.values()];
    const perMac =
      all.reduce((sum, each) => sum + each.seconds, 0) /
      Math.max(
        1,
        all.reduce((sum, each) => sum + each.macs * each.epochs, 0),
      );
    const total = runs.reduce((sum, { variant, macs, epochs }) => {
      const seen = this.#seen.get(variant);
      return sum + epochs * (seen === undefined ? perMac * macs : seen.seconds / seen.epochs);
    }, 0);
    return total / Math.max(1, Math.min(lanes, runs.length));
  }
}
