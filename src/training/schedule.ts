/** Learning rates by step. */
import type { Schedule } from '../config/plan.ts';
import { cosSin } from '../shared/portable-math.ts';

/**
 * The rate of optimizer step `step`, counted from 1. A pure function of its arguments, so that a resumed run goes on
 * with the same rates.
 */
export function learningRateAt(schedule: Schedule, step: number, stepsPerEpoch: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'step':
      return schedule.rate * schedule.factor ** Math.floor((step - 1) / stepsPerEpoch / schedule.every);
    case 'cosine': {
      const warmup = Math.round(schedule.warmupEpochs * stepsPerEpoch);
      if (step <= warmup) return (schedule.rate * step) / warmup;
      // From `rate` at the first step after the warm-up to `final` at the last step of all.
      const share = (step - 1 - warmup) / Math.max(1, stepsPerEpoch * epochs - 1 - warmup);
      return schedule.final + ((schedule.rate - schedule.final) * (1 + cosSin(180 * Math.min(1, share)).cos)) / 2;
    }
  }
}
