/** Progress on standard error: one line redrawn in place for a person, plain lines for a log. */
import cliProgress from 'cli-progress';
import type { EpochRecord } from '../training/history.ts';
import type { StepProgress, TrainingReporter } from '../training/loop.ts';
import type { DataMessage } from '../training/open-data.ts';
import { duration, percent } from '../training/report/report.ts';
import type { Terminal } from './terminal.ts';

/** The bar that is on the screen: there is one terminal, so there is one. */
let shown: ProgressBar | undefined;

/** Takes the bar off the screen, for a line that is to stay; the next update shows it again. */
export function clearProgress(): void {
  shown?.clear();
}

/** A bar that appears with its first update and vanishes when it is cleared; nothing where lines cannot be redrawn. */
export class ProgressBar {
  readonly #terminal: Terminal;
  #bar: cliProgress.SingleBar | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  update(before: string, done: number, total: number, after: string): void {
    if (!this.#terminal.interactive) return;
    if (this.#bar === undefined) {
      this.#bar = new cliProgress.SingleBar({
        format: (_, { progress }, { before, after }) => this.#line(before, progress, after),
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        // Ctrl-C saves a checkpoint first; the bar is then cleared like at any other end.
        gracefulExit: false,
        fps: 8,
      });
      this.#bar.start(total, done, { before, after });
      shown = this;
    }
    this.#bar.setTotal(total);
    this.#bar.update(done, { before, after });
  }

  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    if (shown === this) shown = undefined;
  }

  #line(before: string, progress: number, after: string): string {
    const { dim, cyan } = this.#terminal.noteColours;
    const room = (process.stderr.columns ?? 80) - before.length - after.length - 5;
    const width = Math.max(0, Math.min(30, room));
    const filled = Math.round(width * Math.min(1, progress));
    const bar = width < 5 ? '' : `${cyan('━'.repeat(filled))}${dim('─'.repeat(width - filled))}  `;
    return `${before}  ${bar}${after}`;
  }
}

/** How fast something goes, and how long the rest of it takes at that, from the first to the last that was told. */
export class Pace {
  #begun: { readonly at: number; readonly done: number } | undefined;

  /** Seconds until `total` is done; undefined before the second call. */
  secondsLeft(done: number, total: number): number | undefined {
    this.#begun ??= { at: performance.now(), done };
    const { at, done: before } = this.#begun;
    if (done === before) return undefined;
    return ((performance.now() - at) / 1000 / (done - before)) * (total - done);
  }

  /** Of images: `120 images/s  4.2 s left`; nothing before the second call. */
  of(done: number, total: number): string {
    const left = this.secondsLeft(done, total);
    if (left === undefined || left === 0) return '';
    return `${speed((total - done) / left)}  ${duration(left)} left`;
  }
}

/** Of the time; less is what any pipeline takes now and then. */
const WORTH_TELLING = 0.05;

/** Training as it goes: a bar with the epoch's means so far, and a line an epoch that stays. */
export class TrainingProgress implements TrainingReporter {
  readonly #terminal: Terminal;
  readonly #bar: ProgressBar;
  /** From the steps seen in this process. */
  readonly #pace = new Pace();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#bar = new ProgressBar(terminal);
  }

  message(message: DataMessage): void {
    sayMessage(message, this.#terminal);
  }

  step({ epoch, epochs, batch, batches, loss, accuracy, imagesPerSecond }: StepProgress): void {
    const position = (epoch - 1) * batches + batch;
    const seconds = this.#pace.secondsLeft(position, epochs * batches);
    const left = seconds === undefined ? '' : `  ${duration(seconds)} left`;
    this.#bar.update(
      `epoch ${epoch}/${epochs}`,
      batch,
      batches,
      `loss ${loss.toFixed(3)}  accuracy ${percent(accuracy)}  ${speed(imagesPerSecond)}${left}`,
    );
  }

  validating(batch: number, batches: number): void {
    this.#bar.update('validation', batch, batches, '');
  }

  epoch(record: EpochRecord, epochs: number): void {
    this.clear();
    const { bold, green } = this.#terminal.noteColours;
    const { epoch, loss, accuracy, validation, imagesPerSecond, waitingForData = 0, best } = record;
    const waited = waitingForData < WORTH_TELLING ? '' : `  ${percent(waitingForData)} of it waiting for images`;
    const number = `${`${epoch}`.padStart(`${epochs}`.length)}/${epochs}`;
    const trained = `loss ${loss.toFixed(3)}  accuracy ${aligned(accuracy)}`;
    const validated = validation && `  validation ${validation.loss.toFixed(3)}  ${bold(aligned(validation.accuracy))}`;
    this.#terminal.note(
      `epoch ${number}  ${trained}${validated ?? ''}  ${speed(imagesPerSecond)}${waited}${best ? `  ${green('best')}` : ''}`,
    );
  }

  clear(): void {
    this.#bar.clear();
  }
}

export function sayMessage({ severity, text, help }: DataMessage, terminal: Terminal): void {
  const { yellow, bold, cyan } = terminal.noteColours;
  terminal.note(severity === 'warning' ? `${yellow(bold('warning'))}: ${text}` : text);
  if (help !== undefined) terminal.note(`${cyan('help')}: ${help}`);
}

/** One decimal always, so that the lines' columns stand under each other. */
function aligned(share: number): string {
  return `${(100 * share).toFixed(1)}%`.padStart(6);
}

function speed(imagesPerSecond: number): string {
  const rounded = imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : Math.round(imagesPerSecond);
  return `${rounded} images/s`;
}
