/** Images for all runs of a process, opened once for each way of reading them. */
import type { Plan } from '../config/plan.ts';
import type { TrainingImages } from '../training/open-data.ts';

export class SharedImages<Subject extends { readonly plan: Plan }> {
  readonly #open: (subject: Subject) => Promise<TrainingImages>;
  readonly #opened = new Map<string, Promise<TrainingImages>>();

  constructor(open: (subject: Subject) => Promise<TrainingImages>) {
    this.#open = open;
  }

  /** Runs that read their images alike share them, whatever they train. */
  of(subject: Subject): Promise<TrainingImages> {
    const key = JSON.stringify(subject.plan.data);
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const opened = this.#open(subject);
    this.#opened.set(key, opened);
    return opened;
  }
}
