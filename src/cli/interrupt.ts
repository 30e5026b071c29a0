/** Ctrl-C and the signals by which schedulers end a process: the first asks for a tidy end, the second ends at once. */
import { clearProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

export const INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Back to how signals were. */
  release(): void;
}

/** @param said what the first signal announces */
export function onInterrupt(said: string, terminal: Terminal): Interruption {
  const controller = new AbortController();
  const release = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, listen);
  };
  /** Ends by the signal itself: to exit would tear an engine down in the middle of its step, which aborts. */
  const endAtOnce = (signal: NodeJS.Signals): void => {
    clearProgress();
    process.emit('exit', INTERRUPTED);
    release();
    process.kill(process.pid, signal);
  };
  const listen = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      endAtOnce(signal);
    } else {
      clearProgress();
      terminal.note(`${said}; once more ends at once`);
      controller.abort();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listen);
  return { signal: controller.signal, release };
}
