/** A plan as it is trained: one bar for the run under way with the time left for all, and a line a run that stays. */
import { counted } from '../data/data-error.ts';
import { type PlanReporter, statesOf } from '../launch/coordinate.ts';
import type { RunEnd, RunReporter } from '../launch/execute.ts';
import { stateOf } from '../launch/outcome.ts';
import { type AblationPlan, type PlannedRun, runFolderOf, runsInOrder, variantOf } from '../launch/plan.ts';
import { EpochTimes } from '../launch/remaining-time.ts';
import { warmStartText } from '../launch/warm-start.ts';
import type { EpochRecord } from '../training/history.ts';
import type { StepProgress } from '../training/loop.ts';
import { duration, percent } from '../training/report/report.ts';
import { problemText } from './failure.ts';
import { ProgressBar, sayMessage } from './progress.ts';
import type { Terminal } from './terminal.ts';

export class AblationProgress implements PlanReporter {
  readonly #terminal: Terminal;
  readonly #folder: string;
  readonly #plan: AblationPlan;
  readonly #lanes: number;
  readonly #bar: ProgressBar;
  readonly #times = new EpochTimes();
  /** Epochs that each run still has to train. */
  readonly #left = new Map<string, number>();
  readonly #steps = new Map<string, StepProgress>();
  #done = 0;
  #toldWaiting = '';

  constructor(terminal: Terminal, folder: string, plan: AblationPlan, lanes: number) {
    this.#terminal = terminal;
    this.#folder = folder;
    this.#plan = plan;
    this.#lanes = lanes;
    this.#bar = new ProgressBar(terminal);
    for (const [id, state] of statesOf(folder, plan)) {
      if (state.kind === 'finished') this.#done += 1;
      else this.#left.set(id, Math.max(0, plan.epochs - ('epochs' in state ? state.epochs.length : 0)));
    }
  }

  start(run: PlannedRun): RunReporter {
    let before = performance.now();
    return {
      resume: ({ step, epoch }) => this.#note(`${nameOf(run)}: going on at step ${step}, epoch ${epoch}`),
      message: (message) => {
        this.#bar.clear();
        sayMessage({ ...message, text: `${nameOf(run)}: ${message.text}` }, this.#terminal);
      },
      warmStart: (account) => this.#note(`${nameOf(run)}: ${warmStartText(account)}`),
      step: (progress) => this.#step(run, progress),
      validating: () => {},
      epoch: (record) => {
        const seconds = (performance.now() - before) / 1000;
        before = performance.now();
        this.#epoch(run, record, seconds);
      },
    };
  }

  end(run: PlannedRun, end: RunEnd): void {
    this.#steps.delete(run.id);
    if (end.kind === 'finished') {
      this.#left.delete(run.id);
      this.#done += 1;
      this.#sayFinished(run);
    } else if (end.kind === 'failed') {
      this.#left.delete(run.id);
      this.#bar.clear();
      const folder = runFolderOf(this.#folder, this.#plan, run);
      const state = stateOf(folder, run.id);
      const help = state.kind === 'failed' ? (state.failure.help ?? undefined) : undefined;
      this.#terminal.problem(problemText(`${nameOf(run)}: ${end.message}`, help, this.#terminal));
      if (process.env['SPECC_DEBUG'] && end.cause instanceof Error) this.#terminal.problem(end.cause.stack ?? '');
    }
  }

  waiting(runs: readonly PlannedRun[]): void {
    const text = `waiting for ${counted(runs.length, 'run')} that another process has: ${runs.map(nameOf).join('; ')}`;
    if (text !== this.#toldWaiting) this.#note(text);
    this.#toldWaiting = text;
  }

  clear(): void {
    this.#bar.clear();
  }

  #step(run: PlannedRun, progress: StepProgress): void {
    this.#steps.set(run.id, progress);
    const { epoch, epochs, batch, batches, accuracy } = progress;
    const total = runsInOrder(this.#plan).length;
    const also = this.#steps.size > 1 ? ` and ${this.#steps.size - 1} more` : '';
    const position = epoch - 1 + batch / batches;
    this.#bar.update(
      `run ${Math.min(total, this.#done + 1)}/${total}  ${nameOf(run)}${also}  epoch ${epoch}/${epochs}`,
      position,
      epochs,
      `accuracy ${percent(accuracy)}${this.#timeLeft()}`,
    );
  }

  #epoch(run: PlannedRun, { epoch, validation }: EpochRecord, seconds: number): void {
    const { name, macs } = variantOf(this.#plan, run);
    this.#times.add(name, macs ?? 0, seconds);
    this.#left.set(run.id, Math.max(0, this.#plan.epochs - epoch));
    // A log has no bar to look at.
    if (this.#terminal.interactive) return;
    const { accuracy = 0, loss = 0 } = validation ?? {};
    const measured = `validation ${loss.toFixed(3)}  ${percent(accuracy)}`;
    this.#note(`${nameOf(run)}: epoch ${epoch}/${this.#plan.epochs}  ${measured}${this.#timeLeft()}`);
  }

  #sayFinished(run: PlannedRun): void {
    const state = stateOf(runFolderOf(this.#folder, this.#plan, run), run.id);
    if (state.kind !== 'finished') return;
    const { green, bold } = this.#terminal.noteColours;
    const { metrics, bestEpoch, seconds, reason } = state.result;
    const measured = `accuracy ${bold(percent(metrics.accuracy))}, MCC ${metrics.mcc.toFixed(3)}, of epoch ${bestEpoch}`;
    const total = runsInOrder(this.#plan).length;
    this.#note(
      `${green('✔')} ${nameOf(run)}: ${measured}; ${reason} in ${duration(seconds)}  (${this.#done} of ${total} runs${this.#timeLeft(', ')})`,
    );
  }

  #timeLeft(before = '  '): string {
    const remaining = this.#plan.variants.flatMap(({ name, macs, runs }) =>
      runs.flatMap(({ id }) => {
        const epochs = this.#left.get(id);
        return epochs === undefined ? [] : [{ variant: name, macs: macs ?? 0, epochs }];
      }),
    );
    const seconds = remaining.length === 0 ? undefined : this.#times.secondsLeft(remaining, this.#lanes);
    return seconds === undefined ? '' : `${before}${duration(seconds)} left`;
  }

  #note(text: string): void {
    this.#bar.clear();
    this.#terminal.note(text);
  }
}

export function nameOf({ variant, seed }: PlannedRun): string {
  return `${variant}, seed ${seed}`;
}
