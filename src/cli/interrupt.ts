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
  const listen = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    clearProgress();
    terminal.note(`${said}; once more ends at once`);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listen);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, listen);
    },
  };
}
